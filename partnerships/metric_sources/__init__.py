"""What partnerships offers to metrics: health of integrations, incidents, and what is between partners and us."""

from partnerships.incidents import metric_sources as incidents
from partnerships.metric_sources import agreements, experiments, health, reviews, stages

__all__ = ["agreements", "experiments", "health", "incidents", "reviews", "stages"]
