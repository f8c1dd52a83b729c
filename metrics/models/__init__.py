from metrics.models.annotation import Annotation, AnnotationKind
from metrics.models.close import PeriodClose
from metrics.models.draft import ROLLING_DAYS, DraftState, MetricDraft
from metrics.models.entered import EnteredValue
from metrics.models.experiment import (
    Experiment,
    ExperimentArm,
    ExperimentPlanEdit,
    ExperimentState,
    MeasureKind,
    MeasureSource,
)
from metrics.models.exposure import Assignment, Exposure, UnitOutcome
from metrics.models.hypothesis import LEARNED, Hypothesis, HypothesisKind, HypothesisState, Movement, Verdict
from metrics.models.mark import DirtyMark, Lane, SourceRun
from metrics.models.metric import Cadence, Direction, Flow, Kind, Metric, MetricStatus, MetricVersion
from metrics.models.product_event import Funnel, ProductEvent
from metrics.models.report import Report, ReportKind
from metrics.models.selfcheck import SelfCheck
from metrics.models.signal import Baseline, EpisodeState, LimitMethod, Side, SignalEpisode
from metrics.models.target import Target, TargetShape
from metrics.models.value import ColumnBlock, DayCell, Grain, MonthCell, PeriodValue, ValueRevision

__all__ = [
    "LEARNED",
    "ROLLING_DAYS",
    "Annotation",
    "AnnotationKind",
    "Assignment",
    "Baseline",
    "Cadence",
    "ColumnBlock",
    "DayCell",
    "Direction",
    "DirtyMark",
    "DraftState",
    "EnteredValue",
    "EpisodeState",
    "Experiment",
    "ExperimentArm",
    "ExperimentPlanEdit",
    "ExperimentState",
    "Exposure",
    "Flow",
    "Funnel",
    "Grain",
    "Hypothesis",
    "HypothesisKind",
    "HypothesisState",
    "Kind",
    "Lane",
    "LimitMethod",
    "MeasureKind",
    "MeasureSource",
    "Metric",
    "MetricDraft",
    "MetricStatus",
    "MetricVersion",
    "MonthCell",
    "Movement",
    "PeriodClose",
    "PeriodValue",
    "ProductEvent",
    "Report",
    "ReportKind",
    "SelfCheck",
    "Side",
    "SignalEpisode",
    "SourceRun",
    "Target",
    "TargetShape",
    "UnitOutcome",
    "ValueRevision",
    "Verdict",
]
