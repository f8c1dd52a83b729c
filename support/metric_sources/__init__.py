"""What support offers to metrics: tickets from opening to solve, their clocks and promises, and set-up cases."""

from support.metric_sources import (
    ageing,
    breaches,
    clocks,
    csat,
    escalations,
    first_replies,
    learning,
    repeats,
    setup_cases,
    shipped,
    shipped_clocks,
    shipped_promises,
    sources,
)

__all__ = [
    "ageing",
    "breaches",
    "clocks",
    "csat",
    "escalations",
    "first_replies",
    "learning",
    "repeats",
    "setup_cases",
    "shipped",
    "shipped_clocks",
    "shipped_promises",
    "sources",
]
