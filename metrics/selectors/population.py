"""Which rows stand behind a number: cut out of the same frames that its value is folded from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from foundation.errors import InvalidInputError
from metrics.frame import EPOCH, Frame
from metrics.kinds import KINDS
from metrics.kinds.entered import VALUE
from metrics.kinds.rule import having
from metrics.models import Kind, MetricVersion
from metrics.selectors.values import Point, calendar_for, get_point
from metrics.sources import MetricSource, get_source

INSTANT = timedelta(microseconds=1)
_NEEDED = ("measure", "numerator", "denominator", "duration", "observed")
"""Members of a formula that name a measure; a row without a value in it is not counted."""
_FOR_EVER = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Population:
    """Which rows: those that one version counts in one period, of one segment ("dimension=word", "" for all)."""

    version: MetricVersion
    grain: str
    start: date
    segment: str = ""


def get_population(
    version: MetricVersion, grain: str, day: date, *, at: datetime, segment: str = ""
) -> tuple[Population, Point | None]:
    """The rows of the period that contains the day, by the definition its value is of, and that value."""
    point = get_point(version, grain, day, at=at, segment=segment)
    shown = (point.version if point else None) or version
    shown.metric = version.metric
    start = point.start if point else calendar_for(version).period_start(day, grain)
    return Population(shown, grain, start, segment), point


def find_source(version: MetricVersion) -> MetricSource | None:
    """The version's source; None where the app that offered it is gone, whose stored values stay readable."""
    try:
        return get_source(version.source)
    except KeyError:
        return None


def can_list(version: MetricVersion) -> bool:
    """Whether the rows behind the version's numbers can be shown."""
    source = find_source(version)
    if version.kind == Kind.DERIVED:
        return True
    if source is None or source.describe is None:
        return False
    return KINDS[version.kind].fills != "carry" or source.held_at is not None


def rows_permission(version: MetricVersion) -> str:
    """The permission that seeing the version's rows takes; empty where seeing the metric is enough."""
    source = find_source(version)
    return source.permission if source else ""


def measure_names(version: MetricVersion) -> list[str]:
    """The measures that the formula reads, in the order of the source: what a row must carry to recompute the value."""
    source = get_source(version.source)
    named = set(_words_in(version.formula)) | ({VALUE} if version.kind == Kind.ENTERED else set())
    return [name for name in source.measures if name in named]


def _words_in(value: Any) -> Iterator[str]:
    """Every text within a formula, the names of members among them."""
    if isinstance(value, Mapping):
        yield from value
        value = list(value.values())
    if isinstance(value, list | tuple):
        for part in value:
            yield from _words_in(part)
    elif isinstance(value, str):
        yield value


def read_rows(population: Population) -> Frame:
    """All rows of the population at once, in order of time."""
    version, source = population.version, get_source(population.version.source)
    if KINDS[version.kind].fills == "carry":
        return _held(population, source)
    start, end = _bounds(population, source)
    return _chosen(population, source.fetch(start, end)) if start < end else _chosen(population, _none(source))


def iter_frames(population: Population, *, since: datetime | None = None) -> Iterator[Frame]:
    """The rows day by day, in order of time, so that a long period never is in memory whole.

    `since` leaves out the days before its own. A stock's rows, which it holds at one instant, come in one piece.
    """
    version, source = population.version, get_source(population.version.source)
    if KINDS[version.kind].fills == "carry":
        yield _held(population, source)
        return
    calendar = calendar_for(version)
    start, end = _bounds(population, source)
    day = calendar.day_of(max(start, since) if since else start)
    while (midnight := calendar.midnight(day)) < end:
        day += timedelta(days=1)
        yield _chosen(population, source.fetch(midnight, calendar.midnight(day)))


def get_level(version: MetricVersion, moment: datetime, *, segment: str = "") -> int | None:
    """What a stock holds at an instant, in base units, counted from the rows; None where the source holds nothing."""
    source = get_source(version.source)
    if source.held_at is None:
        return None
    held = source.held_at(moment).where(version.formula.get("filter", {})).where(condition_of(version, segment))
    return int(held.measures[version.formula["measure"]].sum())


def condition_of(version: MetricVersion, segment: str) -> dict[str, str]:
    """The segment as a condition on rows; InvalidInputError where the version keeps no such segments."""
    if not segment:
        return {}
    dimension, sign, word = segment.partition("=")
    if dimension not in version.dimensions or not sign:
        kept = ", ".join(version.dimensions) or "none"
        raise InvalidInputError("segment", f"Write dimension=word; kept dimensions: {kept}.")
    return {dimension: word}


def _held(population: Population, source: MetricSource) -> Frame:
    """What a stock holds when the period ends: just before the instant that no longer belongs to it."""
    if source.held_at is None:
        return _none(source)
    _, end = calendar_for(population.version).bounds(population.start, population.grain)
    return _chosen(population, source.held_at((end or _FOR_EVER) - INSTANT))


def _bounds(population: Population, source: MetricSource) -> tuple[datetime, datetime]:
    """The period's UTC bounds; those of the whole history reach from the first row to the last."""
    calendar = calendar_for(population.version)
    start, end = calendar.bounds(population.start, population.grain)
    if end is not None:
        return start, end
    span = source.span()
    if span is None:
        return start, start
    return max(start, calendar.midnight(calendar.day_of(span[0]))), span[1] + INSTANT


def _none(source: MetricSource) -> Frame:
    return source.fetch(EPOCH, EPOCH)


def _chosen(population: Population, frame: Frame) -> Frame:
    """The rows that the version counts, in order of time and key."""
    version = population.version
    chosen = frame.where(version.formula.get("filter", {})).where(condition_of(version, population.segment))
    chosen = having(chosen, *(version.formula[member] for member in _NEEDED if version.formula.get(member)))
    return chosen.pick(np.lexsort((chosen.keys, chosen.at)))
