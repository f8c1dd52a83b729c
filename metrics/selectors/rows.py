"""The rows behind a number in words, the first few or page by page."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from metrics.frame import EPOCH, MISSING, Frame, Integers
from metrics.kinds.entered import MILLIONTHS, VALUE
from metrics.models import Kind, MetricVersion
from metrics.selectors.population import INSTANT, Population, iter_frames, measure_names, read_rows
from metrics.sources import RowWords, get_source

DESCRIBED_AT_ONCE = 500
ORDERS = ("newest", "largest", "smallest")


@dataclass(frozen=True, slots=True)
class Row:
    """One row behind a number.

    `measures` are those the formula reads, in the source's base units, None where the row has none; `histogram` is
    the row's, where the number is made of histograms.
    """

    key: int
    words: RowWords
    at: datetime
    measures: Mapping[str, int | None]
    dimensions: Mapping[str, str]
    histogram: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A row's place in the order of time: its instant in µs since 1970 and its key."""

    at: int
    key: int


def iter_rows(population: Population) -> Iterator[Row]:
    """Every row in order of time, described by the batch; memory does not grow with the period."""
    for frame in iter_frames(population):
        yield from describe_rows(population.version, frame)


def list_rows_after(population: Population, after: Place | None, *, size: int) -> tuple[list[Row], Place | None]:
    """The next `size` rows in order of time and the place of the last of them; None where none is left.

    Rows of one place, such as a ticket that comes and goes in one instant, are never parted: a page may be longer.
    """
    since = None if after is None else EPOCH + timedelta(microseconds=after.at)
    page: list[Row] = []
    for frame in iter_frames(population, since=since):
        rest = frame if after is None else frame.pick(_is_after(frame, after))
        wanted = size - len(page)
        if len(rest) > wanted:
            cut = _whole_places(rest, wanted)
            page += describe_rows(population.version, rest.pick(np.arange(cut)))
            if cut < len(rest) or wanted == 0:
                return page, _place_of(page[-1])
        else:
            page += describe_rows(population.version, rest)
    return page, None


def _is_after(frame: Frame, place: Place) -> Any:
    return (frame.at > place.at) | ((frame.at == place.at) & (frame.keys > place.key))


def _place_of(row: Row) -> Place:
    return Place((row.at - EPOCH) // INSTANT, row.key)


def _whole_places(frame: Frame, size: int) -> int:
    """How many rows to take for at least `size` of them, so that the last one's place is taken whole."""
    cut = size
    while 0 < cut < len(frame) and frame.at[cut] == frame.at[cut - 1] and frame.keys[cut] == frame.keys[cut - 1]:
        cut += 1
    return cut


def list_first_rows(population: Population, *, order: str, limit: int) -> tuple[list[Row], int]:
    """The first `limit` rows by `order` (see ORDERS) and how many there are in all; one more query describes them."""
    frame = read_rows(population)
    sizes = sizes_of(population.version, frame)
    if order == "newest" or sizes is None:
        positions = np.arange(len(frame))[::-1]
    else:
        positions = np.argsort(sizes if order == "smallest" else -sizes, kind="stable")
    return describe_rows(population.version, frame.pick(positions[:limit])), len(frame)


def sizes_of(version: MetricVersion, frame: Frame) -> Integers | None:
    """How much each row weighs in the value, in base units; None where all weigh the same.

    A share of time is told by what it lacks: the time counted that is not good.
    """
    formula = version.formula
    if version.kind == Kind.INTERVAL_SHARE:
        lost = np.zeros(len(frame), dtype=np.int64)
        for measure in formula["counted"]:
            lost = lost + 1000 * frame.measures[measure]
        for measure, weight in formula["good"].items():
            lost = lost - weight * frame.measures[measure]
        return lost
    name = str(formula.get("measure") or formula.get("numerator") or formula.get("duration") or VALUE)
    return frame.measures.get(name)


def value_of(row: Row, version: MetricVersion) -> float | None:
    """What one row adds to a sum, a mean or a percentile, in the metric's unit; None for numbers made otherwise."""
    if version.kind == Kind.ENTERED:
        measure, scale = row.measures[VALUE], version.formula.get("scale", MILLIONTHS)
    elif version.kind in {Kind.SUM, Kind.MEAN, Kind.PERCENTILE}:
        measure, scale = row.measures[version.formula["measure"]], version.formula.get("scale", 1)
    else:
        return None
    return None if measure is None else float(measure / scale)


def _number(value: Any) -> int | None:
    return None if value == MISSING else int(value)


def describe_rows(version: MetricVersion, frame: Frame) -> list[Row]:
    """The frame's rows in words; one query a batch of 500. A row deleted meanwhile says so."""
    source = get_source(version.source)
    if source.describe is None:
        return []
    names = measure_names(version)
    rows: list[Row] = []
    for first in range(0, len(frame), DESCRIBED_AT_ONCE):
        part = frame.pick(np.arange(first, min(first + DESCRIBED_AT_ONCE, len(frame))))
        words = source.describe([int(key) for key in dict.fromkeys(part.keys.tolist())])
        rows += [_row(part, i, names, words, version.kind) for i in range(len(part))]
    return rows


def _row(frame: Frame, i: int, names: list[str], words: Mapping[int, RowWords], kind: str) -> Row:
    key = int(frame.keys[i])
    return Row(
        key=key,
        words=words.get(key) or RowWords(f"Row {key}", detail="deleted meanwhile"),
        at=EPOCH + int(frame.at[i]) * INSTANT,
        measures={name: _number(frame.measures[name][i]) for name in names},
        dimensions={name: str(column[i]) for name, column in frame.dimensions.items()},
        histogram=frame.blobs[i] if kind == Kind.HISTOGRAM_PERCENTILE else None,
    )
