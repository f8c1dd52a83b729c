"""Month cells from day cells; of a percentile's month only the blocks whose values changed are written."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from metrics.column_blocks import Index, cut_blocks, hash_blocks, pack_block, unpack_index
from metrics.columns import merge_columns
from metrics.frame import Integers
from metrics.keys import Line
from metrics.kinds import Cell
from metrics.models import ColumnBlock, MonthCell
from metrics.rollups import Rollup
from metrics.services.day_cells import BATCH, fitting, lines_in

_EMPTY = unpack_index(b"")


@dataclass
class Month:
    """One month of one line. `column` holds the sorted values where they were just put together, else None."""

    pk: int
    cell: Cell = field(default_factory=lambda: Cell(0))
    index: Index = _EMPTY
    column: Integers | None = None


Months = dict[Line, dict[date, Month]]
_Place = tuple[Line, date]


@dataclass(frozen=True)
class MonthJob:
    """A month to be made anew of its day cells; `is_column` where these hold sorted columns."""

    line: Line
    month: date
    cells: Sequence[Cell]
    rollup: Rollup
    is_column: bool


def load_months(lines: Collection[Line]) -> Months:
    """Every month of these lines, in one query."""
    loaded: Months = {line: {} for line in lines}
    rows = MonthCell.objects.filter(lines_in(lines)).order_by() if lines else MonthCell.objects.none()
    columns = ("pk", "version_id", "segment", "month", "n", "total", "denominator", "data", "blocks")
    for pk, version, segment, month, n, total, denominator, data, blocks in rows.values_list(*columns):
        if (version, segment) in loaded:
            cell = Cell(n, total, denominator, bytes(data))
            loaded[version, segment][month] = Month(pk, cell, unpack_index(bytes(blocks)))
    return loaded


def rebuild_months(months: Months, jobs: Iterable[MonthJob]) -> None:
    """Make these months anew, in the database and in `months`; those without day cells are removed."""
    full: list[MonthJob] = []
    gone: list[int] = []
    for job in jobs:
        if job.cells:
            full.append(job)
        elif (old := months[job.line].pop(job.month, None)) is not None:
            gone.append(old.pk)
    for start in range(0, len(gone), BATCH):
        ColumnBlock.objects.filter(cell__in=gone[start : start + BATCH]).delete()
        MonthCell.objects.filter(pk__in=gone[start : start + BATCH]).delete()
    _create_missing(months, full)
    hashes, changed = _replace_blocks(months, [job for job in full if job.is_column])
    for job in full:
        month, cell = months[job.line][job.month], job.rollup(job.cells)
        if month.cell != cell:
            month.cell = cell
            changed.add((job.line, job.month))
    _update(months, changed, hashes)


def _create_missing(months: Months, jobs: Sequence[MonthJob]) -> None:
    """Months that are new get their row first: blocks refer to it."""
    missing = [job for job in jobs if job.month not in months[job.line]]
    rows = [MonthCell(version_id=job.line[0], segment=job.line[1], month=job.month) for job in missing]
    for job, row in zip(missing, MonthCell.objects.bulk_create(rows, batch_size=BATCH), strict=True):
        months[job.line][job.month] = Month(row.pk)


def _replace_blocks(months: Months, jobs: Sequence[MonthJob]) -> tuple[dict[_Place, bytes], set[_Place]]:
    """Write the blocks that differ and delete the ones they replace; the months' hashes, and which months changed."""
    if not jobs:
        return {}, set()
    hashes = _load_hashes([months[job.line][job.month] for job in jobs])
    rows: list[ColumnBlock] = []
    dropped: list[int] = []
    cuts: list[_Cut] = []
    for job in jobs:
        month = months[job.line][job.month]
        cut = _Cut.of(
            month, np.sort(merge_columns(cell.data for cell in job.cells), kind="stable"), hashes.get(month.pk, b"")
        )
        cuts.append(cut)
        rows += [ColumnBlock(cell_id=month.pk, data=cut.pack(i)) for i in cut.fresh]
        dropped += cut.dropped
    made = iter(ColumnBlock.objects.bulk_create(rows, batch_size=BATCH))
    for start in range(0, len(dropped), BATCH):
        ColumnBlock.objects.filter(pk__in=dropped[start : start + BATCH]).delete()
    for job, cut in zip(jobs, cuts, strict=True):
        month = months[job.line][job.month]
        month.column, month.index = cut.column, cut.index([next(made).pk for _ in cut.fresh])
    written = {(job.line, job.month): cut for job, cut in zip(jobs, cuts, strict=True)}
    changed = {place for place, cut in written.items() if cut.fresh or cut.dropped}
    return {place: cut.hashes.tobytes() for place, cut in written.items()}, changed


@dataclass(frozen=True)
class _Cut:
    """A sorted column cut into blocks: the ids of blocks it has already (else 0), and of those it has no more."""

    column: Integers
    starts: Integers
    counts: Integers
    hashes: "np.ndarray[tuple[int, ...], np.dtype[np.uint64]]"
    kept: list[int]
    dropped: list[int]

    @classmethod
    def of(cls, month: Month, column: Integers, old_hashes: bytes) -> "_Cut":
        starts = cut_blocks(column, month.index.mins)
        counts = np.diff(np.append(starts, len(column)))
        hashes = hash_blocks(column, starts)
        old = month.index
        known = zip(old.mins.tolist(), old.counts.tolist(), np.frombuffer(old_hashes, "<u8").tolist(), strict=False)
        by_content = dict(zip(known, old.ids.tolist(), strict=False))
        kept = [
            by_content.pop(content, 0)
            for content in zip(column[starts].tolist(), counts.tolist(), hashes.tolist(), strict=True)
        ]
        return cls(column, starts, counts, hashes, kept, sorted(set(old.ids.tolist()) - set(kept)))

    @property
    def fresh(self) -> list[int]:
        return [i for i, pk in enumerate(self.kept) if not pk]

    def pack(self, i: int) -> bytes:
        return pack_block(self.column[self.starts[i] : self.starts[i] + self.counts[i]])

    def index(self, made: Sequence[int]) -> Index:
        ids = np.array(self.kept, dtype=np.int64)
        ids[ids == 0] = made
        top = int(self.column[-1]) if len(self.column) else 0
        return Index(ids, self.column[self.starts], self.counts.astype(np.int64), top)


def _load_hashes(months: Iterable[Month]) -> dict[int, bytes]:
    ids = [month.pk for month in months]
    return {pk: bytes(data) for pk, data in MonthCell.objects.filter(pk__in=ids).values_list("pk", "hashes")}


def _update(months: Months, changed: Iterable[_Place], hashes: Mapping[_Place, bytes]) -> None:
    rows = []
    for line, day in changed:
        month = months[line][day]
        row = MonthCell(
            version_id=line[0],
            segment=line[1],
            month=day,
            n=month.cell.n,
            total=fitting(month.cell.total, (line, day)),
            denominator=fitting(month.cell.denominator, (line, day)),
            data=month.cell.data,
            blocks=month.index.pack(),
            hashes=hashes.get((line, day), b""),
        )
        rows.append(row)
    MonthCell.objects.bulk_create(
        rows,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["version", "segment", "month"],
        update_fields=["n", "total", "denominator", "data", "blocks", "hashes"],
    )
