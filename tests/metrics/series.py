"""Stored weekly values for tests of pages."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from metrics.models import Grain, Kind, Metric, MetricStatus, MetricVersion, PeriodValue
from metrics.selectors.values import calendar_for
from tests.factories import MetricFactory, MetricVersionFactory


def weekly_metric(values: Sequence[float | None], *, at: datetime, n: int = 40, **metric) -> MetricVersion:
    """A mean with these values in its last complete weeks before `at`, the last one last; None stores nothing."""
    source = metric.pop("source", "tickets_resolved")
    kind = metric.pop("kind", Kind.MEAN)
    formula = metric.pop("formula", {"measure": "resolution", "scale": 3_600_000_000})
    dimensions = metric.pop("dimensions", [])
    version = MetricVersionFactory(
        dimensions=dimensions,
        metric=MetricFactory(unit=metric.pop("unit", "h"), **metric),
        source=source,
        kind=kind,
        formula=formula,
    )
    calendar = calendar_for(version)
    running = calendar.period_start(calendar.day_of(at), Grain.WEEK)
    PeriodValue.objects.bulk_create(
        PeriodValue(
            version=version,
            grain=Grain.WEEK,
            start=running - timedelta(weeks=len(values) - index),
            value=value,
            n=n,
            computed_at=at,
        )
        for index, value in enumerate(values)
        if value is not None
    )
    return version


def retire_shipped_metrics() -> None:
    """Leaves only the metrics a test makes; definitions themselves cannot be deleted."""
    Metric.objects.update(status=MetricStatus.RETIRED)
