"""The control chart of a metric with the table behind it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from string import ascii_uppercase

from charts.control import Break, ControlData, Flag, Mark, Phase, control
from charts.primitives import Caption, Markup, figure
from charts.table import details
from metrics.models import Annotation, AnnotationKind
from metrics.selectors.phases import Phase as Limited
from metrics.selectors.standings import Standing
from metrics.selectors.values import Point as Period
from metrics.statistics.forecast import Forecast
from metrics.statistics.rules import RANGE
from metrics.statistics.xmr import MEDIAN, MIN_BASELINE, XmrLimits
from metrics.views.control_path import FUTURE_WEEKS, fan_of, goal_of, path_of, upper_path_of
from metrics.views.periods import short_week
from metrics.views.tiles import state_words
from metrics.views.units import Unit

MAX_FLAGS = 12
_DRAWN_AS_BREAKS = {AnnotationKind.DEFINITION, AnnotationKind.REBASE}


@dataclass(frozen=True, slots=True)
class Lettered:
    """What happened in one week of the chart, under one letter."""

    letter: str
    index: int
    notes: Sequence[Annotation]


def control_figure(
    standing: Standing, forecast: Forecast | None, lettered: Sequence[Lettered], unit: Unit, *, today: date
) -> Markup:
    """The weekly control chart: limits by phase, breaks, path, forecast, what happened, the running week; its table."""
    weeks, limits = standing.weeks, standing.limits
    values = unit.plotted([week.value for week in weeks])
    running = standing.running.value if standing.running and weeks else None
    ranges = moving_ranges(values, [phase.start for phase in standing.phases])
    data = ControlData(
        values=values,
        ticks=_month_ticks(weeks),
        unit=unit.name,
        decimals=unit.decimals,
        phases=[_phase(phase, phase.limits, unit) for phase in standing.phases if phase.limits],
        path=path_of(standing, unit),
        upper_path=upper_path_of(standing, unit),
        goal=goal_of(standing, unit, today),
        partial=None if running is None else unit.rounded_down(running),
        marks=_marks(standing),
        flags=[Flag(one.index, one.letter) for one in lettered],
        breaks=_breaks(standing),
        ranges=ranges if any(phase.limits for phase in standing.phases) else [],
        range_limit=unit.shown(limits.range_limit) if limits else None,
        jumps=[signal.index for signal in standing.signals if signal.rule == RANGE],
        fan=fan_of(standing, forecast, unit),
        from_zero=not unit.cuts_axis(values),
    )
    title = f"{standing.metric.name} by week"
    caption = Caption("control", title, f"{title}, {len(weeks)} complete weeks. {_finding(standing, unit)}")
    drawing = control(data, caption)
    return figure(
        _finding(standing, unit), _note(standing, data), drawing, size="x", after=_table(standing, unit, ranges)
    )


def letter_weeks(standing: Standing, notes: Sequence[Annotation]) -> list[Lettered]:
    """The newest notes by the week they fall in, oldest first; those that are breaks are drawn as such."""
    by_index: dict[int, list[Annotation]] = {}
    for note in notes:
        index = next((i for i, w in enumerate(standing.weeks) if w.end and w.start <= note.happened_on < w.end), None)
        if index is not None and note.kind not in _DRAWN_AS_BREAKS:
            by_index.setdefault(index, []).append(note)
    newest = sorted(by_index)[-MAX_FLAGS:]
    return [Lettered(ascii_uppercase[count], index, by_index[index]) for count, index in enumerate(newest)]


def moving_ranges(values: Sequence[float | None], starts: Sequence[int] = ()) -> list[float | None]:
    """The distance of each value from the one before; None where either is missing or a new phase starts."""
    if not values:
        return []
    ranges = [None, *(None if a is None or b is None else abs(b - a) for a, b in pairwise(values))]
    return [None if index in starts else width for index, width in enumerate(ranges)]


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


def _phase(phase: Limited, limits: XmrLimits, unit: Unit) -> Phase:
    shown = scaled(limits, unit)
    return Phase(phase.start, phase.end, shown, range_limit=shown.range_limit)


def _breaks(standing: Standing) -> list[Break]:
    """A line where the definition changes or limits were rebased, with the reason."""
    breaks = []
    for before, phase in pairwise(standing.phases):
        if phase.version != before.version:
            reason = phase.version.reason or "new definition"
            breaks.append(Break(phase.start, f"v{phase.version.number}: {reason}", is_definition=True))
        elif phase.baseline is not None:
            breaks.append(Break(phase.start, f"limits rebased: {phase.baseline.reason}", is_definition=False))
    return breaks


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


def limits_words(standing: Standing) -> str:
    """How the limits came about; empty without any."""
    phase = standing.phase
    if phase is None or phase.limits is None:
        return ""
    rule = "median ± 3.145 m̃R" if phase.method == MEDIAN else "c ± 2.66 mR̄"
    first = short_week(standing.weeks[phase.start].start, standing.version.week_start)
    if phase.is_frozen and phase.baseline is not None:
        first = short_week(phase.baseline.first_period, standing.version.week_start)
        return f"limits {rule} frozen on {phase.limits.n} weeks from {first}"
    return f"provisional limits {rule} from {phase.limits.n} of {phase.wanted} weeks since {first}"


def _note(standing: Standing, data: ControlData) -> str:
    parts = [f"{data.unit or 'count'} by week", limits_words(standing)]
    if data.path:
        parts.append("dashed blue: target path")
    if data.fan:
        parts.append("fan: 80 % forecast")
    if data.partial is not None:
        parts.append("dashed ring: running week")
    if not data.from_zero:
        parts.append("axis does not start at 0")
    return " · ".join(part for part in parts if part)


def _table(standing: Standing, unit: Unit, ranges: Sequence[float | None]) -> Markup:
    signals: dict[int, str] = {}
    for signal in standing.signals:
        told = signals.get(signal.index)
        signals[signal.index] = f"{told}, {signal.rule} {signal.side}" if told else f"{signal.rule} {signal.side}"
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
        for signal in standing.marks
    ]


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
