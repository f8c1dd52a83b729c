from metrics.models.mark import DirtyMark, SourceRun
from metrics.models.metric import Direction, Kind, Metric, MetricStatus, MetricVersion
from metrics.models.target import Target, TargetShape
from metrics.models.value import DayCell, Grain, PeriodValue, ValueRevision

__all__ = [
    "DayCell",
    "Direction",
    "DirtyMark",
    "Grain",
    "Kind",
    "Metric",
    "MetricStatus",
    "MetricVersion",
    "PeriodValue",
    "SourceRun",
    "Target",
    "TargetShape",
    "ValueRevision",
]
