"""Freezing control limits: by the system once enough periods exist, and by a person who rebases them with a reason."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from foundation.errors import InvalidInputError
from metrics.models import (
    AnnotationKind,
    Baseline,
    DirtyMark,
    Grain,
    LimitMethod,
    Metric,
    MetricStatus,
    MetricVersion,
)
from metrics.models.signal import MAX_BASELINE
from metrics.selectors.phases import judged_from, limits_of, period_containing
from metrics.selectors.standings import Standing
from metrics.selectors.values import Point, calendar_for, list_series
from metrics.services.annotations import NewAnnotation, annotate
from metrics.statistics.xmr import BASELINE, MIN_BASELINE


@dataclass(frozen=True)
class NewRebase:
    """From when a definition's limits are to be computed again, and why. Any day of the first period will do."""

    version: MetricVersion
    first_period: date
    reason: str
    segment: str = ""
    wanted: int = BASELINE
    method: str = LimitMethod.MEAN


def rebase_limits(*, new: NewRebase, by: Any, at: datetime) -> Baseline:
    """The baseline that holds from now on, and an annotation on the chart.

    With `wanted` complete periods since the first it is frozen on them at once; else it declares the new phase, whose
    limits are provisional until the system freezes them. Raises InvalidInputError naming the field.
    """
    check_rebase(new, at=at)
    first = period_containing(new.version, new.first_period)
    with transaction.atomic():
        Metric.objects.select_for_update(no_key=True).get(pk=new.version.metric_id)
        points = _known_points(new.version, first, at, segment=new.segment)
        row = _freeze(new, first, points, by=by, at=at)
        words = f"Limits rebased: {new.reason}" if not new.segment else f"Limits of {new.segment} rebased: {new.reason}"
        note = NewAnnotation(happened_on=first, text=words, metric=new.version.metric, kind=AnnotationKind.REBASE)
        annotate(new=note, by=by, at=at)
    return row


def check_rebase(new: NewRebase, *, at: datetime) -> None:
    """Raise InvalidInputError for what is wrong with a rebase, naming the field."""
    version = new.version
    newest = MetricVersion.objects.filter(metric=version.metric_id).order_by("-number").first()
    if newest != version or version.metric.status != MetricStatus.APPROVED:
        raise InvalidInputError("version", "Limits are rebased on the newest definition of an approved metric.")
    dimension, _, word = new.segment.partition("=")
    if new.segment and (dimension not in version.dimensions or not word):
        kept = ", ".join(version.dimensions) or "none"
        raise InvalidInputError("segment", f"Write dimension=word; kept dimensions: {kept}.")
    if not MIN_BASELINE <= new.wanted <= MAX_BASELINE:
        raise InvalidInputError("wanted", f"Must be between {MIN_BASELINE} and {MAX_BASELINE}.")
    if not new.reason.strip():
        raise InvalidInputError("reason", "Say why the limits change; it is shown on the chart.")
    _check_first(new, at=at)


def _check_first(new: NewRebase, *, at: datetime) -> None:
    today = calendar_for(new.version).day_of(at)
    earliest = judged_from(new.version)
    if new.first_period > today:
        raise InvalidInputError("first_period", "Must not lie in the future.")
    if new.first_period < earliest:
        raise InvalidInputError(
            "first_period", f"Must not be before {earliest}, from when version {new.version.number} is judged."
        )


def freeze_if_due(standing: Standing, *, segment: str, at: datetime) -> Baseline | None:
    """Freeze the limits of a metric's current phase once it has enough complete periods; None where it is not due.

    Marks that wait anywhere before the last of these periods put it off: the values are about to change.
    """
    phase = standing.phase
    if phase is None or phase.is_frozen or len(standing.phase_values) < phase.wanted:
        return None
    known = [week for week in standing.weeks[phase.start :] if week.value is not None][: phase.wanted]
    if _is_unsettled(phase.version, known[-1]):
        return None
    row = phase.baseline
    first = row.first_period if row else known[0].start
    reason = row.reason if row else f"First {phase.wanted} complete weeks of version {phase.version.number}."
    new = NewRebase(phase.version, first, reason, segment, phase.wanted, phase.method)
    with transaction.atomic():
        Metric.objects.select_for_update(no_key=True).get(pk=standing.metric.pk)
        newest = _newest(new)
        if newest != row:
            return None  # Another worker, or a person, was faster.
        return _freeze(new, first, known, by=None, at=at)


def _is_unsettled(version: MetricVersion, last: Point) -> bool:
    end = calendar_for(version).midnight(last.end or last.start)
    hour = int(end.timestamp()) // 3600
    return DirtyMark.objects.filter(source=version.source, attempts=0, utc_hour__lt=hour).exists()


def _newest(new: NewRebase) -> Baseline | None:
    rows = Baseline.objects.filter(version=new.version, segment=new.segment, grain=Grain.WEEK)
    return rows.order_by("pk").last()


def _known_points(version: MetricVersion, first: date, at: datetime, *, segment: str) -> list[Point]:
    """The complete weeks of this definition from a day on that have a value."""
    today = calendar_for(version).day_of(at)
    series = list_series([version], Grain.WEEK, first, today, at=at, segment=segment)[version.metric.key]
    return [p for p in series.points if p.complete and p.value is not None and (p.version or version) == version]


def _freeze(new: NewRebase, first: date, points: list[Point], *, by: Any, at: datetime) -> Baseline:
    """Store the row: with numbers where the points suffice, else as the declaration of a new phase."""
    used = points[: new.wanted] if len(points) >= new.wanted else []
    limits = limits_of(new.version, [point.value for point in used if point.value is not None], method=new.method)
    numbers: dict[str, Any] = {}
    if limits is not None:
        names = ("n", "centre", "lower", "upper", "mean_range", "range_limit")
        numbers = {name: getattr(limits, name) for name in names} | {"last_period": used[-1].start}
    return Baseline.objects.create(
        version=new.version,
        segment=new.segment,
        method=new.method,
        first_period=first,
        wanted=new.wanted,
        reason=new.reason,
        frozen_at=at,
        frozen_by=by,
        supersedes=_newest(new),
        **numbers,
    )
