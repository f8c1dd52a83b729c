"""Target paths: what a metric should be on a day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from metrics.models import Metric, Target, TargetShape


@dataclass(frozen=True)
class PathStatus:
    """A value against its path: `gap` is value − path, `behind` that it lies on the bad side by more than tolerance."""

    path: float
    gap: float
    behind: bool


def get_current_targets(metrics: Iterable[Metric], *, segment: str = "") -> dict[int, Target]:
    """The newest target of each metric by metric id; one query."""
    found: dict[int, Target] = {}
    rows = Target.objects.filter(metric__in=list(metrics), segment=segment).select_related("set_by")
    for target in rows.order_by("metric", "set_at", "pk"):
        found[target.metric_id] = target
    return found


def expected_at(target: Target, day: date) -> float:
    """The path's value on a day: the baseline before its start, the target from its due day on, a line between."""
    if target.shape == TargetShape.LEVEL or target.baseline_value is None or target.due_on is None:
        return target.target_value
    share = (day - target.start_on).days / (target.due_on - target.start_on).days
    return target.baseline_value + (target.target_value - target.baseline_value) * min(max(share, 0.0), 1.0)


def judge_value(target: Target, value: float, day: date, *, direction: str, mean_range: float | None) -> PathStatus:
    """The value against the path. On track: the good side, or within max(10 % of the remaining gap, one mean range)."""
    path = expected_at(target, day)
    gap = value - path
    tolerance = max(abs(target.target_value - value) * 0.1, mean_range or 0.0)
    bad_side = gap if direction == "down" else -gap
    return PathStatus(path=path, gap=gap, behind=bad_side > tolerance)
