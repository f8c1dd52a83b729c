from metrics.api.annotations import AnnotationViews
from metrics.api.closing import PeriodCloseViews, ReportViews
from metrics.api.definitions import MetricVersionViews, MetricViews
from metrics.api.drafts import MetricDraftViews
from metrics.api.entered import EnteredValueViews
from metrics.api.experiments import ExperimentViews
from metrics.api.exposures import (
    AssignmentViews,
    ExperimentArmViews,
    ExperimentPlanEditViews,
    ExposureViews,
    UnitOutcomeViews,
)
from metrics.api.hypotheses import HypothesisViews
from metrics.api.product_events import FunnelViews, ProductEventViews
from metrics.api.records import (
    ColumnBlockViews,
    DayCellViews,
    DirtyMarkViews,
    MonthCellViews,
    PeriodValueViews,
    SelfCheckViews,
    SourceRunViews,
    ValueRevisionViews,
)
from metrics.api.signals import BaselineViews, SignalEpisodeViews
from metrics.api.targets import TargetViews

ROUTES = {
    "metrics": MetricViews,
    "metric-drafts": MetricDraftViews,
    "metric-versions": MetricVersionViews,
    "targets": TargetViews,
    "baselines": BaselineViews,
    "signal-episodes": SignalEpisodeViews,
    "annotations": AnnotationViews,
    "entered-values": EnteredValueViews,
    "period-closes": PeriodCloseViews,
    "reports": ReportViews,
    "period-values": PeriodValueViews,
    "value-revisions": ValueRevisionViews,
    "day-cells": DayCellViews,
    "month-cells": MonthCellViews,
    "column-blocks": ColumnBlockViews,
    "dirty-marks": DirtyMarkViews,
    "source-runs": SourceRunViews,
    "hypotheses": HypothesisViews,
    "experiments": ExperimentViews,
    "experiment-arms": ExperimentArmViews,
    "experiment-plan-edits": ExperimentPlanEditViews,
    "assignments": AssignmentViews,
    "exposures": ExposureViews,
    "outcomes": UnitOutcomeViews,
    "product-events": ProductEventViews,
    "funnels": FunnelViews,
    "self-checks": SelfCheckViews,
}
