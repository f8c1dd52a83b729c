"""Shipped definitions as rows: installed after migrate, and never again over what people have edited."""

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import F

from metrics.models import Metric, MetricStatus, TargetShape
from metrics.services.marks import mark_all_days
from metrics.services.targets import NewTarget, set_target
from metrics.services.versions import Definition, create_version
from metrics.sources import ShippedMetric, ShippedTarget, get_source, list_shipped_metrics

OWNERS = "coo"
"""The role whose first active account owns shipped metrics until they are handed out."""


def install_shipped_metrics(*, at: datetime) -> list[str]:
    """Create the shipped metrics that the database lacks, with their first version and target; the keys created.

    A metric that exists is left alone, whatever was changed about it, but for an owner where it has none. A new one's
    days are marked for backfill. One whose source does not exist yet becomes a draft that says so, and is defined once
    the source has come.
    """
    have = set(Metric.objects.values_list("key", flat=True))
    arrived = _list_arrived()
    created = [shipped for shipped in list_shipped_metrics() if shipped.key not in have]
    with transaction.atomic():
        for shipped in created:
            _install(shipped, at=at)
        for shipped, metric in arrived:
            _define_draft(metric, shipped, at=at)
        defined = [*created, *(shipped for shipped, _ in arrived)]
        for source in sorted({shipped.source for shipped in defined if not shipped.waits_for}):
            mark_all_days(get_source(source))
        give_owners()
    return [shipped.key for shipped in created]


def _list_arrived() -> list[tuple[ShippedMetric, Metric]]:
    """The drafts that waited for a source which is there now, and that nobody has defined since."""
    drafts = Metric.objects.filter(status=MetricStatus.DRAFT, versions__isnull=True).exclude(waits_for="")
    waiting = {metric.key: metric for metric in drafts}
    shipped = [one for one in list_shipped_metrics() if one.key in waiting and not one.waits_for]
    return [(one, waiting[one.key]) for one in shipped]


def _define_draft(metric: Metric, shipped: ShippedMetric, *, at: datetime) -> None:
    """It says what it counts as it is shipped now; its owner, place and target stay."""
    metric.name, metric.purpose, metric.question = shipped.name, shipped.purpose, shipped.question
    metric.status, metric.waits_for, metric.version = MetricStatus.APPROVED, "", metric.version + 1
    metric.save(update_fields=["name", "purpose", "question", "status", "waits_for", "version"])
    _define(metric, shipped, at=at)


def _define(metric: Metric, shipped: ShippedMetric, *, at: datetime) -> None:
    shape = Definition(shipped.kind, shipped.source, dict(shipped.formula), list(shipped.dimensions))
    create_version(metric=metric, definition=shape, reason="Shipped definition.", at=at)


def give_owners() -> int:
    """Give the shipped metrics that nobody owns to the first active COO, if there is one; how many."""
    users: Any = get_user_model()._default_manager
    owner = users.filter(is_active=True, groups__name=OWNERS).order_by("pk").first()
    if owner is None:
        return 0
    keys = [shipped.key for shipped in list_shipped_metrics()]
    ownerless = Metric.objects.filter(key__in=keys, owner__isnull=True)
    return ownerless.update(owner=owner, version=F("version") + 1)


def _install(shipped: ShippedMetric, *, at: datetime) -> None:
    metric = Metric.objects.create(
        key=shipped.key,
        name=shipped.name,
        question=shipped.question,
        purpose=shipped.purpose,
        unit=shipped.unit,
        decimals=shipped.decimals,
        direction=shipped.direction,
        status=MetricStatus.DRAFT if shipped.waits_for else MetricStatus.APPROVED,
        position=shipped.position,
        waits_for=shipped.waits_for,
        cadence=shipped.cadence,
        flow=shipped.flow,
    )
    if not shipped.waits_for:
        _define(metric, shipped, at=at)
    if shipped.target is not None:
        set_target(new=_target(metric, shipped.target, at.date()), by=None, at=at)


def _target(metric: Metric, shipped: ShippedTarget, start: date) -> NewTarget:
    due = date(start.year + 1, 1, 1) if shipped.is_by_new_year else None
    if shipped.days is not None:
        due = start + timedelta(days=shipped.days)
    return NewTarget(
        metric=metric,
        shape=TargetShape(shipped.shape) if due else TargetShape.LEVEL,
        baseline_value=shipped.baseline,
        baseline_note=shipped.reason,
        target_value=shipped.value,
        start_on=start,
        due_on=due,
        reason="Shipped target.",
    )
