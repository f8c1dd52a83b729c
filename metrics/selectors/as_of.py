"""What values were believed to be at an instant: from the revisions, by the definition of then."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from itertools import pairwise

from django.db.models import Max, Q, QuerySet

from metrics.models import MetricVersion, PeriodValue, ValueRevision
from metrics.periods import PUBLISHED_AFTER
from metrics.selectors.values import Point, Reader, Series, Stored, calendar_for, list_series

Place = tuple[int, date]


@dataclass(frozen=True, slots=True)
class Believed:
    """One period's value as it was believed."""

    value: float | None
    n: int
    computed_at: datetime
    restated_at: datetime | None


@dataclass(frozen=True, slots=True)
class Cut:
    """How much of the history counts: revisions computed until `at` and, where a report pins it, up to `last`."""

    at: datetime
    last: int | None = None

    def revisions(self) -> "QuerySet[ValueRevision]":
        """The revisions that count."""
        known = ValueRevision.objects.filter(computed_at__lte=self.at)
        return known if self.last is None else known.filter(pk__lte=self.last)

    def latest(self, where: Q) -> dict[Place, ValueRevision]:
        """The last revision that counts of each period, by version and start, of one grain and segment; one query.

        Of one period later ids are later writes, because a source's writers exclude each other.
        """
        found = self.revisions().filter(where).order_by().values("version", "start")
        newest = found.annotate(newest=Max("pk")).values("newest")
        return {(row.version_id, row.start): row for row in ValueRevision.objects.filter(pk__in=newest)}


def list_versions_at(as_of: datetime, keys: Iterable[str]) -> dict[str, MetricVersion]:
    """The definitions in effect at an instant by key, in scorecard order; those not defined yet are left out."""
    effective = MetricVersion.objects.filter(effective_from__lte=as_of, metric__key__in=list(keys))
    newest = effective.order_by().values("metric").annotate(newest=Max("pk")).values("newest")
    versions = MetricVersion.objects.filter(pk__in=newest).select_related("metric", "metric__owner")
    return {version.metric.key: version for version in versions.order_by("metric__position", "metric__key")}


def get_version_at(key: str, as_of: datetime) -> MetricVersion:
    """The definition of one metric in effect at an instant; before the first it is the first, without values then.

    Raises MetricVersion.DoesNotExist for an unknown key.
    """
    effective = list_versions_at(as_of, [key]).get(key)
    if effective is not None:
        return effective
    return MetricVersion.objects.select_related("metric", "metric__owner").get(metric__key=key, number=1)


def list_series_as_of(
    versions: Sequence[MetricVersion], grain: str, first: date, last: date, *, cut: Cut, segment: str = ""
) -> dict[str, Series]:
    """The series of several metrics as they were believed, by key, without holes; see `list_series`.

    A period's value is its last revision that counts, and whether it was complete is judged at the cut. Four queries
    however many, and one more where a period was restated since.
    """
    return list_series(versions, grain, first, last, at=cut.at, segment=segment, read=believed(cut))


def believed(cut: Cut) -> Reader:
    """What `list_series` reads to give the values as they were believed."""
    return partial(_read_believed, cut)


def get_point_as_of(
    version: MetricVersion, grain: str, day: date, as_of: datetime, *, segment: str = ""
) -> Point | None:
    """What the value of the period that contains the day was believed to be; None where it had not begun."""
    series = list_series_as_of([version], grain, day, day, cut=Cut(as_of), segment=segment)
    points = series[version.metric.key].points
    return points[0] if points else None


def _read_believed(
    cut: Cut, versions: Sequence[MetricVersion], grain: str, segment: str, first: date, last: date
) -> Stored:
    ours = Q(version__in=versions, grain=grain, segment=segment)
    within = ours & Q(start__range=(first, last))
    latest, restated = cut.latest(within), _restated_at(cut, within, versions)
    values: dict[int, dict[date, Believed]] = {version.pk: {} for version in versions}
    for (version, start), row in latest.items():
        values[version][start] = _believed(row, restated)
    before = _latest_of(cut, ours, _latest_starts(cut, ours & Q(start__lt=first)))
    return Stored(values, {version: _believed(row, {}) for (version, _), row in before.items()})


def _latest_starts(cut: Cut, where: Q) -> set[Place]:
    """The last period that had a value before the asked ones, by version."""
    rows = cut.revisions().filter(where).order_by().values("version").annotate(start=Max("start"))
    return {(row["version"], row["start"]) for row in rows}


def _latest_of(cut: Cut, where: Q, places: set[Place]) -> dict[Place, ValueRevision]:
    """The last revisions that count of these periods alone."""
    if not places:
        return {}
    found = cut.latest(where & Q(start__in={start for _, start in places}))
    return {place: row for place, row in found.items() if place in places}


def _believed(row: ValueRevision, restated: Mapping[Place, datetime]) -> Believed:
    return Believed(row.value, row.n, row.computed_at, restated.get((row.version_id, row.start)))


def _restated_at(cut: Cut, where: Q, versions: Sequence[MetricVersion]) -> dict[Place, datetime]:
    """When periods had last been restated by then.

    The stored mark is the answer unless it came later; then the revisions of that period are read.
    """
    rows = PeriodValue.objects.filter(where, restated_at__isnull=False).values_list("version", "start", "restated_at")
    marks = {(version, start): moment for version, start, moment in rows if moment is not None}
    found = {place: moment for place, moment in marks.items() if moment <= cut.at}
    later = set(marks) - set(found)
    return found | _last_restatements(cut, where, versions, later) if later else found


def _last_restatements(
    cut: Cut, where: Q, versions: Sequence[MetricVersion], places: set[Place]
) -> dict[Place, datetime]:
    calendars = {version.pk: calendar_for(version) for version in versions}
    history: dict[Place, list[ValueRevision]] = {place: [] for place in places}
    for row in cut.revisions().filter(where, start__in={start for _, start in places}).order_by("pk"):
        if (row.version_id, row.start) in history:
            history[row.version_id, row.start].append(row)
    return {
        place: new.computed_at
        for place, rows in history.items()
        for old, new in pairwise(rows)
        if calendars[place[0]].is_complete(old.start, old.grain, old.computed_at)
        and old.computed_at + PUBLISHED_AFTER <= new.computed_at
    }
