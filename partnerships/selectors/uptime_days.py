"""Uptime over long windows from whole UTC days and two edges."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Sum

from partnerships.health.overlays import as_counted, split_tally
from partnerships.health.uptime import Accounting, Tally, Window, from_us, tally, to_us
from partnerships.models import HealthCheck, UptimeDay
from partnerships.selectors.overlays import get_maintenance_by_check
from partnerships.selectors.pages_timelines import (
    load_check_timelines,
    monitored_from,
    silent_since,
    with_silence,
)
from partnerships.selectors.spans import get_spans_by_check

_ONE_DAY = timedelta(days=1)
_KINDS = ("up_us", "degraded_us", "down_us", "unknown_us", "paused_us")


def get_window_tallies(
    checks: Sequence[HealthCheck], *, start: datetime, end: datetime, at: datetime
) -> Mapping[int, tuple[Tally, Tally]]:
    """Time by class over [start, end) outside and inside planned maintenance, by check id, exactly.

    Whole days come from their rows and the edges from intervals; of a check that is not rolled up so far, because it is
    paused, has fallen silent or has just passed midnight, all comes from intervals.
    """
    end = max(min(end, at), start)
    low, high = _whole_days(start, end)
    rolled = [check for check in checks if _is_rolled_up(check, _midnight(high), at)]
    others = [check for check in checks if check not in rolled]
    stored = _sum_days([check.pk for check in rolled], low, high) if low < high else {}
    found = {check.pk: stored.get(check.pk, (Tally(), Tally())) for check in checks}
    edges = [(start, _midnight(low)), (_midnight(high), end)] if low < high else [(start, end)]
    for begin, stop in edges:
        _add_edge(found, rolled, begin, stop, at)
    _add_edge(found, others, start, end, at)
    return found


def get_window_figures(
    checks: Sequence[HealthCheck], *, start: datetime, end: datetime, at: datetime, accounting: Accounting
) -> Mapping[int, Tally]:
    """Time by class over [start, end) of each check as the rules want it counted, by check id."""
    if accounting.service_hours is not None:  # No stored sum is cut at these hours.
        return _by_service_hours(checks, Window(to_us(start), to_us(end), to_us(at)), accounting)
    found = get_window_tallies(checks, start=start, end=end, at=at)
    return {pk: outside + as_counted(planned, accounting) for pk, (outside, planned) in found.items()}


def _by_service_hours(checks: Sequence[HealthCheck], window: Window, accounting: Accounting) -> Mapping[int, Tally]:
    at = from_us(window.now)
    timelines = load_check_timelines(checks, start=from_us(window.start), at=at).by(accounting)
    found = {}
    for check in checks:
        spans = timelines[check.pk]
        begun = monitored_from([check], spans, at=at)
        found[check.pk] = tally(spans, replace(window, monitored_from=begun), accounting=accounting)
    return found


def _is_rolled_up(check: HealthCheck, until: datetime, at: datetime) -> bool:
    silent = silent_since(check, at)
    return check.rolled_up_to is not None and check.rolled_up_to >= until and (silent is None or silent >= until)


def _whole_days(start: datetime, end: datetime) -> tuple[date, date]:
    """The UTC days [low, high) that lie within the window."""
    low = start.astimezone(UTC).date()
    return (low if _midnight(low) == start else low + _ONE_DAY), end.astimezone(UTC).date()


def _sum_days(ids: Sequence[int], low: date, high: date) -> Mapping[int, tuple[Tally, Tally]]:
    rows = (
        UptimeDay.objects.filter(health_check__in=ids, day_on__gte=low, day_on__lt=high)
        .order_by()
        .values_list("health_check_id", "is_planned")
        .annotate(*(Sum(kind) for kind in _KINDS))
    )
    found: dict[int, list[Tally]] = defaultdict(lambda: [Tally(), Tally()])
    for check_id, is_planned, *spent in rows:
        found[check_id][is_planned] = Tally(*(int(value) for value in spent))
    return {check_id: (outside, inside) for check_id, (outside, inside) in found.items()}


def _add_edge(
    found: dict[int, tuple[Tally, Tally]], checks: Sequence[HealthCheck], start: datetime, end: datetime, at: datetime
) -> None:
    if start >= end or not checks:
        return
    ids = [check.pk for check in checks]
    spans = get_spans_by_check(ids, start=start, end=end)
    planned = get_maintenance_by_check(ids, start=start, end=end)
    for check in checks:
        known = with_silence(spans.get(check.pk, []), silent_since(check, at))
        begun = [to_us(check.monitored_from)] if check.monitored_from else []
        window = Window(
            to_us(start), to_us(end), to_us(at), min([*begun, *(span.start for span in known[:1])], default=to_us(at))
        )
        outside, inside = split_tally(known, window, planned.get(check.pk, []))
        before = found[check.pk]
        found[check.pk] = (before[0] + outside, before[1] + inside)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
