"""Setting targets: append-only, the newest of a metric's segment holds."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from foundation.errors import InvalidInputError
from metrics.models import Metric, MetricVersion, Target, TargetShape


@dataclass(frozen=True)
class NewTarget:
    """Where a metric is to go and by when."""

    metric: Metric
    target_value: float
    start_on: date
    due_on: date | None = None
    segment: str = ""
    shape: str = TargetShape.LINEAR
    baseline_value: float | None = None
    baseline_note: str = ""
    reason: str = ""


def set_target(*, new: NewTarget, by: Any, at: datetime) -> Target:
    """The target that holds from now on, superseding the one before; `by` is the user who sets it.

    Raises InvalidInputError for a segment that the metric does not keep.
    """
    _check_segment(new)
    with transaction.atomic():
        Metric.objects.select_for_update().get(pk=new.metric.pk)  # Two at once would supersede the same target.
        before = Target.objects.filter(metric=new.metric, segment=new.segment).order_by("set_at", "pk").last()
        return Target.objects.create(
            metric=new.metric,
            segment=new.segment,
            shape=new.shape,
            baseline_value=new.baseline_value,
            baseline_note=new.baseline_note,
            target_value=new.target_value,
            start_on=new.start_on,
            due_on=new.due_on,
            reason=new.reason,
            set_by=by,
            set_at=at,
            supersedes=before,
        )


def _check_segment(new: NewTarget) -> None:
    if not new.segment:
        return
    version = MetricVersion.objects.filter(metric=new.metric).order_by("-number").first()
    dimension, _, word = new.segment.partition("=")
    kept = version.dimensions if version else []
    if dimension not in kept or not word:
        raise InvalidInputError("segment", f"Write dimension=word; kept dimensions: {', '.join(kept) or 'none'}.")
