"""A partner's own account of its past as a timeline, and what is said of its incidents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from partnerships.health.timelines import worst_timeline
from partnerships.health.uptime import Span

DAY_US = 86_400_000_000


@dataclass(frozen=True, slots=True)
class DayOfOutage:
    """How much of the day that begins at `start` was down and how much degraded, in microseconds."""

    start: int
    down: int
    degraded: int


@dataclass(frozen=True, slots=True)
class IncidentFigures:
    """Of incidents as published, in microseconds; None where there is nothing to tell.

    `mean`, `median` and `p90` (linear between ranks) are of those that are over; `lasting` is the mean without those
    that were told of only when they were over and so lasted no time. `between` is the mean from one start to the next.
    """

    count: int
    mean: Fraction | None
    lasting: Fraction | None
    median: Fraction | None
    p90: Fraction | None
    between: Fraction | None


def incident_changes(incidents: Iterable[Span], start: int, end: int) -> list[tuple[int, str]]:
    """When the state changed within [start, end], and to what: the worst of the incidents at each instant, else up.

    The first change is at `start`; the last, at `end`, says again what held until then.
    """
    whole = [Span(start, end, "up")]
    cut = [Span(max(one.start, start), end if one.end is None else min(one.end, end), one.state) for one in incidents]
    return _changes(
        worst_timeline([whole, *([one] for one in cut if one.end is not None and one.start < one.end)]), end
    )


def day_changes(days: Iterable[DayOfOutage]) -> list[tuple[int, str]]:
    """The same from minutes by day, which do not say when: they are put at the day's beginning, what was down first.

    A day between others that is not told is unknown. The days must differ.
    """
    spans: list[Span] = []
    for day in sorted(days, key=lambda one: one.start):
        if spans and (spans[-1].end or 0) < day.start:
            spans.append(Span(spans[-1].end or 0, day.start, "unknown"))
        degraded, up = day.start + day.down, day.start + day.down + day.degraded
        parts = ((day.start, degraded, "down"), (degraded, up, "degraded"), (up, day.start + DAY_US, "up"))
        spans += [Span(low, high, state) for low, high, state in parts if low < high]
    return _changes(spans, spans[-1].end or 0) if spans else []


def incident_figures(incidents: Sequence[Span]) -> IncidentFigures:
    """The figures of these incidents, which may overlap and come in any order."""
    lengths = sorted(one.end - one.start for one in incidents if one.end is not None)
    starts = sorted(one.start for one in incidents)
    lasting = [length for length in lengths if length > 0]
    gaps = [later - earlier for earlier, later in pairwise(starts)]
    return IncidentFigures(
        count=len(incidents),
        mean=_mean(lengths),
        lasting=_mean(lasting),
        median=_percentile(lengths, Fraction(1, 2)),
        p90=_percentile(lengths, Fraction(9, 10)),
        between=_mean(gaps),
    )


def _changes(spans: Sequence[Span], end: int) -> list[tuple[int, str]]:
    changes: list[tuple[int, str]] = []
    for span in spans:
        if not changes or changes[-1][1] != span.state:
            changes.append((span.start, span.state))
    return [*changes, (end, changes[-1][1])] if changes else []


def _mean(values: Sequence[int]) -> Fraction | None:
    return Fraction(sum(values), len(values)) if values else None


def _percentile(values: Sequence[int], share: Fraction) -> Fraction | None:
    """Linear between the two nearest ranks of sorted values."""
    if not values:
        return None
    place = share * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (place - low) * (values[high] - values[low])
