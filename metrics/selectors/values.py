"""Stored period values as the pages, the API and the commands read them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Max

from metrics.kinds import KINDS
from metrics.models import Metric, MetricStatus, MetricVersion, PeriodValue, ValueRevision
from metrics.periods import OrganisationCalendar


@dataclass(frozen=True)
class Point:
    """One period of a series. `value` None is no data; `complete` False is a period that still runs."""

    start: date
    end: date | None
    value: float | None
    n: int
    complete: bool
    restated_at: datetime | None
    computed_at: datetime | None


@dataclass(frozen=True)
class Series:
    """The periods of one metric version in order, without holes."""

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
    """The calendar the version's days are cut by."""
    return OrganisationCalendar(version.time_zone, version.week_start, version.fiscal_year_start)


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
    return {version.metric.key: version for version in versions.order_by("metric__position", "metric__key")}


def get_version(key: str) -> MetricVersion:
    """The newest version of one approved metric; raises MetricVersion.DoesNotExist."""
    try:
        return get_current_versions([key])[key]
    except KeyError:
        raise MetricVersion.DoesNotExist(key) from None


def list_series(
    versions: Sequence[MetricVersion], grain: str, first: date, last: date, *, at: datetime, segment: str = ""
) -> dict[str, Series]:
    """The series of several metrics between two days, by key; two queries however many.

    A period without rows is 0 for counts and sums, the level carried on for a stock, and no data for the rest. Nothing
    is filled in before a metric's first value or after `at`.
    """
    stored: dict[int, dict[date, PeriodValue]] = {version.pk: {} for version in versions}
    rows = PeriodValue.objects.filter(version__in=versions, grain=grain, segment=segment)
    calendars = {version.pk: calendar_for(version) for version in versions}
    earliest = min((c.period_start(first, grain) for c in calendars.values()), default=first)
    for row in rows.filter(start__gte=earliest, start__lte=last):
        stored[row.version_id][row.start] = row
    before = _values_before(versions, grain, segment, earliest)
    return {
        version.metric.key: Series(
            version.metric,
            version,
            grain,
            segment,
            _points(version, grain, stored[version.pk], before.get(version.pk), first, last, at),
        )
        for version in versions
    }


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
    stored: Mapping[date, PeriodValue],
    before: PeriodValue | None,
    first: date,
    last: date,
    at: datetime,
) -> list[Point]:
    calendar, fills = calendar_for(version), KINDS[version.kind].fills
    points: list[Point] = []
    carried = before
    for start in calendar.starts_between(first, min(last, calendar.day_of(at)), grain):
        row = stored.get(start)
        value, n = (row.value, row.n) if row else _filled(fills, carried)
        carried = row or carried
        points.append(
            Point(
                start=start,
                end=calendar.period_end(start, grain),
                value=value,
                n=n,
                complete=calendar.is_complete(start, grain, at),
                restated_at=row.restated_at if row else None,
                computed_at=row.computed_at if row else None,
            )
        )
    return points


def _filled(fills: str, carried: PeriodValue | None) -> tuple[float | None, int]:
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
    return points[version.metric.key].points[0]


def get_point_as_of(
    version: MetricVersion, grain: str, start: date, as_of: datetime, *, segment: str = ""
) -> Point | None:
    """What a period's value was believed to be at `as_of`; None when there was none yet."""
    row = (
        ValueRevision.objects.filter(version=version, segment=segment, grain=grain, start=start, computed_at__lte=as_of)
        .order_by("-computed_at", "-pk")
        .first()
    )
    if row is None:
        return None
    calendar = calendar_for(version)
    return Point(
        start=start,
        end=calendar.period_end(start, grain),
        value=row.value,
        n=row.n,
        complete=calendar.is_complete(start, grain, as_of),
        restated_at=None,
        computed_at=row.computed_at,
    )


def last_days(count: int, *, at: datetime, calendar: OrganisationCalendar) -> tuple[date, date]:
    """The first and the last of the `count` local days that end with today."""
    today = calendar.day_of(at)
    return today - timedelta(days=count - 1), today
