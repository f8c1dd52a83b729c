"""Metrics themselves: begun as drafts, described by people, retired when nobody steers by them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from foundation.errors import InvalidInputError, RefusedTransitionError
from metrics.models import Annotation, AnnotationKind, Cadence, Flow, Metric, MetricStatus
from metrics.periods import OrganisationCalendar
from metrics.services.annotations import NewAnnotation, annotate
from metrics.services.derived import list_derived_from

RESERVED_KEYS = frozenset({"reports", "scorecard"})
"""Pages of the site stand where a metric's page with such a key would."""
LOCKED_UNIT = "The unit is fixed once the metric is approved: its values and targets are in it. Make a new metric."


@dataclass(frozen=True)
class NewMetric:
    """What is known of a metric before its first definition."""

    key: str
    name: str
    question: str
    direction: str
    purpose: str = ""
    waits_for: str = ""
    owner: Any = None
    unit: str = ""
    decimals: int = 1
    freshness_seconds: int = 900
    position: int = 100
    cadence: str = Cadence.WEEK
    flow: str = Flow.OUTPUT
    lower_spec: float | None = None
    upper_spec: float | None = None
    parents: Iterable[Metric] = ()


def create_metric(*, new: NewMetric) -> Metric:
    """The new metric, a draft until its first definition is approved. Raises InvalidInputError for a taken key."""
    check_key(new.key)
    if Metric.objects.filter(key=new.key).exists():
        raise InvalidInputError("key", "A metric has this key. Choose another.")
    fields = {name: value for name, value in vars(new).items() if name != "parents"}
    with transaction.atomic():
        metric = Metric.objects.create(status=MetricStatus.DRAFT, **fields)
        metric.parents.set(new.parents)
    return metric


def check_key(key: str) -> None:
    """Raise InvalidInputError for a key whose address is another page's."""
    if key in RESERVED_KEYS:
        raise InvalidInputError("key", "Another page has this address. Choose another key.")


def check_metric_change(metric: Metric, changes: Mapping[str, Any]) -> None:
    """Raise InvalidInputError naming the field when these changes are not allowed for the metric as it is stored."""
    if "key" in changes and changes["key"] != metric.key:
        raise InvalidInputError("key", "The key never changes: addresses and expressions use it.")
    if metric.status != MetricStatus.DRAFT and changes.get("unit", metric.unit) != metric.unit:
        raise InvalidInputError("unit", LOCKED_UNIT)
    if metric.status == MetricStatus.APPROVED and "owner" in changes and changes["owner"] is None and metric.owner:
        raise InvalidInputError("owner", "An approved metric keeps an owner. Name another person.")
    if "parents" in changes:
        check_parents(metric, changes["parents"])


def check_parents(metric: Metric, parents: Iterable[Metric]) -> None:
    """Raise InvalidInputError when a metric would drive itself, directly or through others."""
    wanted = {parent.pk for parent in parents}
    links = Metric.parents.through.objects.values_list("from_metric_id", "to_metric_id")
    above: dict[int, set[int]] = {}
    for child, parent in links:
        above.setdefault(child, set()).add(parent)
    seen: set[int] = set()
    waiting = set(wanted)
    while waiting:
        seen |= waiting
        waiting = set().union(*(above.get(pk, set()) for pk in waiting)) - seen
    if metric.pk in seen:
        raise InvalidInputError("parents", "The metric would drive itself. Leave out those that it is driven by.")


def retire_metric(*, metric_id: int, by: Any, at: datetime, reason: str = "") -> Metric:
    """The metric, retired: it leaves lists and is no longer computed; its values and definitions stay.

    Raises RefusedTransitionError unless it is approved, InvalidInputError while other metrics are derived from it.
    """
    with transaction.atomic():
        metric = Metric.objects.select_for_update().get(pk=metric_id)
        if metric.status != MetricStatus.APPROVED:
            raise RefusedTransitionError(metric.status, MetricStatus.RETIRED, [])
        if users := list_derived_from(metric.key):
            raise InvalidInputError("metric", f"Retire or redefine first what is derived from it: {', '.join(users)}.")
        metric.status, metric.version = MetricStatus.RETIRED, metric.version + 1
        metric.save(update_fields=["status", "version"])
        _note_retirement(metric, reason, by, at)
    return metric


def _note_retirement(metric: Metric, reason: str, by: Any, at: datetime) -> Annotation:
    newest = metric.versions.first()
    zone = OrganisationCalendar(newest.time_zone) if newest else OrganisationCalendar()
    text = f"Retired. {reason}".strip()
    new = NewAnnotation(zone.day_of(at), text, metric, AnnotationKind.DEFINITION)
    return annotate(new=new, at=at, by=by)
