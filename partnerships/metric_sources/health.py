"""Uptime by state, tier and maintenance, and latencies, by check and UTC hour."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from django.db.models import Max, Min, Model

from metrics.frame import Frame, empty_frame, to_microseconds
from metrics.sources import (
    Capture,
    MetricSource,
    RowWords,
    ShippedMetric,
    ShippedTarget,
    register_metrics,
    register_source,
)
from partnerships.models import HealthCheck, LatencyHour, Tier, UptimeHour
from partnerships.objectives import metric_sources as _objective_sources  # noqa: F401 - registers them
from partnerships.selectors.uptime_hours import list_uptime_rows

STATES = ("up", "degraded", "down", "unknown", "paused")
PLANNED = tuple(f"planned_{state}" for state in STATES)
"""The same inside planned maintenance, so that a metric can count it by any rule; the shipped ones leave it out."""
UPTIME_MEASURES = (*STATES, *PLANNED)
DIMENSIONS = {"tier": "Tier", "partner": "Partner", "integration": "Integration"}
LATENCY_DIMENSIONS = {"partner": "Partner", "integration": "Integration"}
SECOND = 1_000_000
PERMISSION = "partnerships.view_integration"
_INTEGRATION = "health_check__integration"
_HOUR_COLUMNS = tuple(f"{state}_us" for state in STATES)


def _fetch_uptime(start: datetime, end: datetime) -> Frame:
    rows = list_uptime_rows(start, end)
    if not rows:
        return empty_frame(UPTIME_MEASURES, DIMENSIONS)
    is_planned = np.array([row.is_planned for row in rows])
    measures = {state: np.array([getattr(row, state) for row in rows], dtype=np.int64) for state in STATES}
    planned = {f"planned_{state}": np.where(is_planned, measures[state], 0) for state in STATES}
    return Frame(
        at=to_microseconds(row.at for row in rows),
        measures={state: np.where(is_planned, 0, measures[state]) for state in STATES} | planned,
        dimensions={key: np.array([getattr(row, key) for row in rows], dtype=object) for key in DIMENSIONS},
        keys=np.array([row.pk for row in rows], dtype=np.int64),
    )


def _fetch_latency(start: datetime, end: datetime) -> Frame:
    """An hour belongs to the local day it begins in: a histogram cannot be cut."""
    rows = list(
        LatencyHour.objects.filter(hour__gte=start, hour__lt=end, n__gt=0, health_check__counts_for_uptime=True)
        .order_by("hour", "pk")
        .values_list(
            "pk", "hour", "n", "total_us", "buckets", f"{_INTEGRATION}__partner__slug", f"{_INTEGRATION}__slug"
        )
    )
    if not rows:
        return empty_frame(["n", "total"], LATENCY_DIMENSIONS)
    keys, n, total = (np.array([row[i] for row in rows], dtype=np.int64) for i in (0, 2, 3))
    return Frame(
        at=to_microseconds(row[1] for row in rows),
        measures={"n": n, "total": total},
        dimensions={
            "partner": np.array([row[5] for row in rows], dtype=object),
            "integration": np.array([row[6] for row in rows], dtype=object),
        },
        blobs=[row[4] for row in rows],
        keys=keys,
    )


def _span(model: type[Model]) -> tuple[datetime, datetime] | None:
    bounds = model._default_manager.filter(health_check__counts_for_uptime=True).aggregate(
        first=Min("hour"), last=Max("hour")
    )
    return (bounds["first"], bounds["last"]) if bounds["first"] else None


def _describe_uptime(keys: Sequence[int]) -> dict[int, RowWords]:
    hours = UptimeHour.objects.filter(pk__in=keys).select_related(_INTEGRATION)
    return {hour.pk: _words(hour.health_check, Tier(hour.tier).label) for hour in hours}


def _describe_latency(keys: Sequence[int]) -> dict[int, RowWords]:
    hours = LatencyHour.objects.filter(pk__in=keys).select_related(_INTEGRATION)
    return {hour.pk: _words(hour.health_check, f"{hour.n} measurements") for hour in hours}


def _words(check: HealthCheck, detail: str) -> RowWords:
    return RowWords(label=str(check), url=check.integration.get_absolute_url(), detail=detail)


def _uptime_metric(tier: str, *, slo: float, position: int) -> ShippedMetric:
    label = Tier(tier).label
    return ShippedMetric(
        key=f"integration_uptime_{tier}",
        name=f"Integration uptime, {label.lower()}",
        question=f"How reliably do our {label.lower()} integrations work?",
        purpose=(
            "Time up or degraded over time measured, pooled over all checks while their integration was in the tier; "
            "unknown, paused and planned maintenance time counts neither way."
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
        captures=[Capture(UptimeHour._meta.db_table, [("hour",)], ("tier", "is_planned", *_HOUR_COLUMNS))],
        fetch=_fetch_uptime,
        span=lambda: _span(UptimeHour),
        measures=dict.fromkeys(UPTIME_MEASURES, "µs"),
        measure_labels={
            **{state: f"Time {state}" for state in STATES},
            **{f"planned_{state}": f"Time {state} inside maintenance" for state in STATES},
        },
        event_time="the time itself, by the hour",
        dimensions=DIMENSIONS,
        describe=_describe_uptime,
        permission=PERMISSION,
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
        measure_labels={"n": "Measurements that came back", "total": "The sum of their latencies"},
        event_time="the hour of the measurement",
        has_histograms=True,
        refresh_seconds=60,  # every poll leaves marks
        dimensions=LATENCY_DIMENSIONS,
        describe=_describe_latency,
        permission=PERMISSION,
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
