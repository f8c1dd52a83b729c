"""Day cells as rows: replaced where they changed, and read by stretches of days."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from django.db.models import Q, QuerySet

from metrics.keys import CellKey, Line
from metrics.kinds import Cell
from metrics.models import DayCell, MetricVersion

BATCH = 500
_MANY = 200
_BIGGEST = 2**63 - 1
Span = tuple[date, date]
Changes = dict[Line, dict[date, int]]
"""The days whose cell changed, by line, and by how much each day's total did."""


def replace_day_cells(
    versions: Sequence[MetricVersion], days: Collection[date], cells: Mapping[CellKey, Cell]
) -> Changes:
    """Set the cells of these days: rows that differ are replaced, and removed where a day has none any more."""
    rows = DayCell.objects.filter(version__in=versions, day__in=days).order_by()
    stored = {
        CellKey(version, segment, day): (pk, Cell(n, total, denominator, bytes(data)))
        for pk, version, segment, day, n, total, denominator, data in rows.values_list(
            "pk", "version_id", "segment", "day", "n", "total", "denominator", "data"
        )
    }
    gone = [key for key in stored if key not in cells]
    new = {key: cell for key, cell in cells.items() if key not in stored or stored[key][1] != cell}
    delete_rows(DayCell.objects.all(), [stored[key][0] for key in gone])
    _upsert(new)
    changes: Changes = defaultdict(dict)
    for key in (*gone, *new):
        before = stored[key][1].total if key in stored else 0
        after = new[key].total if key in new else 0
        changes[key.version_id, key.segment][key.day] = after - before
    return changes


def _upsert(cells: Mapping[CellKey, Cell]) -> None:
    DayCell.objects.bulk_create(
        [
            DayCell(
                version_id=key.version_id,
                segment=key.segment,
                day=key.day,
                n=cell.n,
                total=fitting(cell.total, key),
                denominator=fitting(cell.denominator, key),
                data=cell.data,
            )
            for key, cell in cells.items()
        ],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["version", "segment", "day"],
        update_fields=["n", "total", "denominator", "data"],
    )


def fitting(number: int, what: object) -> int:
    """The number, if 64 bits hold it; OverflowError says whose it is, as a wrong number must never be stored."""
    if abs(number) > _BIGGEST:
        raise OverflowError(f"{what}: {number} does not fit into 64 bits. Measure in a larger unit.")
    return number


def delete_rows(rows: "QuerySet[DayCell]", ids: Sequence[int]) -> None:
    """Delete the rows with these ids."""
    for start in range(0, len(ids), BATCH):
        rows.filter(pk__in=ids[start : start + BATCH]).delete()


def load_day_cells(lines: Collection[Line], spans: Iterable[Span]) -> dict[Line, dict[date, Cell]]:
    """The cells of these lines in these stretches of days (last day included), in one query."""
    loaded: dict[Line, dict[date, Cell]] = {line: {} for line in lines}
    if not loaded:
        return loaded
    inside = Q()
    for first, last in join_spans(spans):
        inside |= Q(day__range=(first, last))
    rows = DayCell.objects.filter(inside, lines_in(lines)).order_by()
    columns = ("version_id", "segment", "day", "n", "total", "denominator", "data")
    for version, segment, day, n, total, denominator, data in rows.values_list(*columns):
        if (version, segment) in loaded:
            loaded[version, segment][day] = Cell(n, total, denominator, bytes(data))
    return loaded


def lines_in(lines: Collection[Line]) -> Q:
    """A condition that holds for these lines, and maybe for a few others of the same versions."""
    condition = Q(version__in={version for version, _ in lines})
    segments = {segment for _, segment in lines}
    return condition & Q(segment__in=segments) if len(segments) <= _MANY else condition


def join_spans(spans: Iterable[Span]) -> list[Span]:
    """The same days as few stretches as possible, in order."""
    joined: list[Span] = []
    for first, last in sorted(set(spans)):
        if joined and first.toordinal() <= joined[-1][1].toordinal() + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return joined
