"""What metrics itself offers: values entered, values to derive from, hypotheses and experiments, first widgets."""

from metrics.metric_sources import derived, entered, experiments, first_widgets, hypotheses, waiting

__all__ = ["derived", "entered", "experiments", "first_widgets", "hypotheses", "waiting"]
