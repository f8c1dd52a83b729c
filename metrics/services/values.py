"""Period values from day cells, and the history of what they were."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from metrics.cell_line import CellLine
from metrics.kinds import KINDS, Cell, Value
from metrics.models import DayCell, Grain, MetricVersion, PeriodValue, ValueRevision
from metrics.periods import PUBLISHED_AFTER, OrganisationCalendar
from metrics.services.cells import CellKey, calendar_of

_BATCH = 500


class _Stored(NamedTuple):
    """What a period's row says now."""

    value: float | None
    n: int
    computed_at: datetime
    restated_at: datetime | None


_STORED = tuple(_Stored.__annotations__)


@dataclass(frozen=True)
class PeriodKey:
    segment: str
    grain: str
    start: date


def store_cells(versions: Sequence[MetricVersion], days: Iterable[date], cells: Mapping[CellKey, Cell]) -> None:
    """Set the cells of these days: rows are replaced, and removed where a day has none any more."""
    wanted = set(days)
    stored = DayCell.objects.filter(version__in=versions, day__in=wanted).values_list(
        "pk", "version_id", "segment", "day"
    )
    gone = [pk for pk, version, segment, day in stored if CellKey(version, segment, day) not in cells]
    for start in range(0, len(gone), _BATCH):
        DayCell.objects.filter(pk__in=gone[start : start + _BATCH]).delete()
    DayCell.objects.bulk_create(
        [
            DayCell(
                version_id=key.version_id,
                segment=key.segment,
                day=key.day,
                n=cell.n,
                total=cell.total,
                denominator=cell.denominator,
                data=cell.data,
            )
            for key, cell in cells.items()
        ],
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["version", "segment", "day"],
        update_fields=["n", "total", "denominator", "data"],
    )


def derive_values(version: MetricVersion, days: Iterable[date], *, at: datetime, cause: str) -> int:
    """Derive every period that contains one of the days from the stored cells; how many values changed.

    A stock carries on: there every stored period from the first of the days on is derived.
    """
    touched = sorted(set(days))
    calendar = calendar_of(version)
    values: dict[PeriodKey, Value] = {}
    loaded, stored = _load_cells(version), _stored_days(version, touched[0])
    for segment in {*loaded, *stored}:
        values.update(_segment_values(version, segment, loaded.get(segment, {}), touched, stored.get(segment, set())))
    return _store_values(version, values, calendar, at=at, cause=cause)


def expected_values(version: MetricVersion, cells: Mapping[CellKey, Cell]) -> dict[PeriodKey, Value]:
    """All values that these cells, the whole history of a version, make; for comparison with the stored ones."""
    by_segment: dict[str, dict[date, Cell]] = defaultdict(dict)
    for key, cell in cells.items():
        if key.version_id == version.pk:
            by_segment[key.segment][key.day] = cell
    stored = _stored_days(version, date.min)
    values: dict[PeriodKey, Value] = {}
    for segment in {*by_segment, *stored}:
        kept = stored.get(segment, set())
        days = sorted({*by_segment[segment], *kept})
        values.update(_segment_values(version, segment, by_segment[segment], days, kept))
    return values


def _segment_values(
    version: MetricVersion,
    segment: str,
    cells: Mapping[date, Cell],
    touched: Sequence[date],
    stored: set[date],
) -> dict[PeriodKey, Value]:
    calendar = calendar_of(version)
    line = CellLine(cells, version.kind, version.formula)
    affected = set(touched)
    if KINDS[version.kind].fills == "carry":
        affected = {day for day in {*line.days, *stored} if day >= touched[0]}
    return {
        PeriodKey(segment, grain, start): line.value(start, calendar.period_end(start, grain))
        for grain in Grain.values
        for start in {calendar.period_start(day, grain) for day in affected}
    }


def _load_cells(version: MetricVersion) -> dict[str, dict[date, Cell]]:
    loaded: dict[str, dict[date, Cell]] = defaultdict(dict)
    columns = ("segment", "day", "n", "total", "denominator", *(["data"] if KINDS[version.kind].needs_data else []))
    rows = DayCell.objects.filter(version=version).order_by().values_list(*columns)
    for segment, day, n, total, denominator, *data in rows.iterator(chunk_size=2000):
        loaded[segment][day] = Cell(n, int(total), int(denominator), *map(bytes, data))
    return loaded


def _stored_days(version: MetricVersion, first: date) -> dict[str, set[date]]:
    """The days from `first` on that have a stored value, by segment; their cells may be gone."""
    days: dict[str, set[date]] = defaultdict(set)
    rows = PeriodValue.objects.filter(version=version, grain=Grain.DAY, start__gte=first)
    for segment, start in rows.values_list("segment", "start"):
        days[segment].add(start)
    return days


def _store_values(
    version: MetricVersion,
    values: Mapping[PeriodKey, Value],
    calendar: OrganisationCalendar,
    *,
    at: datetime,
    cause: str,
) -> int:
    """Upsert the values that differ from what is stored and append a revision for each of them."""
    stored = _stored_values(version, values)
    changed: list[PeriodValue] = []
    for key, value in values.items():
        row = stored.get(key)
        if (row is None and value.n == 0 and value.value is None) or (
            row is not None and (row.value, row.n) == (value.value, value.n)
        ):
            continue
        changed.append(_next_row(version, key, value, row, calendar, at))
    _write(changed, cause)
    return len(changed)


def _stored_values(version: MetricVersion, keys: Iterable[PeriodKey]) -> dict[PeriodKey, _Stored]:
    """What is stored for these periods, and maybe for some between them: of a grain only from the first to the last."""
    starts: dict[str, set[date]] = defaultdict(set)
    for key in keys:
        starts[key.grain].add(key.start)
    found: dict[PeriodKey, _Stored] = {}
    for grain, wanted in starts.items():
        rows = PeriodValue.objects.filter(version=version, grain=grain, start__range=(min(wanted), max(wanted)))
        for segment, start, *row in rows.values_list("segment", "start", *_STORED):
            found[PeriodKey(segment, grain, start)] = _Stored(*row)
    return found


def _next_row(
    version: MetricVersion,
    key: PeriodKey,
    value: Value,
    row: _Stored | None,
    calendar: OrganisationCalendar,
    at: datetime,
) -> PeriodValue:
    restated_at = row.restated_at if row else None
    if row and calendar.is_complete(key.start, key.grain, row.computed_at) and row.computed_at + PUBLISHED_AFTER <= at:
        restated_at = at
    return PeriodValue(
        version=version,
        segment=key.segment,
        grain=key.grain,
        start=key.start,
        value=value.value,
        n=value.n,
        computed_at=at,
        restated_at=restated_at,
    )


def _write(changed: Sequence[PeriodValue], cause: str) -> None:
    PeriodValue.objects.bulk_create(
        changed,
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["version", "segment", "grain", "start"],
        update_fields=["value", "n", "computed_at", "restated_at"],
    )
    ValueRevision.objects.bulk_create(
        [
            ValueRevision(
                version_id=row.version_id,
                segment=row.segment,
                grain=row.grain,
                start=row.start,
                value=row.value,
                n=row.n,
                computed_at=row.computed_at,
                cause=cause,
            )
            for row in changed
        ],
        batch_size=_BATCH,
    )
