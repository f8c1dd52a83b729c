"""Uptime over a window, exactly: from half-open intervals of states, in whole microseconds, never from samples.

Ratios are fractions and are rounded only for display, downward, so that 99.9996 % is not shown as 100 %. What was not
measured is never counted as up; `coverage` says how much was measured.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Protocol

NO_DATA = "no data"
QUOTABLE_COVERAGE = Fraction(95, 100)
"""A figure that stands on less is shown hollow and is not to be quoted."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_us(moment: datetime) -> int:
    """Microseconds since 1970 UTC, exactly."""
    return (moment - EPOCH) // _MICROSECOND


def from_us(microseconds: int) -> datetime:
    """The UTC instant of `to_us`."""
    return EPOCH + timedelta(microseconds=microseconds)


@dataclass(frozen=True, slots=True)
class Span:
    """[start, end) in one state, in microseconds since 1970; end None means still open."""

    start: int
    end: int | None
    state: str


@dataclass(frozen=True, slots=True)
class Window:
    """What is asked for, [start, end), and what bounds it: the present, and the first result of the check."""

    start: int
    end: int
    now: int
    monitored_from: int | None = None

    @property
    def effective(self) -> tuple[int, int]:
        """The part that can have been measured; empty (start = end) where there is none."""
        start = self.start if self.monitored_from is None else max(self.start, self.monitored_from)
        end = min(self.end, self.now)
        return start, max(start, end)


class OpenTime(Protocol):
    """Answers when a service has to be there: the engine of business calendars does."""

    def open_ranges(self, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
        """The open stretches within [start, end), in order."""
        ...


@dataclass(frozen=True, slots=True)
class Accounting:
    """The rules by which time is counted; printed beside every figure.

    `degraded_weight` is the share of degraded time that counts as downtime. `min_outage_us` bounds the outage counts
    and leaves the uptime alone. Time outside `service_hours` is neither good nor bad; `hours_name` says which they are.
    """

    name: str = "standard"
    version: int = 1
    maintenance: str = "exclude"  # exclude | measured | up
    unknown: str = "exclude"  # exclude | down | up
    degraded_weight: Decimal = Decimal(0)
    min_outage_us: int = 0
    hours_name: str = ""
    service_hours: OpenTime | None = field(default=None, compare=False, repr=False)

    def open_us(self, start: int, end: int) -> int:
        """How much of [start, end) lies within the service hours."""
        if start >= end:
            return 0
        return end - start - sum(high - low for low, high in self.closed_ranges(start, end))

    def closed_ranges(self, start: int, end: int) -> list[tuple[int, int]]:
        """The stretches of [start, end) outside the service hours, in order."""
        if self.service_hours is None or start >= end:
            return []
        found, at = [], start
        for opens, closes in self.service_hours.open_ranges(from_us(start), from_us(end)):
            if at < to_us(opens):
                found.append((at, to_us(opens)))
            at = to_us(closes)
        return [*found, (at, end)] if at < end else found

    @property
    def label(self) -> str:
        return f"{self.name} v{self.version}"


STANDARD = Accounting()


@dataclass(frozen=True, slots=True)
class Tally:
    """Microseconds by class. Tallies of parts add up to the tally of the whole."""

    up: int = 0
    degraded: int = 0
    down: int = 0
    unknown: int = 0
    paused: int = 0
    maintenance: int = 0
    outside_hours: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))

    @property
    def measured(self) -> int:
        return self.up + self.degraded + self.down

    @property
    def total(self) -> int:
        return self.measured + self.unknown + self.paused + self.maintenance + self.outside_hours

    def uptime(self, accounting: Accounting = STANDARD) -> Fraction | None:
        """Up time as a fraction of counted time; None when nothing counts."""
        up = self.up + (self.unknown if accounting.unknown == "up" else 0)
        down = self.down + (self.unknown if accounting.unknown == "down" else 0)
        counted = up + self.degraded + down
        if not counted:
            return None
        return (up + (1 - Fraction(accounting.degraded_weight)) * self.degraded) / counted

    @property
    def coverage(self) -> Fraction | None:
        """Measured time as a fraction of the effective window; None when that is empty.

        Without excluded maintenance and what lies outside the service hours.
        """
        expected = self.total - self.maintenance - self.outside_hours
        return Fraction(self.measured, expected) if expected else None


def sum_tallies(tallies: Iterable[Tally]) -> Tally:
    """The pooled tally of several checks or parts."""
    return sum(tallies, Tally())


def tally(
    spans: Sequence[Span],
    window: Window,
    *,
    maintenance: Sequence[tuple[int, int]] = (),
    accounting: Accounting = STANDARD,
) -> Tally:
    """Time by class in the effective window. Time without a span, or pending, counts as unknown.

    Spans must be in order and must not overlap; maintenance may come in any form, or as spans in the state
    "maintenance", and time outside the service hours as spans in the state "outside_hours" (see overlays.py).
    """
    start, end = window.effective
    planned = [] if accounting.maintenance == "measured" else merge_ranges(maintenance, start, end)
    counts = dict.fromkeys((one.name for one in fields(Tally)), 0)
    for span in spans:
        low = max(span.start, start)
        high = end if span.end is None else min(span.end, end)
        if low < high:
            kind = span.state if span.state in counts else "unknown"
            counts[kind] += high - low - _overlap(planned, low, high)
    maintained = sum(high - low for low, high in planned)
    counts["unknown"] += end - start - maintained - sum(counts.values())
    counts["maintenance"] += maintained
    if accounting.maintenance == "up":
        counts["up"] += counts.pop("maintenance")
    return Tally(**counts)


def merge_ranges(ranges: Iterable[tuple[int, int]], start: int, end: int) -> list[tuple[int, int]]:
    """The ranges cut to [start, end), joined where they touch or overlap, in order."""
    merged: list[tuple[int, int]] = []
    for low, high in sorted((max(low, start), min(high, end)) for low, high in ranges):
        if low >= high:
            continue
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    return merged


def display_percent(ratio: Fraction | None, *, decimals: int = 2) -> str:
    """The ratio as per cent, rounded down: "99.99"; "no data" for None."""
    if ratio is None:
        return NO_DATA
    scale = 10**decimals
    scaled = ratio.numerator * 100 * scale // ratio.denominator
    whole, rest = divmod(scaled, scale)
    return f"{whole}.{rest:0{decimals}d}" if decimals else str(whole)


def _overlap(ranges: Sequence[tuple[int, int]], start: int, end: int) -> int:
    return sum(max(0, min(high, end) - max(low, start)) for low, high in ranges)
