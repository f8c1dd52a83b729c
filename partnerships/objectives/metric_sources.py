"""What objectives offer to metrics: one row for each objective and day, with the share of its budget that was left."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F, Max, Min

from metrics.frame import Frame
from metrics.gather import Microseconds, gather_frame
from metrics.sources import Capture, MetricSource, RowWords, ShippedMetric, register_metrics, register_source
from partnerships.models import SLODay

PERMISSION = "partnerships.view_slo"
PERCENT = 10_000
"""Millionths in a per cent."""
DIMENSIONS = {"tier": "Tier", "partner": "Partner", "integration": "Integration"}
_COLUMNS = {
    "tier": F("slo__tier"),
    "partner": F("slo__integration__partner__slug"),
    "integration": F("slo__integration__slug"),
}


def fetch_days(start: datetime, end: datetime) -> Frame:
    """Objectives by the day they were judged on."""
    found = SLODay.objects.filter(begun_at__gte=start, begun_at__lt=end)
    return gather_frame(
        found, at=Microseconds("begun_at"), measures={"left": F("left_millionths")}, dimensions=_COLUMNS
    )


def _span() -> tuple[datetime, datetime] | None:
    bounds = SLODay.objects.aggregate(first=Min("begun_at"), last=Max("begun_at"))
    return (bounds["first"], bounds["last"]) if bounds["first"] else None


def _describe(keys: Sequence[int]) -> dict[int, RowWords]:
    rows = SLODay.objects.filter(pk__in=keys).select_related("slo__integration")
    return {
        row.pk: RowWords(
            label=str(row.slo.integration),
            url=row.slo.integration.get_absolute_url(),
            detail=f"{row.left_millionths / PERCENT:.1f} % of the budget left",
        )
        for row in rows
    }


register_source(
    MetricSource(
        key="slo_days",
        label="Objectives, day by day",
        model="partnerships.SLODay",
        captures=[Capture(SLODay._meta.db_table, [("begun_at",)], ("left_millionths", "slo_id"))],
        fetch=fetch_days,
        span=_span,
        measures={"left": "millionths of the budget"},
        measure_labels={"left": "Share of the error budget that was left"},
        dimensions=DIMENSIONS,
        event_time="the day that the objective was judged on",
        describe=_describe,
        permission=PERMISSION,
    )
)
register_metrics(
    [
        ShippedMetric(
            key="slo_met_ratio",
            name="Objectives met",
            question="What share of what we promise for our integrations do we keep?",
            purpose=(
                "Objectives in force whose error budget was not overspent, over all that were judged, by the day; "
                "those without data, and paused ones, count neither way."
            ),
            unit="ratio",
            decimals=3,
            direction="up",
            kind="share",
            source="slo_days",
            formula={"where": {"left": {"gte": 0}}},
            dimensions=["tier", "partner"],
            position=33,
        ),
        ShippedMetric(
            key="slo_budget_left_mean",
            name="Error budget left",
            question="How much downtime may our integrations still have before promises break?",
            purpose="Mean over objectives and days of the share of the budget left; negative where more was lost.",
            unit="%",
            direction="up",
            kind="mean",
            source="slo_days",
            formula={"measure": "left", "scale": PERCENT},
            dimensions=["tier", "partner"],
            position=34,
        ),
    ]
)
