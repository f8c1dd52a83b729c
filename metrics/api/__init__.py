from metrics.api.definitions import MetricVersionViews, MetricViews, TargetViews
from metrics.api.records import (
    DayCellViews,
    DirtyMarkViews,
    PeriodValueViews,
    SourceRunViews,
    ValueRevisionViews,
)

ROUTES = {
    "metrics": MetricViews,
    "metric-versions": MetricVersionViews,
    "targets": TargetViews,
    "period-values": PeriodValueViews,
    "value-revisions": ValueRevisionViews,
    "day-cells": DayCellViews,
    "dirty-marks": DirtyMarkViews,
    "source-runs": SourceRunViews,
}
