"""The control chart of a metric with the table behind it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from charts.control import ControlData, Goal, Mark, Phase, control
from charts.primitives import Caption, Markup, Point, figure
from charts.table import details
from metrics.models import TargetShape
from metrics.selectors.standings import Standing
from metrics.selectors.values import Point as Period
from metrics.statistics.xmr import MIN_BASELINE, XmrLimits
from metrics.views.periods import day_name, short_week
from metrics.views.tiles import state_words
from metrics.views.units import Unit

FUTURE_WEEKS = 20


def control_figure(standing: Standing, unit: Unit, *, today: date) -> Markup:
    """The weekly control chart with limits, path and the running week, and its table."""
    weeks, limits = standing.weeks, standing.limits
    values = unit.plotted([week.value for week in weeks])
    running = standing.running.value if standing.running and weeks else None
    ranges = moving_ranges(values)
    path = _path(standing, unit)
    data = ControlData(
        values=values,
        ticks=_month_ticks(weeks),
        unit=unit.name,
        decimals=unit.decimals,
        phases=[Phase(0, len(weeks) - 1, scaled(limits, unit))] if limits else [],
        path=path,
        goal=_goal(standing, unit, today),
        partial=None if running is None else unit.rounded_down(running),
        marks=_marks(standing),
        ranges=ranges if limits else [],
        range_limit=unit.shown(limits.range_limit) if limits else None,
        from_zero=not unit.cuts_axis(values),
    )
    title = f"{standing.metric.name} by week"
    caption = Caption("control", title, f"{title}, {len(weeks)} complete weeks. {_finding(standing, unit)}")
    return figure(
        _finding(standing, unit),
        _note(standing, data),
        control(data, caption),
        size="x",
        after=_table(standing, unit, ranges),
    )


def moving_ranges(values: Sequence[float | None]) -> list[float | None]:
    """The distance of each value from the one before; None where either is missing."""
    if not values:
        return []
    return [None, *(None if a is None or b is None else abs(b - a) for a, b in pairwise(values))]


def scaled(limits: XmrLimits, unit: Unit) -> XmrLimits:
    """The limits in the unit they are shown in."""
    return replace(
        limits,
        centre=unit.shown(limits.centre),
        lower=unit.shown(limits.lower),
        upper=unit.shown(limits.upper),
        mean_range=unit.shown(limits.mean_range),
        range_limit=unit.shown(limits.range_limit),
    )


def _finding(standing: Standing, unit: Unit) -> str:
    words = state_words(standing, unit)[1]
    if not standing.weeks:
        return "No complete week has a value yet"
    if words:
        return words.rstrip(".")
    if standing.limits is None:
        return f"{standing.known} of {MIN_BASELINE} weeks: values without limits, no signal is raised yet"
    signal = standing.current_signal
    return "Improving: a signal on the good side" if signal else "Within its limits: no signal in the last week"


def _note(standing: Standing, data: ControlData) -> str:
    parts = [f"{data.unit or 'count'} by week"]
    if standing.limits:
        parts.append(f"limits c ± 2.66 mR̄ from the first {standing.limits.n} weeks shown")
    if data.path:
        parts.append("dashed blue: target path")
    if data.partial is not None:
        parts.append("dashed ring: running week")
    if not data.from_zero:
        parts.append("axis does not start at 0")
    return " · ".join(parts)


def _table(standing: Standing, unit: Unit, ranges: Sequence[float | None]) -> Markup:
    signals = {signal.index: f"{signal.rule} {signal.side}" for signal in standing.signals}
    rows = [
        [
            short_week(week.start, standing.version.week_start),
            f"{week.start:%Y-%m-%d}",
            unit.write(week.value),
            f"{week.n:,}",
            "" if ranges[index] is None else f"{ranges[index]:,.{unit.decimals}f}",
            unit.write(path) if (path := standing.path_on(week)) is not None else "",
            signals.get(index, ""),
        ]
        for index, week in enumerate(standing.weeks)
    ]
    head = ["Week", "From", unit.name or "Value", "n", "Moving range", "Path", "Signal"]
    return details(f"{standing.metric.name}: complete weeks, newest first", head, rows[::-1])


def _marks(standing: Standing) -> list[Mark]:
    return [
        Mark(signal.index, "good" if standing.is_improving(signal.side) else "bad", signal.side == "high")
        for signal in standing.signals
    ]


def _index_of(day: date, weeks: Sequence[Period]) -> float:
    """Where a day lies among the weeks: a week's value stands on its last day."""
    return ((day - weeks[0].start).days - 6) / 7


def _path(standing: Standing, unit: Unit) -> list[Point]:
    target, weeks = standing.target, standing.weeks
    if target is None or not weeks:
        return []
    end = float(len(weeks) + FUTURE_WEEKS)
    goal = unit.shown(target.target_value)
    if target.shape == TargetShape.LEVEL or target.baseline_value is None or target.due_on is None:
        return [(-1.0, goal), (len(weeks) - 0.3, goal)]
    start, due = _index_of(target.start_on, weeks), _index_of(target.due_on, weeks)
    path = [(start, unit.shown(target.baseline_value)), (due, goal)]
    return [*path, (end, goal)] if due < len(weeks) else path


def _goal(standing: Standing, unit: Unit, today: date) -> Goal | None:
    target, weeks = standing.target, standing.weeks
    if target is None or not weeks:
        return None
    value, words = unit.shown(target.target_value), f"target {unit.short(target.target_value)}"
    if target.due_on is None or target.shape == TargetShape.LEVEL:
        return Goal(len(weeks) - 0.3, value, words, has_end=False)
    at = _index_of(target.due_on, weeks)
    beyond = f"path to {unit.short(target.target_value)}"
    return Goal(at, value, words, day_name(target.due_on, today=today), beyond=beyond)


def _month_ticks(weeks: Sequence[Period]) -> list[tuple[int, str]]:
    if not weeks:
        return []
    ticks, month = [], 0
    for index in range(len(weeks) + FUTURE_WEEKS):
        start = weeks[0].start + timedelta(weeks=index)
        if start.month != month:
            ticks.append((index, f"{start:%b}" if start.month > 1 else f"{start:%b %Y}"))
            month = start.month
    return ticks
