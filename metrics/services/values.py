"""Period values as rows, and the history of what they were."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Q

from metrics.keys import ValueKey
from metrics.kinds import KINDS, Value
from metrics.models import Grain, MetricVersion, PeriodClose, PeriodValue, ValueRevision
from metrics.periods import PUBLISHED_AFTER, OrganisationCalendar
from metrics.services.cells import calendar_of
from metrics.services.day_cells import BATCH

_MANY = 200


class _Stored(NamedTuple):
    """What a period's row says now."""

    value: float | None
    n: int
    computed_at: datetime
    restated_at: datetime | None


_STORED = tuple(_Stored.__annotations__)


@dataclass(frozen=True)
class Edits:
    """How many row changes of a batch lie on which days: a UTC hour touches its first and its last day."""

    counts: Sequence[tuple[date, date, int]] = ()

    def between(self, start: date, end: date | None) -> int:
        """Those that touch the days start ≤ day < end."""
        return sum(n for first, last, n in self.counts if last >= start and (end is None or first < end))


@dataclass(frozen=True)
class Occasion:
    """When, why and by how many edits values are stored."""

    at: datetime
    cause: str
    edits: Edits = Edits()


def store_values(
    versions: Iterable[MetricVersion], values: Mapping[ValueKey, Value], occasion: Occasion
) -> list[PeriodValue]:
    """Upsert the values that differ from what is stored, and append a revision for each; the rows that changed."""
    by_id = {version.pk: version for version in versions}
    calendars = {pk: calendar_of(version) for pk, version in by_id.items()}
    stored = _stored_values(values)
    closes = _list_closes(values)
    changed: list[PeriodValue] = []
    for key, value in values.items():
        row = stored.get(key)
        if (row is None and value.n == 0 and value.value is None) or (
            row is not None and (row.value, row.n) == (value.value, value.n)
        ):
            continue
        changed.append(_next_row(key, value, row, calendars[key.version_id], occasion.at, closes))
    PeriodValue.objects.bulk_create(
        changed,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["version", "segment", "grain", "start"],
        update_fields=["value", "n", "computed_at", "restated_at"],
    )
    _append_revisions(changed, by_id, calendars, occasion)
    return changed


def _stored_values(keys: Iterable[ValueKey]) -> dict[ValueKey, _Stored]:
    """What is stored for these periods, and maybe for some others of the same versions."""
    groups: dict[str, set[date]] = defaultdict(set)
    versions, segments = set(), set()
    for version, segment, grain, start in keys:
        groups[grain].add(start)
        versions.add(version)
        segments.add(segment)
    if not versions:
        return {}
    rows = PeriodValue.objects.filter(version__in=versions).order_by()
    if len(segments) <= _MANY:
        rows = rows.filter(segment__in=segments)
    found: dict[ValueKey, _Stored] = {}
    for condition in _conditions(groups):
        for version, segment, grain, start, *row in rows.filter(condition).values_list(
            "version_id", "segment", "grain", "start", *_STORED
        ):
            found[ValueKey(version, segment, grain, start)] = _Stored(*row)
    return found


def _conditions(groups: Mapping[str, set[date]]) -> Iterable[Q]:
    """Few starts are asked for at once, by index; of many, a grain's from the first to the last."""
    few = {start for starts in groups.values() for start in starts if len(starts) <= _MANY}
    grains = [grain for grain, starts in groups.items() if len(starts) <= _MANY]
    if grains:
        yield Q(grain__in=grains, start__in=few)
    for grain, starts in groups.items():
        if len(starts) > _MANY:
            yield Q(grain=grain, start__range=(min(starts), max(starts)))


def _list_closes(keys: Iterable[ValueKey]) -> dict[date, datetime]:
    """When the months among these periods were closed."""
    months = {key.start for key in keys if key.grain == Grain.MONTH}
    closes = (
        PeriodClose.objects.filter(month__range=(min(months), max(months))) if months else PeriodClose.objects.none()
    )
    return dict(closes.values_list("month", "closed_at"))


def _next_row(
    key: ValueKey,
    value: Value,
    row: _Stored | None,
    calendar: OrganisationCalendar,
    at: datetime,
    closes: Mapping[date, datetime],
) -> PeriodValue:
    """The row as it is from now on; restated where what stood there was published, by an hour's time or a closing."""
    restated_at = row.restated_at if row else None
    if row and calendar.is_complete(key.start, key.grain, row.computed_at):
        closed_at = closes.get(key.start) if key.grain == Grain.MONTH else None
        if row.computed_at + PUBLISHED_AFTER <= at or (closed_at is not None and row.computed_at <= closed_at):
            restated_at = at
    return PeriodValue(
        version_id=key.version_id,
        segment=key.segment,
        grain=key.grain,
        start=key.start,
        value=value.value,
        n=value.n,
        computed_at=at,
        restated_at=restated_at,
    )


def _append_revisions(
    changed: Sequence[PeriodValue],
    versions: Mapping[int, MetricVersion],
    calendars: Mapping[int, OrganisationCalendar],
    occasion: Occasion,
) -> None:
    """One revision a changed value, with the edits of its own days; a stock's are all edits up to its end."""
    revisions = []
    for row in changed:
        end = calendars[row.version_id].period_end(row.start, row.grain)
        carries = KINDS[versions[row.version_id].kind].fills == "carry"
        revisions.append(
            ValueRevision(
                version_id=row.version_id,
                segment=row.segment,
                grain=row.grain,
                start=row.start,
                value=row.value,
                n=row.n,
                computed_at=row.computed_at,
                cause=occasion.cause,
                edits=occasion.edits.between(date.min if carries else row.start, end),
            )
        )
    ValueRevision.objects.bulk_create(revisions, batch_size=BATCH)
