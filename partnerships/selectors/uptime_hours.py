"""Uptime hours as rows for counting by local days, also where a local midnight does not fall on a UTC hour."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.db.models import Q, QuerySet

from partnerships.health.overlays import Ranges, split_tally
from partnerships.health.uptime import Span, Tally, Window, from_us, to_us
from partnerships.models import UptimeHour
from partnerships.selectors.overlays import get_maintenance_by_check
from partnerships.selectors.spans import get_spans_by_check, get_tiers_by_integration

HOUR = timedelta(hours=1)
HOUR_US = 3_600_000_000
QUARTERS = 4  # every zone's offset is a multiple of a quarter of an hour
# As the partial indexes of hours and days have it.
NOT_ALL_UP = Q(degraded_us__gt=0) | Q(down_us__gt=0) | Q(unknown_us__gt=0) | Q(paused_us__gt=0) | Q(is_planned=True)


class UptimeRow(NamedTuple):
    """Time by state of one check in one tier, from `at` on: the hour stored under `pk`, or a quarter of it.

    `is_planned` tells whether it is time inside planned maintenance.
    """

    at: datetime
    check_id: int
    integration_id: int
    integration: str
    partner: str
    tier: str
    exact_to: datetime | None
    up: int
    degraded: int
    down: int
    unknown: int
    paused: int
    is_planned: bool
    pk: int


_COLUMNS = (
    "hour",
    "health_check_id",
    "health_check__integration_id",
    "health_check__integration__slug",
    "health_check__integration__partner__slug",
    "tier",
    "health_check__rolled_up_to",
    "up_us",
    "degraded_us",
    "down_us",
    "unknown_us",
    "paused_us",
    "is_planned",
    "pk",
)


def list_uptime_rows(start: datetime, end: datetime) -> list[UptimeRow]:
    """Rows of checks that count for uptime with start ≤ at < end.

    Where `start` or `end` lies within a UTC hour, the hours that a local midnight may cut come as quarters.
    """
    return _list_rows(UptimeHour.objects.filter(health_check__counts_for_uptime=True), start, end)


def list_troubled_rows(ids: Sequence[int], start: datetime, end: datetime) -> list[UptimeRow]:
    """The same of these checks, and only of hours in which something was not up or was planned."""
    return _list_rows(UptimeHour.objects.filter(NOT_ALL_UP, health_check__in=ids), start, end)


def _list_rows(hours: QuerySet[UptimeHour], start: datetime, end: datetime) -> list[UptimeRow]:
    rows = hours.filter(hour__gt=start - HOUR, hour__lt=end).order_by("hour", "pk").values_list(*_COLUMNS)
    found = [UptimeRow(*row) for row in rows]
    if _is_whole(start) and _is_whole(end):
        return found
    cut = set(_cut_hours(start, end))
    whole = [row for row in found if row.at not in cut]
    parts = list(_quarters([row for row in found if row.at in cut]))
    return sorted((row for row in whole + parts if start <= row.at < end), key=lambda row: row[:2])


def _is_whole(moment: datetime) -> bool:
    return to_us(moment) % HOUR_US == 0


def _cut_hours(start: datetime, end: datetime) -> Iterator[datetime]:
    """The UTC hours in which a local midnight between two midnights may lie; clocks shift it by an hour at most."""
    days = (end - start) // timedelta(days=1) + 1
    for number in range(days + 1):
        middle = (start + timedelta(days=number)).astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        yield from (middle - HOUR, middle, middle + HOUR)


def _quarters(rows: list[UptimeRow]) -> Iterator[UptimeRow]:
    """These hours cut in four: an hour in one state by arithmetic, others from the intervals."""
    mixed = [row for row in rows if HOUR_US not in _classes(row)]
    yield from (quarter for row in rows if HOUR_US in _classes(row) for quarter in _even_quarters(row))
    if not mixed:
        return
    first, last = min(row.at for row in mixed), max(row.at for row in mixed) + HOUR
    spans = get_spans_by_check({row.check_id for row in mixed}, start=first, end=last)
    planned = get_maintenance_by_check({row.check_id for row in mixed}, start=first, end=last)
    tiers = get_tiers_by_integration({row.integration_id for row in mixed})
    for row in mixed:
        in_tier = [span for span in tiers[row.integration_id] if span.state == row.tier]
        yield from _measured_quarters(row, spans.get(row.check_id, []), in_tier, planned.get(row.check_id, []))


def _classes(row: UptimeRow) -> tuple[int, ...]:
    return (row.up, row.degraded, row.down, row.unknown, row.paused)


def _even_quarters(row: UptimeRow) -> Iterator[UptimeRow]:
    up, degraded, down, unknown, paused = (value // QUARTERS for value in _classes(row))
    for number in range(QUARTERS):
        start = row.at + number * HOUR / QUARTERS
        yield row._replace(  # noqa: SLF001 - public on named tuples
            at=start, up=up, degraded=degraded, down=down, unknown=unknown, paused=paused
        )


def _measured_quarters(row: UptimeRow, spans: list[Span], tiers: list[Span], planned: Ranges) -> Iterator[UptimeRow]:
    """The quarters add up to the row: both count up to the instant that the hours are exact to."""
    if not spans or row.exact_to is None:
        return
    quarter = HOUR_US // QUARTERS
    for start in range(to_us(row.at), to_us(row.at) + HOUR_US, quarter):
        counted = Tally()
        for tier in tiers:
            end = start + quarter if tier.end is None else min(start + quarter, tier.end)
            part = Window(max(start, tier.start), end, to_us(row.exact_to), spans[0].start)
            counted += split_tally(spans, part, planned)[row.is_planned]
        if counted.total:
            yield row._replace(  # noqa: SLF001 - public on named tuples
                at=from_us(start),
                up=counted.up,
                degraded=counted.degraded,
                down=counted.down,
                unknown=counted.unknown,
                paused=counted.paused,
            )
