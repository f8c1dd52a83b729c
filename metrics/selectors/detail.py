"""What a metric's page shows beyond its standing: periods, months, definitions, restatements, rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby, pairwise

from metrics.models import Grain, MetricVersion, Target, ValueRevision
from metrics.periods import PUBLISHED_AFTER, add_months
from metrics.selectors.standings import Standing
from metrics.selectors.values import Point, calendar_for, list_series
from metrics.sources import MetricSource, SourceRow, get_source

ROWS_SHOWN = 20
REVISIONS_READ = 400
RESTATEMENTS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Periods:
    """The values beside the last complete week: all stored, none derived here. None where there is no such period."""

    last: Point | None
    previous: Point | None
    year_ago: Point | None
    month: Point | None
    quarter: Point | None
    year: Point | None


@dataclass(frozen=True, slots=True)
class Restatement:
    """A complete period whose value changed."""

    start: date
    grain: str
    old: float | None
    new: float | None
    n: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Rows:
    """The first rows behind one period, newest first, of `n` in all; none where the source cannot list them."""

    point: Point
    rows: Sequence[SourceRow]
    can_list: bool


def get_periods(standing: Standing, *, at: datetime) -> Periods:
    """Last week, the week before, the week 52 weeks earlier, and the running month, quarter and year; eight queries."""
    version, last = standing.version, standing.last
    calendar = calendar_for(version)
    today = calendar.day_of(at)
    year_ago = None
    if last is not None:
        day = last.start - timedelta(weeks=52)
        year_ago = _only(version, Grain.WEEK, day, at)
    return Periods(
        last=last,
        previous=_before(standing, last),
        year_ago=year_ago,
        month=_only(version, Grain.MONTH, today, at),
        quarter=_only(version, Grain.QUARTER, today, at),
        year=_only(version, Grain.YEAR, today, at),
    )


def _before(standing: Standing, last: Point | None) -> Point | None:
    """The week directly before the last one, with or without a value."""
    return next((week for week in standing.weeks if last is not None and week.end == last.start), None)


def _only(version: MetricVersion, grain: str, day: date, at: datetime) -> Point | None:
    points = list_series([version], grain, day, day, at=at)[version.metric.key].points
    return points[0] if points else None


def list_months(version: MetricVersion, *, at: datetime) -> Sequence[Point]:
    """The last 24 complete months and the running one."""
    today = calendar_for(version).day_of(at)
    first = add_months(today.replace(day=1), -24)
    return list_series([version], Grain.MONTH, first, today, at=at)[version.metric.key].points


def list_prior_weeks(version: MetricVersion, weeks: Sequence[Point], *, at: datetime) -> list[float | None]:
    """The values 52 weeks before the given weeks, one each."""
    if not weeks:
        return []
    year = timedelta(weeks=52)
    points = list_series([version], Grain.WEEK, weeks[0].start - year, weeks[-1].start - year, at=at)
    by_start = {point.start: point.value for point in points[version.metric.key].points}
    return [by_start.get(week.start - year) for week in weeks]


def list_versions(version: MetricVersion) -> list[MetricVersion]:
    """All definitions of the metric, newest first."""
    return list(
        MetricVersion.objects.filter(metric=version.metric_id).select_related("approved_by").order_by("-number")
    )


def list_targets(version: MetricVersion) -> list[Target]:
    """All targets the metric has had, newest first."""
    targets = Target.objects.filter(metric=version.metric_id, segment="").select_related("set_by")
    return list(targets.order_by("-set_at", "-pk"))


def list_restatements(version: MetricVersion) -> list[Restatement]:
    """The latest changes of weeks and months after they had been complete and published, newest first."""
    revisions = ValueRevision.objects.filter(version=version, segment="", grain__in=[Grain.WEEK, Grain.MONTH])
    newest = list(revisions.order_by("-computed_at", "-pk")[:REVISIONS_READ])
    ordered = sorted(newest, key=lambda row: (row.grain, row.start, row.computed_at, row.pk))
    found = []
    for (grain, start), group in groupby(ordered, key=lambda row: (row.grain, row.start)):
        found += _changes(version, grain, start, list(group))
    return sorted(found, key=lambda change: change.at, reverse=True)[:RESTATEMENTS_SHOWN]


def _changes(version: MetricVersion, grain: str, start: date, rows: list[ValueRevision]) -> list[Restatement]:
    calendar = calendar_for(version)
    return [
        Restatement(start, grain, old.value, new.value, new.n, new.computed_at)
        for old, new in pairwise(rows)
        if calendar.is_complete(start, grain, old.computed_at)
        and old.computed_at + PUBLISHED_AFTER <= new.computed_at
        and old.value != new.value
    ]


def find_source(version: MetricVersion) -> MetricSource | None:
    """The version's source; None where the app that offered it is gone, whose stored values stay readable."""
    try:
        return get_source(version.source)
    except KeyError:
        return None


def get_rows(version: MetricVersion, point: Point, *, limit: int = ROWS_SHOWN) -> Rows:
    """The rows of one period by the version's filter and its UTC bounds, newest first."""
    source = find_source(version)
    if source is None or source.rows is None:
        return Rows(point, [], can_list=False)
    calendar = calendar_for(version)
    start = calendar.midnight(point.start)
    end = calendar.midnight(point.end) if point.end else start
    return Rows(point, source.rows(start, end, version.formula.get("filter", {}), limit), can_list=True)
