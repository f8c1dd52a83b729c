"""What partnerships offers to metrics: uptime by state and tier, and latencies, both by check and UTC hour."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from django.db.models import Max, Min, Model, Q

from metrics.frame import Frame, empty_frame, to_microseconds
from metrics.sources import (
    Capture,
    MetricSource,
    ShippedMetric,
    ShippedTarget,
    SourceRow,
    register_metrics,
    register_source,
)
from partnerships.models import LatencyHour, Tier, UptimeHour
from partnerships.selectors.uptime_hours import list_uptime_rows

STATES = ("up", "degraded", "down", "unknown", "paused")
DIMENSIONS = {"tier": "Tier", "partner": "Partner", "integration": "Integration"}
LATENCY_DIMENSIONS = {"partner": "Partner", "integration": "Integration"}
SECOND = 1_000_000
_INTEGRATION = "health_check__integration"


def _fetch_uptime(start: datetime, end: datetime) -> Frame:
    rows = list_uptime_rows(start, end)
    if not rows:
        return empty_frame(STATES, DIMENSIONS)
    return Frame(
        at=to_microseconds(row.at for row in rows),
        measures={state: np.array([getattr(row, state) for row in rows], dtype=np.int64) for state in STATES},
        dimensions={key: np.array([getattr(row, key) for row in rows], dtype=object) for key in DIMENSIONS},
    )


def _fetch_latency(start: datetime, end: datetime) -> Frame:
    """An hour belongs to the local day it begins in: a histogram cannot be cut."""
    rows = list(
        LatencyHour.objects.filter(hour__gte=start, hour__lt=end, n__gt=0, health_check__counts_for_uptime=True)
        .order_by("hour", "pk")
        .values_list("hour", "n", "total_us", "buckets", f"{_INTEGRATION}__partner__slug", f"{_INTEGRATION}__slug")
    )
    if not rows:
        return empty_frame(["n", "total"], LATENCY_DIMENSIONS)
    return Frame(
        at=to_microseconds(row[0] for row in rows),
        measures={
            "n": np.array([row[1] for row in rows], dtype=np.int64),
            "total": np.array([row[2] for row in rows], dtype=np.int64),
        },
        dimensions={
            "partner": np.array([row[4] for row in rows], dtype=object),
            "integration": np.array([row[5] for row in rows], dtype=object),
        },
        blobs=[row[3] for row in rows],
    )


def _span(model: type[Model]) -> tuple[datetime, datetime] | None:
    bounds = model._default_manager.filter(health_check__counts_for_uptime=True).aggregate(
        first=Min("hour"), last=Max("hour")
    )
    return (bounds["first"], bounds["last"]) if bounds["first"] else None


def _conditions(wanted: Mapping[str, Any]) -> Q:
    paths = {"tier": "tier", "partner": f"{_INTEGRATION}__partner__slug", "integration": f"{_INTEGRATION}__slug"}
    condition = Q(health_check__counts_for_uptime=True)
    for key, words in wanted.items():
        condition &= Q(**{f"{paths[key]}__in": words if isinstance(words, list) else [words]})
    return condition


def _uptime_rows(start: datetime, end: datetime, wanted: Mapping[str, Any], limit: int) -> Sequence[SourceRow]:
    """The hours behind a figure, those with trouble first; the value is the downtime in µs."""
    hours = UptimeHour.objects.filter(_conditions(wanted), hour__gte=start, hour__lt=end)
    hours = hours.select_related(_INTEGRATION).order_by("-down_us", "-unknown_us", "-hour", "pk")
    return [
        SourceRow(
            label=str(row.health_check),
            url=row.health_check.integration.get_absolute_url(),
            at=row.hour,
            detail=_shares(row),
            value=row.down_us,
        )
        for row in hours[:limit]
    ]


def _shares(row: UptimeHour) -> str:
    parts = [(state, getattr(row, f"{state}_us") / SECOND / 60) for state in STATES]
    return " · ".join(f"{minutes:.1f} min {state}" for state, minutes in parts if minutes)


def _latency_rows(start: datetime, end: datetime, wanted: Mapping[str, Any], limit: int) -> Sequence[SourceRow]:
    """The hours behind a figure, the newest first; the value is the mean latency in µs."""
    hours = LatencyHour.objects.filter(_conditions(wanted), hour__gte=start, hour__lt=end, n__gt=0)
    return [
        SourceRow(
            label=str(row.health_check),
            url=row.health_check.integration.get_absolute_url(),
            at=row.hour,
            detail=f"{row.n} measurements",
            value=row.total_us // row.n,
        )
        for row in hours.select_related(_INTEGRATION).order_by("-hour", "pk")[:limit]
    ]


def _uptime_metric(tier: str, *, slo: float, position: int) -> ShippedMetric:
    label = Tier(tier).label
    return ShippedMetric(
        key=f"integration_uptime_{tier}",
        name=f"Integration uptime, {label.lower()}",
        question=f"How reliably do our {label.lower()} integrations work?",
        purpose=(
            "Time up or degraded over time measured, pooled over all checks while their integration was in the tier; "
            "unknown and paused time counts neither way."
        ),
        unit="ratio",
        decimals=4,
        direction="up",
        kind="interval_share",
        source="integration_uptime",
        formula={
            "good": {"up": 1000, "degraded": 1000},
            "counted": ["up", "degraded", "down"],
            "filter": {"tier": str(tier)},
        },
        position=position,
        target=ShippedTarget(value=slo, reason=f"The service level objective of the {label.lower()} tier."),
    )


register_source(
    MetricSource(
        key="integration_uptime",
        label="Integration time by state",
        model="partnerships.UptimeHour",
        captures=[Capture(UptimeHour._meta.db_table, [("hour",)], ("tier", *(f"{state}_us" for state in STATES)))],
        fetch=_fetch_uptime,
        span=lambda: _span(UptimeHour),
        measures=dict.fromkeys(STATES, "µs"),
        dimensions=DIMENSIONS,
        rows=_uptime_rows,
    )
)
register_source(
    MetricSource(
        key="probe_latency",
        label="Probe latencies",
        model="partnerships.LatencyHour",
        captures=[Capture(LatencyHour._meta.db_table, [("hour",)], ("n", "total_us", "buckets"))],
        fetch=_fetch_latency,
        span=lambda: _span(LatencyHour),
        measures={"n": "measurements", "total": "µs"},
        refresh_seconds=60,  # every poll leaves marks
        dimensions=LATENCY_DIMENSIONS,
        rows=_latency_rows,
    )
)
register_metrics(
    [
        _uptime_metric(Tier.PRODUCTION, slo=0.999, position=30),
        _uptime_metric(Tier.EXPERIMENTAL, slo=0.95, position=31),
        ShippedMetric(
            key="probe_latency_seconds_p95",
            name="Probe latency, 95th percentile",
            question="How slow are our partners at their slower moments?",
            purpose="Of all measurements that came back, from a log histogram: exact to within 1 %.",
            unit="s",
            decimals=2,
            direction="down",
            kind="histogram_percentile",
            source="probe_latency",
            formula={"quantile": 0.95, "scale": SECOND},
            position=32,
            target=ShippedTarget(value=1.0, reason="Slower answers are felt on customers' dashboards."),
        ),
    ]
)
