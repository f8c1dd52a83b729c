"""The two charts of a metric's page with the tables behind them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from charts.control import ControlData, Goal, Mark, Phase, control
from charts.primitives import Caption, Markup, Point, figure
from charts.six_twelve import Panel, six_twelve
from charts.table import details
from metrics.models import TargetShape
from metrics.selectors.standings import Standing, last_day
from metrics.selectors.targets import expected_at
from metrics.selectors.values import Point as Period
from metrics.statistics.xmr import MIN_BASELINE, XmrLimits
from metrics.views.periods import day_name, short_week
from metrics.views.tiles import state_words
from metrics.views.units import Unit

FUTURE_WEEKS = 20
MONTHS, SIX = 12, 6
CUT_ABOVE = 0.5
"""An axis of percentages leaves zero out when every value is above this share of the highest."""


def control_figure(standing: Standing, unit: Unit, *, today: date) -> Markup:
    """The weekly control chart with limits, path and the running week, and its table."""
    weeks, limits = standing.weeks, standing.limits
    values = _shown([week.value for week in weeks], unit)
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
        from_zero=not _is_cut(values, unit),
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


def six_twelve_figure(
    standing: Standing, months: Sequence[Period], prior_weeks: Sequence[float | None], unit: Unit
) -> Markup:
    """Six complete weeks and twelve complete months with the year before, and their table."""
    weeks = standing.weeks[-SIX:]
    complete = [month for month in months if month.complete]
    recent, before = complete[-MONTHS:], complete[-2 * MONTHS : -MONTHS]
    panels = (
        Panel(
            "6 weeks",
            [short_week(week.start, standing.version.week_start) for week in weeks],
            _shown([week.value for week in weeks], unit),
            _shown(_paths(standing, weeks), unit),
            _shown(prior_weeks, unit),
        ),
        Panel(
            "12 months",
            [f"{month.start:%b}" for month in recent],
            _shown([month.value for month in recent], unit),
            _shown(_paths(standing, recent), unit),
            _shown([month.value for month in before], unit) if len(before) == len(recent) else (),
        ),
    )
    cut = _is_cut([*panels[0].heights, *panels[1].heights], unit)
    drawing = six_twelve(
        panels, Caption("periods", "Six weeks and twelve months"), decimals=unit.decimals, from_zero=not cut
    )
    note = f"{unit.name or 'count'} · blue bars: path at the period’s end · dashed grey: a year earlier"
    rows = [[label, value] for panel in panels for label, value in _rows(panel, unit)]
    table = details("Six weeks and twelve months", ["Period", unit.name or "Value"], rows)
    return figure(
        _change_words(weeks, unit),
        note + (" · axis does not start at 0" if cut else ""),
        drawing,
        size="l",
        after=table,
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


def _is_cut(values: Sequence[float | None], unit: Unit) -> bool:
    known = [value for value in values if value is not None]
    return unit.name == "%" and bool(known) and min(known) > CUT_ABOVE * max(known)


def _paths(standing: Standing, periods: Sequence[Period]) -> list[float | None]:
    target = standing.target
    if target is None:
        return []
    begun = target.start_on if target.baseline_value is not None else date.min
    return [expected_at(target, last_day(period)) if last_day(period) >= begun else None for period in periods]


def _shown(values: Sequence[float | None], unit: Unit) -> list[float | None]:
    return [None if value is None else unit.rounded_down(value) for value in values]


def _rows(panel: Panel, unit: Unit) -> list[tuple[str, str]]:
    return [
        (label, "no data" if value is None else f"{value:,.{unit.decimals}f}")
        for label, value in zip(panel.labels, panel.values, strict=True)
    ]


def _change_words(weeks: Sequence[Period], unit: Unit) -> str:
    known = [week.value for week in weeks if week.value is not None]
    if len(known) < 2:  # noqa: PLR2004
        return "Too few weeks to compare"
    change = known[-1] - known[0]
    if unit.distance(change) == unit.distance(0):
        return "Unchanged over six weeks"
    return f"{'Up' if change > 0 else 'Down'} {unit.distance(change)} in six weeks"
