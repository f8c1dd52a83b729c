"""Where metrics stand: the last complete week against its limits and its path. What tiles, lists and pages share."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import takewhile

from django.db.models import Min

from metrics.models import Direction, DirtyMark, Grain, Kind, Metric, MetricVersion, Target
from metrics.selectors.targets import PathStatus, expected_at, get_current_targets, judge_value
from metrics.selectors.values import Point, Series, calendar_for, get_current_versions, list_series
from metrics.statistics.trend import theil_sen
from metrics.statistics.xmr import BASELINE, MIN_BASELINE, Signal, XmrLimits, find_signals, xmr_limits

WEEKS = 52
TREND_WEEKS = 8
_PERCENT, _RATIO = "%", "ratio"
_Test = Callable[[float, XmrLimits], bool]


@dataclass(frozen=True, slots=True)
class Standing:
    """One metric by week. `weeks` are the complete ones, oldest first, from the first with a value; gaps have no value.

    `limits` are computed from the first 26 known weeks shown (at least 12); `signals` count in `weeks`.
    `waiting` is how long the oldest change of the metric's source has waited for its recompute.
    """

    version: MetricVersion
    weeks: Sequence[Point]
    running: Point | None
    limits: XmrLimits | None
    signals: Sequence[Signal]
    target: Target | None
    judged: PathStatus | None
    waiting: timedelta | None

    @property
    def metric(self) -> Metric:
        return self.version.metric

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
        """How many complete weeks have a value."""
        return sum(week.value is not None for week in self.weeks)

    @property
    def weeks_missing(self) -> int:
        """How many more weeks limits need."""
        return max(0, MIN_BASELINE - self.known)

    @property
    def current_signal(self) -> Signal | None:
        """The signal on the last complete week."""
        last = self.signals[-1] if self.signals else None
        return last if last and self.is_current and last.index == len(self.weeks) - 1 else None

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
        known = [week.value for week in self.weeks if week.value is not None]
        return sum(1 for _ in takewhile(lambda value: test(value, limits), reversed(known)))

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
        """The robust change a week over the last eight known weeks."""
        values = [week.value for week in self.weeks if week.value is not None]
        return theil_sen(values[-TREND_WEEKS:])

    @property
    def needed(self) -> float | None:
        """The change a week that still reaches the target by its due day; None without one ahead."""
        last = self.last
        if last is None or last.value is None or self.target is None or self.target.due_on is None or last.end is None:
            return None
        weeks = (self.target.due_on - last.end).days / 7
        return (self.target.target_value - last.value) / weeks if weeks >= 1 else None

    def path_on(self, point: Point) -> float | None:
        """The path's value on a period's last day."""
        return None if self.target is None else expected_at(self.target, last_day(point))


def last_day(point: Point) -> date:
    """The last day of a period; today has no place here, so the whole history stands for its first."""
    return point.end - timedelta(days=1) if point.end else point.start


def list_standings(*, at: datetime, keys: Iterable[str] | None = None, weeks: int = WEEKS) -> list[Standing]:
    """The approved metrics in scorecard order; five queries however many."""
    versions = list(get_current_versions(keys).values())
    if not versions:
        return []
    today = calendar_for(versions[0]).day_of(at)
    series = list_series(versions, Grain.WEEK, today - timedelta(weeks=weeks), today, at=at)
    targets = get_current_targets([version.metric for version in versions])
    waiting = _waiting_by_source({version.source for version in versions}, at)
    return [
        _standing(series[version.metric.key], targets.get(version.metric_id), waiting.get(version.source))
        for version in versions
    ]


def _waiting_by_source(sources: set[str], at: datetime) -> dict[str, timedelta]:
    """How long the oldest mark of each source has waited; sources without one are left out."""
    rows = DirtyMark.objects.filter(source__in=sources).order_by().values("source").annotate(oldest=Min("created_at"))
    return {row["source"]: at - row["oldest"] for row in rows}


def _standing(series: Series, target: Target | None, waiting: timedelta | None) -> Standing:
    complete = [point for point in series.points if point.complete]
    begun = next((i for i, point in enumerate(complete) if point.value is not None), len(complete))
    weeks = complete[begun:]
    running = next((point for point in series.points if not point.complete), None)
    where = [i for i, week in enumerate(weeks) if week.value is not None]
    values = [week.value for week in weeks if week.value is not None]
    limits = xmr_limits(values[:BASELINE], floor=_floor(values), ceiling=_ceiling(series.version))
    found = find_signals(values, limits) if limits else []
    return Standing(
        version=series.version,
        weeks=weeks,
        running=running,
        limits=limits,
        signals=[Signal(where[signal.index], signal.rule, signal.side) for signal in found],
        target=target,
        judged=_judge(series.metric, weeks, target, limits),
        waiting=waiting,
    )


def _judge(
    metric: Metric, weeks: Sequence[Point], target: Target | None, limits: XmrLimits | None
) -> PathStatus | None:
    if target is None or not weeks or weeks[-1].value is None:
        return None
    mean_range = limits.mean_range if limits else None
    return judge_value(target, weeks[-1].value, last_day(weeks[-1]), direction=metric.direction, mean_range=mean_range)


def _floor(values: Sequence[float]) -> float | None:
    """Nothing we count or time goes below zero; a metric that has been below it has no floor."""
    return 0.0 if values and min(values) >= 0 else None


def _ceiling(version: MetricVersion) -> float | None:
    """The natural upper bound of shares."""
    if version.metric.unit == _PERCENT and version.kind in {Kind.RATIO, Kind.INTERVAL_SHARE}:
        return 100.0
    return 1.0 if version.metric.unit == _RATIO or version.kind == Kind.INTERVAL_SHARE else None
