"""How far a share of few rows may be from what it would be of many."""

from metrics.models import Kind, MetricVersion
from metrics.statistics.capability import wilson_interval

Interval = tuple[float, float]


def interval_of(version: MetricVersion, value: float | None, n: int) -> Interval | None:
    """The 95 % Wilson interval of a share of rows, in the metric's own unit; None for other kinds and without rows."""
    if version.kind != Kind.SHARE or value is None or n < 1:
        return None
    scale = version.formula.get("scale", 1)
    low, high = wilson_interval(round(value * scale * n), n)
    return low / scale, high / scale
