"""Stored period values as the pages, the API and the commands read them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple, Protocol

from django.db.models import Max

from metrics.kinds import KINDS
from metrics.models import Grain, Metric, MetricStatus, MetricVersion, PeriodValue
from metrics.periods import OrganisationCalendar
from metrics.selectors.breaks import Stretch, list_stretches


@dataclass(frozen=True)
class Point:
    """One period of a series. `value` None is no data; `complete` False is a period that still runs.

    `version` is the definition the value is of, which changes along a series that has a break.
    """

    start: date
    end: date | None
    value: float | None
    n: int
    complete: bool
    restated_at: datetime | None
    computed_at: datetime | None
    version: MetricVersion | None = None


class StoredValue(Protocol):
    """A period's stored value: now's, or what it was."""

    @property
    def value(self) -> float | None: ...
    @property
    def n(self) -> int: ...
    @property
    def computed_at(self) -> datetime: ...
    @property
    def restated_at(self) -> datetime | None: ...


class _Row(NamedTuple):
    """A stored value as it is now; thousands of them are read for one page, so they are no model instances."""

    value: float | None
    n: int
    computed_at: datetime
    restated_at: datetime | None


_ROW = tuple(_Row.__annotations__)


@dataclass(frozen=True)
class Stored:
    """Stored values by version and start, and the last one before them by version.

    The latter is what a stock carries on, and the sign that a metric had begun.
    """

    values: Mapping[int, Mapping[date, StoredValue]]
    before: Mapping[int, StoredValue]


Reader = Callable[[Sequence[MetricVersion], str, str, date, date], Stored]
"""Reads what is stored of versions in a grain and segment for the periods that start between two days."""


@dataclass(frozen=True)
class Series:
    """The periods of one metric in order, without holes, up to one version.

    Before a version that did not restate history the points are of the version before it.
    """

    metric: Metric
    version: MetricVersion
    grain: str
    segment: str
    points: Sequence[Point]

    @property
    def complete(self) -> list[Point]:
        """The complete periods that have a value."""
        return [point for point in self.points if point.complete and point.value is not None]

    @property
    def last_complete(self) -> Point | None:
        return self.complete[-1] if self.complete else None


def calendar_for(version: MetricVersion) -> OrganisationCalendar:
    """The calendar the version's periods are cut by."""
    return OrganisationCalendar(version.time_zone, version.week_start, version.fiscal_year_start, version.rolling_days)


def get_current_versions(keys: Iterable[str] | None = None) -> dict[str, MetricVersion]:
    """The newest version of each approved metric by key, with metric and owner, in scorecard order; one query."""
    newest = (
        MetricVersion.objects.filter(metric__status=MetricStatus.APPROVED)
        .values("metric")
        .annotate(newest=Max("pk"))
        .values("newest")
    )
    versions = MetricVersion.objects.filter(pk__in=newest).select_related("metric", "metric__owner")
    if keys is not None:
        versions = versions.filter(metric__key__in=list(keys))
    order = ("metric__flow", "metric__position", "metric__key")  # "input" sorts before "output".
    return {version.metric.key: version for version in versions.order_by(*order)}


def get_version(key: str) -> MetricVersion:
    """The newest version of one approved metric; raises MetricVersion.DoesNotExist."""
    try:
        return get_current_versions([key])[key]
    except KeyError:
        raise MetricVersion.DoesNotExist(key) from None


def list_series(
    versions: Sequence[MetricVersion],
    grain: str,
    first: date,
    last: date,
    *,
    at: datetime,
    segment: str = "",
    read: Reader | None = None,
) -> dict[str, Series]:
    """The series of several metrics between two days, by key; two queries however many, and one more with a break.

    A period without rows is 0 for counts and sums, the level carried on for a stock, and no data for the rest. Nothing
    is filled in before a metric's first value or after `at`. `read` finds the values elsewhere than where they are
    stored now: `metrics.selectors.as_of` has what was believed.
    """
    stretches = list_stretches(versions)
    shown = [stretch.version for chain in stretches.values() for stretch in chain]
    earliest = min((calendar_for(version).period_start(first, grain) for version in shown), default=first)
    stored = (read or _read_stored)(shown, grain, segment, earliest, last)

    def points_of(version: MetricVersion) -> list[Point]:
        values, before = stored.values.get(version.pk, {}), stored.before.get(version.pk)
        return _points(version, grain, values, before, first, last, at)

    return {
        version.metric.key: Series(
            version.metric, version, grain, segment, _joined(stretches[version.pk], grain, points_of)
        )
        for version in versions
    }


