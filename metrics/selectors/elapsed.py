"""Running periods beside the same days of earlier ones, exactly, from stored days."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from metrics.cell_line import CellLine
from metrics.keys import fold_key
from metrics.kinds import KINDS, Cell
from metrics.models import DayCell, Grain, Kind, MetricVersion
from metrics.selectors.values import Series, calendar_for, list_series

_ONE_DAY = timedelta(days=1)
_WITHOUT = {Kind.DERIVED, Kind.SURVIVAL}
"""Derived metrics have no days of their own, and the lives that survival follows end after their day."""
_COLUMNS = ("version_id", "day", "n", "total", "denominator")


@dataclass(frozen=True, slots=True)
class Elapsed:
    """The complete days of a running period, `days` of them, and as many of the one before; values may be None."""

    days: int
    now: float | None
    before: float | None

    @property
    def change(self) -> float | None:
        return None if self.now is None or self.before is None else self.now - self.before


@dataclass(frozen=True, slots=True)
class _Spans:
    """The days [start, today) of the running period and [earlier, until) of the one before."""

    start: date
    today: date
    earlier: date
    until: date


def list_elapsed(versions: Sequence[MetricVersion], grain: str, *, at: datetime) -> dict[int, Elapsed]:
    """By version, for those kinds whose days can be compared and once a day is over; seven queries at most."""
    spans = {version.pk: _spans(version, grain, at) for version in versions if version.kind not in _WITHOUT}
    started = [
        version for version in versions if version.pk in spans and spans[version.pk].today > spans[version.pk].start
    ]
    stocks = [version for version in started if KINDS[version.kind].fills == "carry"]
    others = [version for version in started if KINDS[version.kind].fills != "carry"]
    return {**_from_cells(others, spans), **_from_levels(stocks, spans, at)}


def _spans(version: MetricVersion, grain: str, at: datetime) -> _Spans:
    calendar = calendar_for(version)
    today = calendar.day_of(at)
    start = calendar.period_start(today, grain)
    earlier = calendar.period_start(start - _ONE_DAY, grain)
    return _Spans(start, today, earlier, min(earlier + (today - start), start))


def _from_cells(versions: Sequence[MetricVersion], spans: Mapping[int, _Spans]) -> dict[int, Elapsed]:
    owners = _cell_owners(versions)
    cells = _load_cells(versions, spans, owners)
    found = {}
    for version in versions:
        line, span = CellLine(cells[owners[version.pk]], version.kind, version.formula), spans[version.pk]
        now, before = line.value(span.start, span.today), line.value(span.earlier, span.until)
        found[version.pk] = Elapsed((span.today - span.start).days, now.value, before.value)
    return found


def _cell_owners(versions: Sequence[MetricVersion]) -> dict[int, int]:
    """Under which version each one's cells are kept: the oldest whose rows fold alike."""
    oldest: dict[tuple[str, Any], int] = {}
    for row in MetricVersion.objects.filter(source__in={version.source for version in versions}).order_by("pk"):
        oldest.setdefault((row.source, fold_key(row)), row.pk)
    return {version.pk: oldest[version.source, fold_key(version)] for version in versions}


def _load_cells(
    versions: Sequence[MetricVersion], spans: Mapping[int, _Spans], owners: Mapping[int, int]
) -> dict[int, dict[date, Cell]]:
    cells: dict[int, dict[date, Cell]] = defaultdict(dict)
    for needs_data in (False, True):
        wanted = [version for version in versions if KINDS[version.kind].needs_data == needs_data]
        if not wanted:
            continue
        first = min(spans[version.pk].earlier for version in wanted)
        rows = DayCell.objects.filter(
            version__in={owners[version.pk] for version in wanted}, segment="", day__gte=first
        ).order_by()
        columns = (*_COLUMNS, "data") if needs_data else _COLUMNS
        for pk, day, n, total, denominator, *data in rows.values_list(*columns):
            cells[pk][day] = Cell(n, total, denominator, *map(bytes, data))
    return cells


def _from_levels(versions: Sequence[MetricVersion], spans: Mapping[int, _Spans], at: datetime) -> dict[int, Elapsed]:
    """A stock's level at the end of the last complete day, and at the end of the same day of the period before."""
    if not versions:
        return {}
    ends = [spans[version.pk] for version in versions]
    days = (min(end.today for end in ends) - _ONE_DAY, min(end.until for end in ends) - _ONE_DAY)
    now, before = (list_series(versions, Grain.DAY, day, day, at=at) for day in days)

    return {
        version.pk: Elapsed(
            (spans[version.pk].today - spans[version.pk].start).days,
            _level(now[version.metric.key]),
            _level(before[version.metric.key]),
        )
        for version in versions
    }


def _level(series: Series) -> float | None:
    return series.points[0].value if series.points else None
