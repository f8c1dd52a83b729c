"""Target paths: what a metric should be on a day, and how a value compares with that."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from metrics.models import Direction, Metric, Target, TargetShape

REMAINING_TOLERANCE = 0.1


@dataclass(frozen=True)
class PathStatus:
    """A value against its path: `gap` is value − path, `behind` that it lies on the bad side by more than tolerance.

    Of a band `path` is the edge nearest to the value, and inside it the gap is 0.
    """

    path: float
    gap: float
    behind: bool
    is_good_side: bool
    tolerance: float


def get_current_targets(
    metrics: Iterable[Metric], *, segment: str = "", at: datetime | None = None
) -> dict[int, Target]:
    """The newest target of each metric by metric id, or the one that held at `at`; one query."""
    found: dict[int, Target] = {}
    rows = Target.objects.filter(metric__in=list(metrics), segment=segment).select_related("set_by")
    rows = rows if at is None else rows.filter(set_at__lte=at)
    for target in rows.order_by("metric", "set_at", "pk"):
        found[target.metric_id] = target
    return found


def expected_at(target: Target, day: date) -> float:
    """The path's value on a day: the baseline before its start, the target from its due day on, the shape between.

    expected = baseline + (target − baseline)·f(t), t = (day − start)/(due − start). Linear f = t; step f = 0 before the
    due day; S-curve f = 3t² − 2t³ (smoothstep, level at both ends). Milestones hold from their day to the next.
    """
    if target.shape == TargetShape.LEVEL or target.baseline_value is None or target.due_on is None:
        return target.target_value
    if target.shape == TargetShape.MILESTONES:
        passed = [value for on, value in milestones_of(target) if on <= day]
        return passed[-1] if passed else target.baseline_value
    share = min(max((day - target.start_on).days / (target.due_on - target.start_on).days, 0.0), 1.0)
    return target.baseline_value + (target.target_value - target.baseline_value) * _shaped(target.shape, share)


def _shaped(shape: str, share: float) -> float:
    if shape == TargetShape.STEP:
        return float(share >= 1)
    return share * share * (3 - 2 * share) if shape == TargetShape.S_CURVE else share


def milestones_of(target: Target) -> Sequence[tuple[date, float]]:
    """The milestones as days and values, in order."""
    return [(date.fromisoformat(one["day"]), float(one["value"])) for one in target.milestones]


def progress_of(target: Target, value: float) -> float | None:
    """How much of the way is done, 0 at the baseline and 1 at the target, whichever way is good; None without one."""
    if target.baseline_value is None or target.baseline_value == target.target_value:
        return None
    return (value - target.baseline_value) / (target.target_value - target.baseline_value)


def judge_value(target: Target, value: float, day: date, *, direction: str, mean_range: float | None) -> PathStatus:
    """The value against the path. On track: the good side, or within max(10 % of the remaining gap, one mean range)."""
    if direction == Direction.BAND:
        return _judge_band(target, value, mean_range)
    path = expected_at(target, day)
    gap = value - path
    tolerance = max(abs(target.target_value - value) * REMAINING_TOLERANCE, mean_range or 0.0)
    bad_side = gap if direction == Direction.DOWN else -gap
    return PathStatus(path=path, gap=gap, behind=bad_side > tolerance, is_good_side=bad_side <= 0, tolerance=tolerance)


def _judge_band(target: Target, value: float, mean_range: float | None) -> PathStatus:
    """Inside the band is good; outside it one mean range is tolerated."""
    low = target.target_value
    high = low if target.upper_value is None else target.upper_value
    path = low if abs(value - low) <= abs(value - high) else high
    gap = 0.0 if low <= value <= high else value - path
    tolerance = mean_range or 0.0
    return PathStatus(path=path, gap=gap, behind=abs(gap) > tolerance, is_good_side=not gap, tolerance=tolerance)
