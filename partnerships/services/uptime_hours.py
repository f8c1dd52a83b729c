"""Uptime by check, UTC hour and tier: set from the intervals in the transaction that changes them, never added to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from partnerships.health.uptime import Span, Tally, Window, from_us, tally, to_us
from partnerships.models import HealthCheck, UptimeHour
from partnerships.selectors.spans import get_spans_by_check, get_tiers_by_integration

HOUR_US = 3_600_000_000


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


def _set_group(checks: Sequence[HealthCheck], *, start: datetime, until: datetime) -> None:
    spans = get_spans_by_check([check.pk for check in checks], start=start, end=until)
    tiers = get_tiers_by_integration({check.integration_id for check in checks})
    rows: list[UptimeHour] = []
    for check in checks:
        rows += _rows(check, spans.get(check.pk, []), tiers[check.integration_id], start=start, until=until)
    UptimeHour.objects.filter(health_check__in=checks, hour__gte=start, hour__lt=until).delete()
    UptimeHour.objects.bulk_create(rows, batch_size=1000)


def _rows(
    check: HealthCheck, spans: Sequence[Span], tiers: Sequence[Span], *, start: datetime, until: datetime
) -> Iterator[UptimeHour]:
    """The rows of one check: one for each hour and tier in which it was monitored."""
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
        for tier, counted in _by_tier(spans[first:last], tiers, hour).items():
            if counted.total:
                yield _row(check, counted, hour=low, tier=tier)


def _by_tier(spans: Sequence[Span], tiers: Sequence[Span], hour: Window) -> dict[str, Tally]:
    """The hour's time by the tier it was spent in; a tier that was left and entered again counts once."""
    found: dict[str, Tally] = defaultdict(Tally)
    for tier in tiers:
        end = hour.end if tier.end is None else min(hour.end, tier.end)
        if tier.start < hour.end and hour.start < end:
            part = Window(max(hour.start, tier.start), end, hour.now, hour.monitored_from)
            found[tier.state] += tally(spans, part)
    return found


def _row(check: HealthCheck, counted: Tally, *, hour: int, tier: str) -> UptimeHour:
    return UptimeHour(
        health_check=check,
        hour=from_us(hour),
        tier=tier,
        up_us=counted.up,
        degraded_us=counted.degraded,
        down_us=counted.down,
        unknown_us=counted.unknown,
        paused_us=counted.paused,
    )
