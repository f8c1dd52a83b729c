"""What a metric's page shows beyond its standing: periods, months, definitions, restatements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from metrics.models import Grain, MetricVersion, Target
from metrics.periods import add_months
from metrics.selectors.elapsed import Elapsed, list_elapsed
from metrics.selectors.standings import Standing
from metrics.selectors.values import Point, Reader, calendar_for, list_series


@dataclass(frozen=True, slots=True)
class Periods:
    """The values beside the last complete week, all stored; None where there is no such period.

    `elapsed` compares the running periods, by grain, with the same days of the ones before, where that can be done.
    """

    last: Point | None
    previous: Point | None
    year_ago: Point | None
    month: Point | None
    quarter: Point | None
    year: Point | None
    elapsed: Mapping[str, Elapsed]


def get_periods(standing: Standing, *, at: datetime, read: Reader | None = None) -> Periods:
    """Last week, the week before, the one 52 weeks earlier; month, quarter and year to date; 14 queries at most.

    As believed earlier (`read`) nothing says what the same days of the periods before were.
    """
    version, last = standing.version, standing.last
    calendar = calendar_for(version)
    today = calendar.day_of(at)
    year_ago = None
    if last is not None:
        day = last.start - timedelta(weeks=52)
        year_ago = _only(version, Grain.WEEK, day, at, read)
    return Periods(
        last=last,
        previous=_before(standing, last),
        year_ago=year_ago,
        month=_only(version, Grain.MONTH, today, at, read),
        quarter=_only(version, Grain.QUARTER, today, at, read),
        year=_only(version, Grain.YEAR, today, at, read),
        elapsed={} if read else _elapsed(version, at),
    )


def _elapsed(version: MetricVersion, at: datetime) -> dict[str, Elapsed]:
    found = {grain: list_elapsed([version], grain, at=at) for grain in (Grain.MONTH, Grain.QUARTER, Grain.YEAR)}
    return {grain: elapsed[version.pk] for grain, elapsed in found.items() if version.pk in elapsed}


def _before(standing: Standing, last: Point | None) -> Point | None:
    """The week directly before the last one, with or without a value."""
    return next((week for week in standing.weeks if last is not None and week.end == last.start), None)


def _only(version: MetricVersion, grain: str, day: date, at: datetime, read: Reader | None) -> Point | None:
    points = list_series([version], grain, day, day, at=at, read=read)[version.metric.key].points
    return points[0] if points else None


def list_months(version: MetricVersion, *, at: datetime, read: Reader | None = None) -> Sequence[Point]:
    """The last 24 complete months and the running one."""
    today = calendar_for(version).day_of(at)
    first = add_months(today.replace(day=1), -24)
    return list_series([version], Grain.MONTH, first, today, at=at, read=read)[version.metric.key].points


def list_prior_weeks(
    version: MetricVersion, weeks: Sequence[Point], *, at: datetime, read: Reader | None = None
) -> list[float | None]:
    """The values 52 weeks before the given weeks, one each."""
    if not weeks:
        return []
    year = timedelta(weeks=52)
    first, last = weeks[0].start - year, weeks[-1].start - year
    points = list_series([version], Grain.WEEK, first, last, at=at, read=read)
    by_start = {point.start: point.value for point in points[version.metric.key].points}
    return [by_start.get(week.start - year) for week in weeks]


def list_versions(version: MetricVersion) -> list[MetricVersion]:
    """The definition and those of the metric before it, newest first."""
    until = MetricVersion.objects.filter(metric=version.metric_id, number__lte=version.number)
    return list(until.select_related("approved_by").order_by("-number"))


def list_targets(version: MetricVersion, *, at: datetime) -> list[Target]:
    """The targets that the metric had had by `at`, newest first."""
    targets = Target.objects.filter(metric=version.metric_id, segment="", set_at__lte=at).select_related("set_by")
    return list(targets.order_by("-set_at", "-pk"))