def _read_stored(versions: Sequence[MetricVersion], grain: str, segment: str, first: date, last: date) -> Stored:
    """The values as they are stored now; two queries."""
    values: dict[int, dict[date, StoredValue]] = {version.pk: {} for version in versions}
    rows = PeriodValue.objects.filter(version__in=versions, grain=grain, segment=segment)
    found = rows.filter(start__gte=first, start__lte=last).order_by()
    for version, start, *row in found.values_list("version_id", "start", *_ROW).iterator():
        values[version][start] = _Row(*row)
    return Stored(values, _values_before(versions, grain, segment, first))


def _joined(stretches: Sequence[Stretch], grain: str, points_of: Callable[[MetricVersion], list[Point]]) -> list[Point]:
    """The points of each stretch's own periods, in order; where calendars differ, days at a break may have none."""
    if grain == Grain.ALL:
        return points_of(stretches[-1].version)
    joined: list[Point] = []
    for stretch in stretches:
        start = stretch.first_start(grain)
        joined = [point for point in joined if start is None or _is_before(point, start, grain)]
        joined += [point for point in points_of(stretch.version) if start is None or point.start >= start]
    return joined


def _is_before(point: Point, start: date, grain: str) -> bool:
    """Whether a period is over before one of a newer version starts; rolling ones overlap by their nature."""
    return point.start < start and (grain == Grain.ROLLING or point.end is None or point.end <= start)


def get_series(
    key: str,
    grain: str,
    first: date,
    last: date,
    *,
    at: datetime,
    segment: str = "",
    version: MetricVersion | None = None,
) -> Series:
    """One metric's series; raises MetricVersion.DoesNotExist for an unknown key."""
    return list_series([version or get_version(key)], grain, first, last, at=at, segment=segment)[key]


def _values_before(
    versions: Sequence[MetricVersion], grain: str, segment: str, first: date
) -> Mapping[int, PeriodValue]:
    """The last stored value before a day by version: what a stock carries on, and the sign that a metric had begun."""
    latest = (
        PeriodValue.objects.filter(version__in=versions, grain=grain, segment=segment, start__lt=first)
        .values("version")
        .annotate(newest=Max("start"))
    )
    wanted = {(row["version"], row["newest"]) for row in latest}
    rows = PeriodValue.objects.filter(
        version__in=[v for v, _ in wanted], grain=grain, segment=segment, start__in=[s for _, s in wanted]
    )
    return {row.version_id: row for row in rows if (row.version_id, row.start) in wanted}


def _points(
    version: MetricVersion,
    grain: str,
    stored: Mapping[date, StoredValue],
    before: StoredValue | None,
    first: date,
    last: date,
    at: datetime,
) -> list[Point]:
    calendar, fills = calendar_for(version), KINDS[version.kind].fills
    points: list[Point] = []
    carried, today = before, calendar.day_of(at)
    for start in calendar.starts_between(first, min(last, today), grain):
        row, end = stored.get(start), calendar.period_end(start, grain)
        value, n = (row.value, row.n) if row else _filled(fills, carried)
        carried = row or carried
        points.append(
            Point(
                start=start,
                end=end,
                value=value,
                n=n,
                complete=end is not None and end <= today,  # As `is_complete`, without a time zone for each point.
                restated_at=row.restated_at if row else None,
                computed_at=row.computed_at if row else None,
                version=version,
            )
        )
    return points


def _filled(fills: str, carried: StoredValue | None) -> tuple[float | None, int]:
    if carried is None or fills == "none":
        return None, 0
    return (0.0, 0) if fills == "zero" else (carried.value, carried.n)


def get_point(version: MetricVersion, grain: str, day: date | None, *, at: datetime, segment: str = "") -> Point | None:
    """The period that contains the day; without a day the last stored one. None: the metric has no values."""
    calendar = calendar_for(version)
    if day is None:
        newest = PeriodValue.objects.filter(version=version, grain=grain, segment=segment).aggregate(last=Max("start"))
        day = newest["last"]
    if day is None:
        return None
    start = calendar.period_start(day, grain)
    points = list_series([version], grain, start, start, at=max(at, calendar.midnight(start)), segment=segment)
    found = points[version.metric.key].points
    return found[0] if found else None  # Where calendars differ, a day beside a break may lie in no period.


def last_days(count: int, *, at: datetime, calendar: OrganisationCalendar) -> tuple[date, date]:
    """The first and the last of the `count` local days that end with today."""
    today = calendar.day_of(at)
    return today - timedelta(days=count - 1), today
