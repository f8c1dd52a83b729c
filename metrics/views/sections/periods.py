"""The periods box: last week, its comparisons, and the running month, quarter and year."""

from dataclasses import dataclass
from typing import Any

from metrics.models import Grain
from metrics.selectors.detail import Periods, get_periods
from metrics.selectors.elapsed import Elapsed
from metrics.selectors.standings import Standing
from metrics.selectors.values import Point
from metrics.views.intervals import interval_words
from metrics.views.periods import period_name
from metrics.views.sections.subject import Subject
from metrics.views.units import Unit


@dataclass(frozen=True, slots=True)
class Box:
    """One figure of the periods box; an empty unit and `is_missing` where there is nothing to compare."""

    term: str
    value: str
    unit: str
    context: str
    is_missing: bool = False


def periods_context(subject: Subject) -> dict[str, Any]:
    periods = get_periods(subject.standing, at=subject.at, read=subject.read)
    return {"boxes": boxes_for(subject.standing, periods, subject.unit)}


def boxes_for(standing: Standing, periods: Periods, unit: Unit) -> list[Box]:
    """Last week, its two comparisons, and the running month, quarter and year; from stored values only."""
    last = periods.last
    return [
        _last_box(standing, last, unit) if last else Box("Last week", "no data", "", "", is_missing=True),
        _change_box("Week on week", last, periods.previous, unit, "week before"),
        _change_box("Year on year", last, periods.year_ago, unit, "year before"),
        _running_box("Month to date", periods.month, standing, unit, periods.elapsed.get(Grain.MONTH)),
        _running_box("Quarter to date", periods.quarter, standing, unit, periods.elapsed.get(Grain.QUARTER)),
        _running_box("Year to date", periods.year, standing, unit, periods.elapsed.get(Grain.YEAR)),
    ]


def _last_box(standing: Standing, last: Point, unit: Unit) -> Box:
    """Last week, or by its name the last one that has a value."""
    told = unit.told(last.value, last.n)
    n = ", ".join(filter(None, (f"n = {last.n:,}", interval_words(standing.version, last, unit))))
    if standing.is_current:
        return Box("Last week", *told, n)
    name = period_name(last.start, Grain.WEEK, week_start=standing.version.week_start)
    return Box("Last known week", *told, f"{name} of {last.start:%Y}, {n}")


def _change_box(term: str, last: Point | None, other: Point | None, unit: Unit, words: str) -> Box:
    if last is None or last.value is None or other is None or other.value is None:
        return Box(term, "no data", "", "nothing to compare with", is_missing=True)
    if other.version != last.version:
        return Box(term, "not comparable", "", f"{words} {unit.write(other.value)} by another definition", True)
    change = unit.change(last.value - other.value)
    return Box(term, change, unit.change_name, f"{words} {unit.write(other.value)}, n = {other.n:,}")


def _running_box(term: str, point: Point | None, standing: Standing, unit: Unit, elapsed: Elapsed | None) -> Box:
    if point is None or point.value is None:
        return Box(term, "no data", "", "no rows yet", is_missing=True)
    path = standing.path_on(point)
    is_level = standing.target is None or standing.target.baseline_value is None
    words = [f"n = {point.n:,}", *filter(None, (interval_words(standing.version, point, unit),))]
    if path is not None and not is_level:
        words.append(f"path {unit.write(path)} at its end")
    if elapsed and elapsed.change is not None:
        words.append(f"{_days(elapsed.days)}: {unit.change(elapsed.change)} on the same of the period before")
    return Box(term, *unit.told(point.value, point.n), ", ".join(words))


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"
