"""Setting targets: append-only, the newest of a metric's segment holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from django.db import transaction

from foundation.errors import InvalidInputError
from metrics.models import Direction, Grain, Metric, MetricVersion, Target, TargetShape, ValueRevision
from metrics.models.bounds import LARGEST
from metrics.selectors.values import calendar_for

_MAX_MILESTONES = 60


@dataclass(frozen=True)
class NewTarget:
    """Where a metric is to go and by when."""

    metric: Metric
    target_value: float
    start_on: date
    due_on: date | None = None
    segment: str = ""
    shape: str = TargetShape.LINEAR
    upper_value: float | None = None
    milestones: Sequence[Any] = ()
    baseline_value: float | None = None
    baseline_note: str = ""
    baseline_evidence: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True)
class FrozenBaseline:
    """A stored value that a target begins from, copied so that a later restatement does not move it."""

    baseline_value: float
    baseline_note: str
    baseline_evidence: Mapping[str, Any]


def set_target(*, new: NewTarget, by: Any, at: datetime) -> Target:
    """The target that holds from now on, superseding the one before; `by` is the user who sets it.

    Raises InvalidInputError naming the field: a segment that the metric does not keep, a path without its baseline or
    due date, milestones out of order, a band where the metric has none.
    """
    check_target(new)
    with transaction.atomic():
        Metric.objects.select_for_update().get(pk=new.metric.pk)  # Two at once would supersede the same target.
        before = Target.objects.filter(metric=new.metric, segment=new.segment).order_by("set_at", "pk").last()
        given = {name.name: getattr(new, name.name) for name in fields(new)} | {"milestones": list(new.milestones)}
        return Target.objects.create(**given, set_by=by, set_at=at, supersedes=before)


def check_target(new: NewTarget) -> None:
    """Raise InvalidInputError for what is wrong with a target, naming the field."""
    _check_segment(new)
    _check_numbers(new)
    _check_band(new)
    _check_dates(new)
    _check_milestones(new)


def take_last_month(metric: Metric, *, at: datetime, segment: str = "") -> FrozenBaseline:
    """The last complete month's value as a baseline, with its n and revision as evidence.

    Raises InvalidInputError naming `take_last_month` where the month has no value.
    """
    version = MetricVersion.objects.filter(metric=metric).order_by("-number").first()
    revision = _last_month_revision(version, segment, at=at) if version else None
    if version is None or revision is None or revision.value is None:
        raise InvalidInputError("take_last_month", "The last complete month has no value; type the baseline instead.")
    evidence = {
        "version": version.number,
        "segment": segment,
        "grain": revision.grain,
        "start": revision.start.isoformat(),
        "value": revision.value,
        "n": revision.n,
        "revision": revision.pk,
        "computed_at": revision.computed_at.isoformat(),
    }
    words = f"{revision.start:%B %Y}: {revision.value:g} {metric.unit}".strip()
    note = f"{words}, n = {revision.n:,}, v{version.number}, revision {revision.pk}"
    return FrozenBaseline(revision.value, note, evidence)


def _last_month_revision(version: MetricVersion, segment: str, *, at: datetime) -> ValueRevision | None:
    calendar = calendar_for(version)
    this_month = calendar.period_start(calendar.day_of(at), Grain.MONTH)
    start = calendar.period_start(date.fromordinal(this_month.toordinal() - 1), Grain.MONTH)
    rows = ValueRevision.objects.filter(version=version, segment=segment, grain=Grain.MONTH, start=start)
    return rows.order_by("computed_at", "pk").last()


def _check_segment(new: NewTarget) -> None:
    if not new.segment:
        return
    version = MetricVersion.objects.filter(metric=new.metric).order_by("-number").first()
    dimension, _, word = new.segment.partition("=")
    kept = version.dimensions if version else []
    if dimension not in kept or not word:
        raise InvalidInputError("segment", f"Write dimension=word; kept dimensions: {', '.join(kept) or 'none'}.")


def _check_numbers(new: NewTarget) -> None:
    for name in ("target_value", "upper_value", "baseline_value"):
        value = getattr(new, name)
        if value is not None and not abs(value) <= LARGEST:
            raise InvalidInputError(name, f"Must lie between {-LARGEST:g} and {LARGEST:g}.")


def _check_band(new: NewTarget) -> None:
    if new.metric.direction != Direction.BAND:
        if new.upper_value is not None:
            raise InvalidInputError("upper_value", "Only a metric that should stay within a band has an upper end.")
        return
    if new.shape != TargetShape.LEVEL:
        raise InvalidInputError("shape", "A metric that should stay within a band has a level, not a path.")
    if new.upper_value is None or new.upper_value <= new.target_value:
        raise InvalidInputError("upper_value", "Give the band's upper end, above its lower one.")


def _check_dates(new: NewTarget) -> None:
    if new.due_on is not None and new.due_on <= new.start_on:
        raise InvalidInputError("due_on", "Must be after the start.")
    if new.shape == TargetShape.LEVEL:
        return
    if new.due_on is None:
        raise InvalidInputError("due_on", "A path ends on a day: give it, or choose the shape level.")
    if new.baseline_value is None:
        raise InvalidInputError("baseline_value", "A path begins somewhere: give its baseline, or choose level.")


def _check_milestones(new: NewTarget) -> None:
    if new.shape != TargetShape.MILESTONES:
        if new.milestones:
            raise InvalidInputError("milestones", "Only the shape milestones has them.")
        return
    points = [_read_milestone(one) for one in new.milestones] if isinstance(new.milestones, list) else []
    if not 0 < len(points) <= _MAX_MILESTONES:
        raise InvalidInputError("milestones", f"Give a list of 1 to {_MAX_MILESTONES} days with values.")
    if points[0][0] <= new.start_on or any(later <= earlier for (earlier, _), (later, _) in pairwise(points)):
        raise InvalidInputError("milestones", "Days must lie after the start and each after the one before.")
    if points[-1] != (new.due_on, new.target_value):
        raise InvalidInputError("milestones", "The last one must be the target's value on its due date.")


def _read_milestone(one: Any) -> tuple[date, float]:
    refusal = InvalidInputError("milestones", 'Write each as {"day": "2027-03-31", "value": 20}.')
    if not isinstance(one, dict) or set(one) != {"day", "value"} or not isinstance(one["day"], str):
        raise refusal
    if isinstance(one["value"], bool) or not isinstance(one["value"], int | float):
        raise refusal
    try:
        day, value = date.fromisoformat(one["day"]), float(one["value"])
    except (ValueError, OverflowError):
        raise refusal from None
    if not abs(value) <= LARGEST or day.isoformat() != one["day"]:
        raise refusal
    return day, value
