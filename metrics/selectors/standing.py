"""Where one metric stands: what its weeks say against limits and path."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import takewhile

from metrics.models import Direction, Metric, MetricVersion, SignalEpisode, Target
from metrics.selectors.phases import Phase
from metrics.selectors.targets import PathStatus, expected_at
from metrics.selectors.values import Point
from metrics.statistics.forecast import Forecast, find_forecast
from metrics.statistics.rules import PAGING_RULES, RANGE, Signal
from metrics.statistics.trend import theil_sen
from metrics.statistics.xmr import MIN_BASELINE, XmrLimits

TREND_WEEKS = 8
_Test = Callable[[float, XmrLimits], bool]


@dataclass(frozen=True, slots=True)
class Standing:
    """One metric by week. `weeks` are the complete ones, oldest first, from the first with a value; gaps have no value.

    `phases` say which limits judge which weeks: frozen ones, or provisional ones while there are too few weeks to
    freeze. `signals` count in `weeks`, one a point and rule. `episodes` are the stored ones that are open. `waiting` is
    how long the oldest change of the metric's source has waited for its recompute.
    """

    version: MetricVersion
    weeks: Sequence[Point]
    running: Point | None
    phases: Sequence[Phase]
    signals: Sequence[Signal]
    episodes: Sequence[SignalEpisode]
    target: Target | None
    judged: PathStatus | None
    waiting: timedelta | None

    @property
    def metric(self) -> Metric:
        return self.version.metric

    @property
    def phase(self) -> Phase | None:
        """The phase of the last complete week."""
        last = self.phases[-1] if self.phases else None
        return last if last and last.end == len(self.weeks) - 1 else None

    @property
    def limits(self) -> XmrLimits | None:
        """The limits that the last complete week is judged by."""
        return self.phase.limits if self.phase else None

    @property
    def is_stale(self) -> bool:
        """Whether a change has waited for longer than the metric may be late."""
        return self.waiting is not None and self.waiting > timedelta(seconds=self.metric.freshness_seconds)

    @property
    def last(self) -> Point | None:
        """The last complete week that has a value."""
        return next((week for week in reversed(self.weeks) if week.value is not None), None)

    @property
    def previous(self) -> Point | None:
        """The known week before the last one."""
        known = [week for week in self.weeks if week.value is not None]
        return known[-2] if len(known) > 1 else None

    @property
    def is_current(self) -> bool:
        """Whether the last complete week has a value."""
        return bool(self.weeks) and self.weeks[-1].value is not None

    @property
    def known(self) -> int:
        """How many complete weeks since the last rebase or break have a value."""
        return len(self.phase_values)

    @property
    def phase_values(self) -> list[float]:
        """The known values since the last rebase or break."""
        first = self.phase.start if self.phase else 0
        return [week.value for week in self.weeks[first:] if week.value is not None]

    @property
    def weeks_missing(self) -> int:
        """How many more weeks limits need."""
        return max(0, MIN_BASELINE - self.known)

    @property
    def current_signal(self) -> Signal | None:
        """The signal on the last complete week that asks for somebody: outside a limit, else a run."""
        if not self.is_current:
            return None
        here = [signal for signal in self.signals if signal.index == len(self.weeks) - 1]
        return min((signal for signal in here if signal.rule in PAGING_RULES), key=lambda s: s.rule, default=None)

    @property
    def marks(self) -> list[Signal]:
        """One signal a point, the first of its rules, as charts mark them; jumps (R4) show in the moving ranges."""
        found: dict[int, Signal] = {}
        for signal in self.signals:
            if signal.rule != RANGE:
                found.setdefault(signal.index, signal)
        return list(found.values())

    @property
    def outside(self) -> int:
        """How many weeks in a row, the last one included, lie outside the limit on the side of the current signal."""
        return self._streak(lambda value, limits: value > limits.upper, lambda value, limits: value < limits.lower)

    @property
    def run(self) -> int:
        """How many weeks in a row, the last one included, lie on the current signal's side of the centre."""
        return self._streak(lambda value, limits: value > limits.centre, lambda value, limits: value < limits.centre)

    def _streak(self, high: _Test, low: _Test) -> int:
        signal, limits = self.current_signal, self.limits
        if signal is None or limits is None:
            return 0
        test = high if signal.side == "high" else low
        return sum(1 for _ in takewhile(lambda value: test(value, limits), reversed(self.phase_values)))

    def is_improving(self, side: str) -> bool:
        """Whether leaving the limits on this side is good news; for a metric that should stay in a band it never is."""
        return {"high": Direction.UP, "low": Direction.DOWN}.get(side) == self.metric.direction

    @property
    def tone(self) -> str:
        """bad: a worsening signal now. watch: behind its path. none: no value last week. Else empty: quiet."""
        signal = self.current_signal
        if signal and not self.is_improving(signal.side):
            return "bad"
        if self.judged and self.judged.behind:
            return "watch"
        return "" if self.is_current else "none"

    @property
    def is_loud(self) -> bool:
        return self.tone in {"bad", "watch"}

    @property
    def trend(self) -> float | None:
        """The robust change a week over the last eight known weeks of the definition."""
        known = [
            (place, week.value)
            for place, week in enumerate(self.weeks)
            if week.value is not None and (week.version or self.version) == self.version
        ][-TREND_WEEKS:]
        return theil_sen([value for _, value in known], places=[place for place, _ in known])

    @property
    def needed(self) -> float | None:
        """The change a week that still reaches the target by its due day; None without one ahead."""
        last = self.last
        if last is None or last.value is None or self.target is None or self.target.upper_value is not None:
            return None
        weeks = self.weeks_to_due
        return (self.target.target_value - last.value) / weeks if weeks is not None and weeks >= 1 else None

    @property
    def weeks_to_due(self) -> float | None:
        """The weeks from the end of the last complete one to the due day; None without either."""
        last = self.last
        if last is None or last.end is None or self.target is None or self.target.due_on is None:
            return None
        return (self.target.due_on - last.end).days / 7

    def find_forecast(self) -> Forecast | None:
        """The projection of the weeks since the last rebase or break; None for fewer than eight or without last week.

        Costs a few milliseconds, so that only a page of one metric asks.
        """
        if not self.is_current:
            return None
        first = self.phase.start if self.phase else 0
        places = [place for place in range(first, len(self.weeks)) if self.weeks[place].value is not None]
        return find_forecast(self.phase_values, places=places)

    def path_on(self, point: Point) -> float | None:
        """The path's value on a period's last day."""
        return None if self.target is None else expected_at(self.target, last_day(point))


def last_day(point: Point) -> date:
    """The last day of a period; today has no place here, so the whole history stands for its first."""
    return point.end - timedelta(days=1) if point.end else point.start
