"""The self-check: stored cells and values against the source rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction

from metrics.kinds import KINDS, Cell
from metrics.models import DayCell, DirtyMark, MetricVersion, PeriodValue
from metrics.periods import days_of_marks
from metrics.services.cells import (
    CellKey,
    calendar_of,
    compute_cells,
    group_by_calendar,
    list_days,
    list_live_versions,
)
from metrics.services.values import expected_values
from metrics.sources import MetricSource


@dataclass(frozen=True)
class Difference:
    """One stored number that the rows do not bear out."""

    metric: str
    what: str
    stored: str
    expected: str


def verify_source(source: MetricSource, *, metric_key: str = "") -> list[Difference]:
    """Recompute the whole history of a source's metrics from its rows and list what differs from what is stored.

    Reads one state of the database, so that a write in between is no difference. Days that are marked and wait to be
    recomputed are left out: they are known to differ.
    """
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        hours = set(DirtyMark.objects.filter(source=source.key).values_list("utc_hour", flat=True))
        live = [v for v in list_live_versions(source.key) if metric_key in ("", v.metric.key)]
        found: list[Difference] = []
        for calendar, versions in group_by_calendar(live).items():
            cells = compute_cells(source, calendar, versions, list_days(source, calendar))
            waiting = days_of_marks(hours, calendar)
            for version in versions:
                found.extend(_cell_differences(version, cells, waiting))
                found.extend(_value_differences(version, cells, waiting))
    return found


def _cell_differences(version: MetricVersion, cells: dict[CellKey, Cell], waiting: set[date]) -> Iterator[Difference]:
    expected = {key: cell for key, cell in cells.items() if key.version_id == version.pk}
    stored = {
        CellKey(version.pk, row.segment, row.day): Cell(row.n, int(row.total), int(row.denominator), bytes(row.data))
        for row in DayCell.objects.filter(version=version).iterator(chunk_size=2000)
    }
    for key in sorted({*expected, *stored}, key=lambda k: (k.segment, k.day)):
        if key.day not in waiting and expected.get(key) != stored.get(key):
            what = f"day cell {key.day} {key.segment}".strip()
            yield Difference(version.metric.key, what, _short(stored.get(key)), _short(expected.get(key)))


def _value_differences(version: MetricVersion, cells: dict[CellKey, Cell], waiting: set[date]) -> Iterator[Difference]:
    expected = expected_values(version, cells)
    rows = PeriodValue.objects.filter(version=version)
    stored = {(row.segment, row.grain, row.start): (row.value, row.n) for row in rows.iterator(chunk_size=2000)}
    wanted = {(key.segment, key.grain, key.start): (value.value, value.n) for key, value in expected.items()}
    for place in sorted({*stored, *wanted}):
        have, want = stored.get(place, (None, 0)), wanted.get(place, (None, 0))
        if have != want and not _waits(version, place[1], place[2], waiting):
            yield Difference(version.metric.key, " ".join(map(str, place)).strip(), str(have), str(want))


def _waits(version: MetricVersion, grain: str, start: date, waiting: set[date]) -> bool:
    """Whether a day that the period's value is made of waits to be recomputed; a stock is made of all days before."""
    end = calendar_of(version).period_end(start, grain)
    carries = KINDS[version.kind].fills == "carry"
    return any((carries or day >= start) and (end is None or day < end) for day in waiting)


def _short(cell: Cell | None) -> str:
    return "none" if cell is None else f"n={cell.n} total={cell.total}/{cell.denominator} data={len(cell.data)} B"
