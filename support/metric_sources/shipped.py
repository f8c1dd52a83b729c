"""The ticket metrics of a fresh installation."""

from metrics.sources import ShippedMetric, ShippedTarget, register_metrics
from support.metric_sources.frames import HOUR

_RESOLUTION = {"measure": "resolution", "scale": HOUR}
_CLOCK = (
    "The clock “full resolution” in calendar hours: from opening to the last solve, in every state, with the time for "
    "which the ticket was solved before it came back. Tickets SOLVED in the period, by their last solve; merged "
    "tickets and spam left out."
)

register_metrics(
    [
        ShippedMetric(
            key="ticket_resolution_hours_mean",
            name="Ticket resolution (full, calendar)",
            question="How long does a customer wait, around the clock, until the problem is gone for good?",
            purpose=_CLOCK,
            unit="h",
            direction="down",
            kind="mean",
            source="tickets_resolved",
            formula=_RESOLUTION,
            dimensions=["priority"],
            position=10,
            target=ShippedTarget(value=8, baseline=32, days=365, reason="The level before the programme began."),
        ),
        ShippedMetric(
            key="ticket_resolution_hours_median",
            name="Ticket resolution (full, calendar), median",
            question="How long does the typical customer wait, around the clock, until the problem is gone for good?",
            purpose=_CLOCK,
            unit="h",
            direction="down",
            kind="percentile",
            source="tickets_resolved",
            formula={**_RESOLUTION, "quantile": 0.5},
            dimensions=["priority"],
            position=11,
        ),
        ShippedMetric(
            key="ticket_resolution_hours_p90",
            name="Ticket resolution (full, calendar), slowest tenth",
            question="How long, around the clock, do the unluckiest tenth of customers wait at least?",
            purpose=_CLOCK,
            unit="h",
            direction="down",
            kind="percentile",
            source="tickets_resolved",
            formula={**_RESOLUTION, "quantile": 0.9},
            dimensions=["priority"],
            position=12,
        ),
        ShippedMetric(
            key="tickets_opened",
            name="Tickets opened",
            question="How much help do customers ask for?",
            purpose="Tickets by the day they were opened; merged tickets and spam left out.",
            unit="tickets",
            decimals=0,
            direction="down",
            kind="count",
            source="tickets_opened",
            formula={},
            position=20,
        ),
        ShippedMetric(
            key="tickets_resolved",
            name="Tickets resolved",
            question="How much help do we give?",
            purpose="Tickets by the day they were last resolved; merged tickets and spam left out.",
            unit="tickets",
            decimals=0,
            direction="up",
            kind="count",
            source="tickets_resolved",
            formula={},
            position=21,
        ),
        ShippedMetric(
            key="ticket_backlog",
            name="Ticket backlog",
            question="How many customers wait at the end of the period?",
            purpose="Tickets opened and neither resolved nor closed at the end of the period.",
            unit="tickets",
            decimals=0,
            direction="down",
            kind="stock",
            source="ticket_backlog",
            formula={"measure": "change"},
            position=22,
        ),
        ShippedMetric(
            key="ticket_reopen_ratio",
            name="Tickets reopened",
            question="How often was a problem not gone after all?",
            purpose="Share of the tickets resolved in the period that had been reopened at least once, 0 to 1.",
            unit="ratio",
            decimals=3,
            direction="down",
            kind="ratio",
            source="tickets_resolved",
            formula={"numerator": "reopened"},
            position=23,
        ),
    ]
)
