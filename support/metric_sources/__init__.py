"""What support offers to metrics: tickets opened, resolved and in the backlog between, and set-up cases."""

from support.metric_sources import csat, setup_cases, shipped, sources

__all__ = ["csat", "setup_cases", "shipped", "sources"]
