"""The whole truth: stored cells and values against the source rows, each derived again in the plainest way."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import numpy as np
from django.db import connection, transaction

from metrics.cell_line import CellLine
from metrics.column_blocks import unpack_block, unpack_index
from metrics.columns import merge_columns
from metrics.formulas import DERIVED_SOURCE
from metrics.keys import CellKey, ValueKey
from metrics.kinds import KINDS, Cell, Value
from metrics.models import ColumnBlock, DayCell, DirtyMark, Grain, MetricVersion, MonthCell, PeriodValue
from metrics.periods import days_of_marks
from metrics.rollups import keeps_column, rollup_of
from metrics.services.cells import Family, calendar_of, compute_cells, group_by_zone, list_days, list_families
from metrics.services.derived import evaluate_all
from metrics.sources import MetricSource

Days = Mapping[date, Cell]


@dataclass(frozen=True)
class Difference:
    """One stored number that the rows do not bear out."""

    metric: str
    what: str
    stored: str
    expected: str


@contextmanager
def one_state() -> Iterator[None]:
    """A transaction that reads one state of the database, so that a write in between is no difference."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def verify_source(source: MetricSource, *, metric_key: str = "") -> list[Difference]:
    """Recompute the whole history of a source's metrics from its rows and list what differs from what is stored.

    Days that are marked and wait to be recomputed are left out: they are known to differ.
    """
    with one_state():
        hours = set(DirtyMark.objects.filter(source=source.key).values_list("utc_hour", flat=True))
        wanted = [f for f in list_families(source.key) if metric_key in ("", *(v.metric.key for v in f.members))]
        found: list[Difference] = []
        for calendar, families in group_by_zone(wanted).items():
            cells = compute_cells(source, calendar, [f.owner for f in families], list_days(source, calendar))
            waiting = days_of_marks(hours, calendar)
            for family in families:
                found.extend(_family_differences(family, cells, waiting))
    return found


def _family_differences(family: Family, cells: Mapping[CellKey, Cell], waiting: set[date]) -> Iterator[Difference]:
    lines: dict[str, dict[date, Cell]] = defaultdict(dict)
    for key, cell in cells.items():
        if key.version_id == family.owner.pk:
            lines[key.segment][key.day] = cell
    yield from _cell_differences(family, lines, waiting)
    yield from _month_differences(family, lines, waiting)
    for version in family.members:
        yield from _value_differences(version, lines, waiting)


def _cell_differences(family: Family, lines: Mapping[str, Days], waiting: set[date]) -> Iterator[Difference]:
    expected = {(segment, day): cell for segment, days in lines.items() for day, cell in days.items()}
    rows = DayCell.objects.filter(version=family.owner)
    stored = {
        (row.segment, row.day): Cell(row.n, row.total, row.denominator, bytes(row.data))
        for row in rows.iterator(chunk_size=2000)
    }
    for place in sorted({*expected, *stored}):
        segment, day = place
        if day not in waiting and expected.get(place) != stored.get(place):
            what = f"day cell {day} {segment}".strip()
            yield Difference(name_of(family), what, short(stored.get(place)), short(expected.get(place)))


def _month_differences(family: Family, lines: Mapping[str, Days], waiting: set[date]) -> Iterator[Difference]:
    """Months are compared by what they mean: a column by its values, whichever blocks they lie in."""
    kind = family.owner.kind
    rollup = rollup_of(kind)
    if rollup is None:
        return
    by_month: dict[tuple[str, date], list[Cell]] = defaultdict(list)
    for segment, days in lines.items():
        for day in sorted(days):
            by_month[segment, day.replace(day=1)].append(days[day])
    stored = {(row.segment, row.month): row for row in MonthCell.objects.filter(version=family.owner)}
    waits = {day.replace(day=1) for day in waiting}
    for place in sorted({*by_month, *stored}):
        if place[1] in waits:
            continue
        row, cells = stored.get(place), by_month.get(place)
        have = Cell(row.n, row.total, row.denominator, bytes(row.data)) if row else None
        want = rollup(cells) if cells else None
        if have != want or (keeps_column(kind) and row and cells and not _is_same_column(row, cells)):
            yield Difference(name_of(family), f"month cell {place[1]} {place[0]}".strip(), short(have), short(want))


def _is_same_column(row: MonthCell, cells: list[Cell]) -> bool:
    index = unpack_index(bytes(row.blocks))
    data = {pk: bytes(block) for pk, block in ColumnBlock.objects.filter(cell=row).values_list("pk", "data")}
    if sorted(data) != sorted(index.ids.tolist()):
        return False
    blocks = zip(index.ids.tolist(), index.mins.tolist(), index.counts.tolist(), strict=True)
    parts = [unpack_block(data[pk], least, count) for pk, least, count in blocks]
    wanted = np.sort(merge_columns(cell.data for cell in cells))
    return np.array_equal(np.concatenate(parts) if parts else np.empty(0, dtype=np.int64), wanted)


def _value_differences(version: MetricVersion, lines: Mapping[str, Days], waiting: set[date]) -> Iterator[Difference]:
    rows = PeriodValue.objects.filter(version=version)
    stored = {
        ValueKey(version.pk, row.segment, row.grain, row.start): (row.value, row.n)
        for row in rows.iterator(chunk_size=2000)
    }
    derived = version.source == DERIVED_SOURCE
    expected = evaluate_all(version) if derived else expected_values(version, lines, stored)
    for key in sorted({*stored, *expected}):
        value = expected.get(key, Value(None, 0))
        have, want = stored.get(key, (None, 0)), (value.value, value.n)
        if have != want and not waits(version, key.grain, key.start, waiting):
            what = f"{key.segment} {key.grain} {key.start}".strip()
            yield Difference(version.metric.key, what, str(have), str(want))


def expected_values(
    version: MetricVersion, lines: Mapping[str, Days], stored: Mapping[ValueKey, object]
) -> dict[ValueKey, Value]:
    """Every value that these day cells, the whole history of a version, make; each period straight from its days."""
    kept: dict[str, set[date]] = defaultdict(set)
    for key in stored:
        if key.grain == Grain.DAY:
            kept[key.segment].add(key.start)
    calendar = calendar_of(version)
    values: dict[ValueKey, Value] = {}
    for segment in {*lines, *kept}:
        cells = lines.get(segment, {})
        line = CellLine(cells, version.kind, version.formula)
        for grain in calendar.grains:
            days = {*cells, *kept[segment]}
            for start in {start for day in days for start in calendar.starts_containing(day, grain)}:
                values[ValueKey(version.pk, segment, grain, start)] = line.value(
                    start, calendar.period_end(start, grain)
                )
    return values


def waits(version: MetricVersion, grain: str, start: date, waiting: set[date]) -> bool:
    """Whether a day that the period's value is made of waits to be recomputed; a stock is made of all days before."""
    end = calendar_of(version).period_end(start, grain)
    carries = KINDS[version.kind].fills == "carry"
    return any((carries or day >= start) and (end is None or day < end) for day in waiting)


def name_of(family: Family) -> str:
    """The metrics whose cells these are."""
    return ", ".join(sorted({version.metric.key for version in family.members}))


def short(cell: Cell | None) -> str:
    """A cell in a few words."""
    return "none" if cell is None else f"n={cell.n} total={cell.total}/{cell.denominator} data={len(cell.data)} B"
