"""The scorecard: every approved metric in the same order, its six weeks, twelve months and running periods."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from metrics.models import Grain
from metrics.periods import add_months
from metrics.selectors.elapsed import Elapsed, list_elapsed
from metrics.selectors.standings import Standing, list_standings
from metrics.selectors.values import Point, Series, calendar_for, list_series

SIX, TWELVE = 6, 12
_YEAR = timedelta(weeks=52)


@dataclass(frozen=True, slots=True)
class Scored:
    """One metric of the scorecard; all stored values. The lists of a year before are as long as those beside them."""

    standing: Standing
    weeks: Sequence[Point]
    weeks_before: Sequence[float | None]
    year_ago: Point | None
    months: Sequence[Point]
    months_before: Sequence[float | None]
    month: Point | None
    quarter: Point | None
    year: Point | None
    elapsed: Elapsed | None

    @property
    def last(self) -> Point | None:
        """The last complete week that has a value."""
        return self.standing.last

    @property
    def week_before(self) -> Point | None:
        """The week directly before the last one."""
        return next((week for week in self.standing.weeks if self.last and week.end == self.last.start), None)


@dataclass(frozen=True, slots=True)
class _Beside:
    """The series beside the standings, by metric key."""

    weeks: Mapping[str, Series]
    months: Mapping[str, Series]
    quarters: Mapping[str, Series]
    years: Mapping[str, Series]


def list_scorecard(*, at: datetime, keys: Sequence[str] | None = None) -> list[Scored]:
    """All approved metrics, inputs before outputs; a constant number of queries however many."""
    standings = list_standings(at=at, keys=keys)
    if not standings:
        return []
    versions = [standing.version for standing in standings]
    today = calendar_for(versions[0]).day_of(at)
    begun = today - _YEAR - timedelta(weeks=SIX + 1)
    beside = _Beside(
        weeks=list_series(versions, Grain.WEEK, begun, today - _YEAR, at=at),
        months=list_series(versions, Grain.MONTH, add_months(today.replace(day=1), -2 * TWELVE), today, at=at),
        quarters=list_series(versions, Grain.QUARTER, today, today, at=at),
        years=list_series(versions, Grain.YEAR, today, today, at=at),
    )
    elapsed = list_elapsed(versions, Grain.MONTH, at=at)
    return [_scored(standing, beside, elapsed.get(standing.version.pk)) for standing in standings]


def _scored(standing: Standing, beside: _Beside, elapsed: Elapsed | None) -> Scored:
    key, weeks = standing.metric.key, standing.weeks[-SIX:]
    by_start = {point.start: point for point in beside.weeks[key].points}
    last = standing.last
    months = [month for month in beside.months[key].points if month.complete]
    by_month = {month.start: month.value for month in months}
    shown = months[-TWELVE:]
    return Scored(
        standing=standing,
        weeks=weeks,
        weeks_before=[found.value if (found := by_start.get(week.start - _YEAR)) else None for week in weeks],
        year_ago=by_start.get(last.start - _YEAR) if last else None,
        months=shown,
        months_before=[by_month.get(add_months(month.start, -TWELVE)) for month in shown],
        month=_running(beside.months[key]),
        quarter=_running(beside.quarters[key]),
        year=_running(beside.years[key]),
        elapsed=elapsed,
    )


def _running(series: Series) -> Point | None:
    return next((point for point in series.points if not point.complete), None)
