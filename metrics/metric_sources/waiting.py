"""Metrics we mean to steer by whose source does not exist yet: drafts, which say what they wait for."""

from metrics.sources import ShippedMetric, ShippedTarget, register_metrics

_PROPOSAL = "A first proposal, to be set anew once there are values."

register_metrics(
    [
        ShippedMetric(
            key="contractor_retention_months",
            name="Contractor retention",
            question="How long do contractors stay with us?",
            purpose="Median months from first to last assignment, those still with us as running (Kaplan–Meier).",
            unit="months",
            decimals=1,
            direction="up",
            waits_for="contractor assignments, with their start and end",
            position=50,
            target=ShippedTarget(value=5, baseline=3, days=365, reason="The level before the programme began."),
        ),
        ShippedMetric(
            key="gross_margin",
            name="Gross margin",
            question="How much of what we earn is left after paying for the work?",
            purpose="Revenue less direct cost, over revenue, of the period's sums; never an average of margins.",
            unit="ratio",
            decimals=3,
            direction="up",
            waits_for="invoices and payroll, as revenue and cost by day",
            position=51,
            target=ShippedTarget(value=0.58, baseline=0.38, days=365, reason="The level before the programme began."),
        ),
        ShippedMetric(
            key="asset_delivery_hours",
            name="Asset delivery",
            question="How long does a client wait for the assets after a shoot?",
            purpose="Median hours from the end of a booking to the delivery of its assets, by delivery.",
            unit="h",
            decimals=1,
            direction="down",
            waits_for="bookings and their deliveries",
            position=52,
            target=ShippedTarget(value=2, baseline=24, days=365, reason="The level before the programme began."),
        ),
        ShippedMetric(
            key="application_to_field_days",
            name="Application to field",
            question="How long does it take a new contractor to reach the field?",
            purpose="Median days from application to the first assignment, those still on the way counted as running.",
            unit="days",
            decimals=1,
            direction="down",
            waits_for="applications and their stages",
            position=53,
            target=ShippedTarget(value=7, baseline=35, days=365, reason="The level before the programme began."),
        ),
        ShippedMetric(
            key="photographer_application_launch",
            name="Photographer application launched",
            question="Will photographers have their application by the new year?",
            purpose="Share of the launch's milestones that are done; 1 is launched.",
            unit="ratio",
            decimals=2,
            direction="up",
            waits_for="initiatives and their milestones",
            position=54,
            target=ShippedTarget(
                value=1, baseline=0, is_by_new_year=True, shape="step", reason="Launched by 1 January."
            ),
        ),
        ShippedMetric(
            key="next_day_availability",
            name="Next-day availability",
            question="Can we staff a booking that comes in for tomorrow?",
            purpose="Of the bookings asked for the next day, the share that an available contractor could take.",
            unit="ratio",
            decimals=3,
            direction="up",
            waits_for="contractor availability and bookings",
            position=55,
            target=ShippedTarget(value=0.9, reason=_PROPOSAL),
        ),
        ShippedMetric(
            key="partnership_health",
            name="Partnership health",
            question="How well do our partnerships do, all things considered?",
            purpose="A weighted score of uptime, open incidents, agreements and joint experiments, from 0 to 1.",
            unit="ratio",
            decimals=2,
            direction="up",
            waits_for="agreements and partner reviews",
            position=60,
            target=ShippedTarget(value=0.8, reason=_PROPOSAL),
        ),
    ]
)
