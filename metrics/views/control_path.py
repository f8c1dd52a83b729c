"""What a control chart shows of the future: the target path in every shape, where it ends, and the forecast."""

import math
from collections.abc import Sequence
from datetime import date, timedelta

from charts.control import Fan, Goal
from charts.primitives import Point
from metrics.models import TargetShape
from metrics.selectors.standings import Standing
from metrics.selectors.targets import expected_at, milestones_of
from metrics.selectors.values import Point as Period
from metrics.statistics.forecast import Forecast
from metrics.views.periods import day_name
from metrics.views.units import Unit

FUTURE_WEEKS = 20
FAN_SHARE = 0.35
"""The share of the weeks shown that a forecast may run on without a due day before."""


def index_of(day: date, weeks: Sequence[Period]) -> float:
    """Where a day lies among the weeks: a week's value stands on its last day."""
    return ((day - weeks[0].start).days - 6) / 7


def path_of(standing: Standing, unit: Unit) -> list[Point]:
    """The target path as (index, value): a line, a curve or steps, then the target."""
    target, weeks = standing.target, standing.weeks
    if target is None or not weeks:
        return []
    goal = unit.shown(target.target_value)
    if target.shape == TargetShape.LEVEL or target.baseline_value is None or target.due_on is None:
        return [(-1.0, goal), (len(weeks) - 0.3, goal)]
    start, due = index_of(target.start_on, weeks), index_of(target.due_on, weeks)
    base, end = unit.shown(target.baseline_value), float(len(weeks) + FUTURE_WEEKS)
    if target.shape == TargetShape.LINEAR:
        path = [(start, base), (due, goal)]
    elif target.shape == TargetShape.S_CURVE:
        days = [target.start_on + timedelta(days=i) for i in range(0, (target.due_on - target.start_on).days, 7)]
        path = [(index_of(day, weeks), unit.shown(expected_at(target, day))) for day in days] + [(due, goal)]
    else:
        stones = milestones_of(target) or [(target.due_on, target.target_value)]
        path = _steps((start, base), [(index_of(day, weeks), unit.shown(value)) for day, value in stones])
    return [*path, (end, goal)] if due < len(weeks) else path


def _steps(first: Point, stones: Sequence[Point]) -> list[Point]:
    """Each value holds until the next day comes."""
    path = [first]
    for at, value in stones:
        path += [(at, path[-1][1]), (at, value)]
    return path


def upper_path_of(standing: Standing, unit: Unit) -> list[Point]:
    """The upper end of a target band; nothing for a path."""
    target, weeks = standing.target, standing.weeks
    if target is None or target.upper_value is None or not weeks:
        return []
    upper = unit.shown(target.upper_value)
    return [(-1.0, upper), (len(weeks) - 0.3, upper)]


def goal_of(standing: Standing, unit: Unit, today: date) -> Goal | None:
    """Where the path ends, with its words."""
    target, weeks = standing.target, standing.weeks
    if target is None or not weeks:
        return None
    value, words = unit.shown(target.target_value), f"target {unit.short(target.target_value)}"
    if target.upper_value is not None:
        words = f"target {unit.rounded(target.target_value)} to {unit.short(target.upper_value)}"
    if target.due_on is None or target.shape == TargetShape.LEVEL:
        return Goal(len(weeks) - 0.3, value, words, has_end=False)
    at = index_of(target.due_on, weeks)
    beyond = f"path to {unit.short(target.target_value)}"
    return Goal(at, value, words, day_name(target.due_on, today=today), beyond=beyond)


def fan_of(standing: Standing, forecast: Forecast | None, unit: Unit) -> Fan | None:
    """The forecast from the last value on, where it has earned its place; cut at the metric's natural bounds."""
    weeks, limits = standing.weeks, standing.limits
    if forecast is None or not forecast.is_shown or limits is None or standing.last is None:
        return None
    due = standing.weeks_to_due
    room = math.ceil(len(weeks) * FAN_SHARE)
    steps = min(room, math.ceil(due)) if due is not None and due > 1 else room
    last = (len(weeks) - 1.0, unit.shown(standing.last.value or 0.0))
    lowest = 0.0 if limits.lower >= 0 else -math.inf
    highest = limits.upper if limits.upper < limits.centre + limits.reach * (1 - 1e-9) else math.inf

    def side(sign: int) -> list[Point]:
        points = [(h, forecast.middle(h) + sign * forecast.half_width(h)) for h in range(1, steps + 1)]
        return [last, *((last[0] + h, unit.shown(min(max(v, lowest), highest))) for h, v in points)]

    return Fan(middle=side(0), lower=side(-1), upper=side(1), label="on trend")
