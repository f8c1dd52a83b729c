"""The parts of a metric by one dimension: their weeks, and who holds how much of the distance to the path."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from metrics.models import Direction, Grain, Kind, PeriodValue
from metrics.selectors.standings import Standing

WEEKS = 20
SHOWN = 12
_WEIGHED = {Kind.MEAN, Kind.RATIO, Kind.SHARE, Kind.INTERVAL_SHARE}
"""Kinds whose value is the mean of their segments', weighed by n (of shares nearly so): distances then add up."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One word of the dimension by week; `share` is its part of the distance to the path, None where none is."""

    word: str
    values: Sequence[float | None]
    n: int
    share: float | None

    @property
    def last(self) -> float | None:
        return self.values[-1] if self.values else None


def list_segments(standing: Standing, dimension: str) -> list[Segment]:
    """The segments of the last 20 complete weeks, those that hold most of the distance first; one query."""
    weeks = standing.weeks[-WEEKS:]
    if not weeks:
        return []
    rows = PeriodValue.objects.filter(
        version=standing.version,
        grain=Grain.WEEK,
        segment__startswith=f"{dimension}=",
        start__range=(weeks[0].start, weeks[-1].start),
    )
    found: dict[str, dict[object, tuple[float | None, int]]] = defaultdict(dict)
    for segment, start, value, n in rows.order_by().values_list("segment", "start", "value", "n"):
        found[segment.partition("=")[2]][start] = (value, n)
    empty: tuple[float | None, int] = (None, 0)
    last = {word: by_start.get(weeks[-1].start, empty) for word, by_start in found.items()}
    shares = _shares(standing, last)
    segments = [
        Segment(word, [by_start.get(week.start, empty)[0] for week in weeks], last[word][1], shares.get(word))
        for word, by_start in found.items()
    ]
    return sorted(segments, key=lambda segment: (-(segment.share or 0), -segment.n, segment.word))[:SHOWN]


def _shares(standing: Standing, last: dict[str, tuple[float | None, int]]) -> dict[str, float]:
    """Each word's part of the distance on the bad side of the path in the last week, 0 to 1; empty without any."""
    week = standing.weeks[-1]
    path = standing.path_on(week)
    if path is None or standing.version.kind not in _WEIGHED or standing.metric.direction == Direction.BAND:
        return {}
    sign = 1 if standing.metric.direction == Direction.DOWN else -1
    apart = {word: max(sign * (value - path), 0.0) * n for word, (value, n) in last.items() if value is not None}
    total = sum(apart.values())
    return {word: distance / total for word, distance in apart.items()} if total > 0 else {}
