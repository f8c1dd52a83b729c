"""Shipped definitions as rows: installed after migrate, and never again over what people have edited."""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from metrics.models import Metric, MetricStatus, MetricVersion, Target, TargetShape
from metrics.services.marks import mark_all_days
from metrics.sources import ShippedMetric, get_source, list_shipped_metrics


def install_shipped_metrics(*, at: datetime) -> list[str]:
    """Create the shipped metrics that the database lacks, with their first version and target; the keys created.

    A metric that exists is left alone, whatever was changed about it. A new one's days are marked for backfill.
    """
    have = set(Metric.objects.values_list("key", flat=True))
    created = [shipped for shipped in list_shipped_metrics() if shipped.key not in have]
    with transaction.atomic():
        for shipped in created:
            _install(shipped, at=at)
        for source in {shipped.source for shipped in created}:
            mark_all_days(get_source(source))
    return [shipped.key for shipped in created]


def _install(shipped: ShippedMetric, *, at: datetime) -> None:
    metric = Metric.objects.create(
        key=shipped.key,
        name=shipped.name,
        question=shipped.question,
        purpose=shipped.purpose,
        unit=shipped.unit,
        decimals=shipped.decimals,
        direction=shipped.direction,
        status=MetricStatus.APPROVED,
        position=shipped.position,
    )
    create_version(
        metric=metric,
        kind=shipped.kind,
        source=shipped.source,
        formula=dict(shipped.formula),
        dimensions=list(shipped.dimensions),
        reason="Shipped definition.",
        at=at,
    )
    if shipped.target is not None:
        start = at.date()
        linear = shipped.target.days is not None
        Target.objects.create(
            metric=metric,
            shape=TargetShape.LINEAR if linear else TargetShape.LEVEL,
            baseline_value=shipped.target.baseline,
            baseline_note=shipped.target.reason,
            target_value=shipped.target.value,
            start_on=start,
            due_on=start + timedelta(days=shipped.target.days) if shipped.target.days else None,
            set_at=at,
            reason="Shipped target.",
        )


def create_version(
    *,
    metric: Metric,
    kind: str,
    source: str,
    formula: dict[str, Any],
    dimensions: list[str],
    reason: str,
    at: datetime,
) -> MetricVersion:
    """The next immutable version of a metric, cut by the organisation's calendar as it is set now."""
    body = {
        "kind": kind,
        "source": source,
        "formula": formula,
        "dimensions": dimensions,
        "time_zone": settings.ORGANISATION_TIME_ZONE,
        "week_start": settings.ORGANISATION_WEEK_START,
        "fiscal_year_start": settings.ORGANISATION_YEAR_START,
    }
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    number = 1 + max(metric.versions.values_list("number", flat=True), default=0)
    return MetricVersion.objects.create(
        metric=metric, number=number, hash=digest, effective_from=at, approved_at=at, reason=reason, **body
    )
