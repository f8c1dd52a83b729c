"""Uptime by check, UTC hour and tier, inside and outside maintenance.

Set from the intervals and what overlays them in the transaction that changes either, never added to.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from partnerships.health.overlays import Ranges, split_tally
from partnerships.health.uptime import Span, Tally, Window, from_us, to_us
from partnerships.models import HealthCheck, UptimeHour
from partnerships.selectors.overlays import get_maintenance_by_check
from partnerships.selectors.spans import get_spans_by_check, get_tiers_by_integration
from partnerships.services.uptime_days import set_uptime_days

HOUR_US = 3_600_000_000
_HOUR = timedelta(hours=1)
_MICROSECOND = timedelta(microseconds=1)


def hour_of(moment: datetime) -> datetime:
    """The start of the moment's UTC hour."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def set_uptime_hours(checks: Iterable[tuple[HealthCheck, datetime]], *, until: datetime) -> None:
    """Sets each check's rows from the hour of the given instant up to `until`, and notes that on the check.

    The caller holds the checks' locks and saves them.
    """
    by_hour: dict[datetime, list[HealthCheck]] = defaultdict(list)
    for check, since in checks:
        if since < until:
            by_hour[hour_of(since)].append(check)
    for start, group in by_hour.items():
        _set_group(group, start=start, until=until)
        for check in group:
            check.rolled_up_to = until


def reset_uptime_hours(checks: Iterable[HealthCheck], *, start: datetime, end: datetime) -> None:
    """Sets the hours that [start, end) touches once more, as far as they were set before.

    For a change of what overlays the intervals; the caller holds the checks' locks.
    """
    first, last = hour_of(start), hour_of(end - _MICROSECOND) + _HOUR
    by_end: dict[datetime, list[HealthCheck]] = defaultdict(list)
    for check in checks:
        if check.rolled_up_to is not None and first < check.rolled_up_to:
            by_end[min(last, check.rolled_up_to)].append(check)
    for until, group in by_end.items():
        if first < until:
            _set_group(group, start=first, until=until)


def _set_group(checks: Sequence[HealthCheck], *, start: datetime, until: datetime) -> None:
    spans = get_spans_by_check([check.pk for check in checks], start=start, end=until)
    tiers = get_tiers_by_integration({check.integration_id for check in checks})
    planned = get_maintenance_by_check([check.pk for check in checks], start=start, end=until)
    rows: list[UptimeHour] = []
    for check in checks:
        past = _Past(check, spans.get(check.pk, []), tiers[check.integration_id], planned.get(check.pk, []))
        rows += _rows(past, start=start, until=until)
    UptimeHour.objects.filter(health_check__in=checks, hour__gte=start, hour__lt=until).delete()
    UptimeHour.objects.bulk_create(rows, batch_size=1000)
    set_uptime_days(checks, start=start, until=until)


@dataclass(frozen=True, slots=True)
class _Past:
    """What the hours of one check are made of."""

    check: HealthCheck
    spans: Sequence[Span]
    tiers: Sequence[Span]
    planned: Ranges


def _rows(past: _Past, *, start: datetime, until: datetime) -> Iterator[UptimeHour]:
    """The rows of one check: one for each hour and tier in which it was monitored, two where a part was planned."""
    spans = past.spans
    if not spans:
        return
    limit = to_us(until)
    first = 0
    for low in range(to_us(start), limit, HOUR_US):
        high = min(low + HOUR_US, limit)
        while first < len(spans) - 1 and (spans[first].end or 0) <= low:
            first += 1
        last = first
        while last < len(spans) and spans[last].start < high:
            last += 1
        hour = Window(start=low, end=high, now=limit, monitored_from=spans[0].start)
        for (tier, is_planned), counted in _by_tier(spans[first:last], past, hour).items():
            if counted.total:
                yield _row(past.check, counted, hour=low, tier=tier, is_planned=is_planned)


def _by_tier(spans: Sequence[Span], past: _Past, hour: Window) -> dict[tuple[str, bool], Tally]:
    """The hour's time by the tier it was spent in and by whether maintenance was planned.

    A tier that was left and entered again counts once.
    """
    found: dict[tuple[str, bool], Tally] = defaultdict(Tally)
    for tier in past.tiers:
        end = hour.end if tier.end is None else min(hour.end, tier.end)
        if tier.start < hour.end and hour.start < end:
            part = Window(max(hour.start, tier.start), end, hour.now, hour.monitored_from)
            outside, inside = split_tally(spans, part, past.planned)
            found[tier.state, False] += outside
            found[tier.state, True] += inside
    return found


def _row(check: HealthCheck, counted: Tally, *, hour: int, tier: str, is_planned: bool) -> UptimeHour:
    return UptimeHour(
        health_check=check,
        hour=from_us(hour),
        tier=tier,
        is_planned=is_planned,
        up_us=counted.up,
        degraded_us=counted.degraded,
        down_us=counted.down,
        unknown_us=counted.unknown,
        paused_us=counted.paused,
    )
