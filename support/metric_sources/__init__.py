"""What support offers to metrics: tickets as they are opened, as they are resolved, and the backlog between."""

from support.metric_sources import shipped, sources

__all__ = ["shipped", "sources"]
