"""What metrics itself offers: values that are entered, values to derive from, and what was learnt from hypotheses."""

from metrics.metric_sources import derived, entered, hypotheses, waiting

__all__ = ["derived", "entered", "hypotheses", "waiting"]
