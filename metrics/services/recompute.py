"""Turning dirty marks into fresh values: the transaction that a worker may be killed in anywhere."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import F, Min, Q

from foundation.claims import try_advisory_lock
from metrics.models import DirtyMark, MetricVersion, SourceRun
from metrics.periods import OrganisationCalendar, days_of_marks
from metrics.services.cells import compute_cells, group_by_calendar, list_live_versions
from metrics.services.values import derive_values, store_cells
from metrics.sources import MetricSource, get_source, list_sources

DAYS_A_BATCH = 62
_MARKS_A_BATCH = 5_000
_BACK_OFF_SECONDS = (10, 60, 300, 1800, 7200)

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Batch:
    """What one transaction did: which source, how many marks and days, and how many values changed."""

    source: str
    marks: int
    days: int
    changed: int


def recompute_pending(
    *, at: datetime, max_batches: int = 100, days_a_batch: int = DAYS_A_BATCH, now_please: bool = False
) -> list[Batch]:
    """Recompute marked days, batch by batch, until nothing is due; the batches that were done.

    A source within its refresh interval waits, unless `now_please`. A source another worker holds is left to it.
    """
    done: list[Batch] = []
    busy: set[str] = set()
    while len(done) < max_batches:
        waiting = [key for key in list_due_sources(at=at, now_please=now_please) if key not in busy]
        if not waiting:
            break
        batch = _recompute_or_isolate(get_source(waiting[0]), at=at, days_a_batch=days_a_batch)
        if batch is None:
            busy.add(waiting[0])
        else:
            done.append(batch)
            if now_please is False and get_source(batch.source).refresh_seconds:
                busy.add(batch.source)
    return done


def list_due_sources(*, at: datetime, now_please: bool = False) -> list[str]:
    """Keys of sources with marks due, oldest mark first; those within their refresh interval are left out."""
    known = {source.key: source for source in list_sources()}
    rows = DirtyMark.objects.filter(_due(at)).values("source").annotate(oldest=Min("created_at")).order_by("oldest")
    last_run = dict(SourceRun.objects.values_list("source", "finished_at"))
    due = []
    for row in rows:
        source = known.get(row["source"])
        if source is None:
            continue
        wait = timedelta(seconds=0 if now_please else source.refresh_seconds)
        if source.key not in last_run or last_run[source.key] + wait <= at:
            due.append(source.key)
    return due


def _due(at: datetime) -> Q:
    return Q(not_before__isnull=True) | Q(not_before__lte=at)


def _recompute_or_isolate(source: MetricSource, *, at: datetime, days_a_batch: int) -> Batch | None:
    """One batch; where it fails, its days one at a time, so that a poison day holds up nothing else."""
    try:
        return recompute_batch(source, at=at, max_days=days_a_batch)
    except Exception:
        log.exception("metrics.batch_failed", source=source.key, days=days_a_batch)
        if days_a_batch > 1:
            return _recompute_or_isolate(source, at=at, days_a_batch=1)
        _set_newest_aside(source, at=at)
        return Batch(source.key, 0, 0, 0)


def recompute_batch(source: MetricSource, *, at: datetime, max_days: int = DAYS_A_BATCH) -> Batch | None:
    """Claim marks of one source and recompute their days, newest first, in one transaction.

    The source's lock is taken before anything is read, so that what two workers write never mixes; None when another
    worker holds it or no mark is due. Killed anywhere, the transaction leaves no trace and the marks wait.
    """
    began = time.monotonic()
    with transaction.atomic():
        if not try_advisory_lock(("metrics", source.key)):
            return None
        versions = list_live_versions(source.key)
        marks = _claim(source, versions, at=at, max_days=max_days)
        if not marks:
            return None
        days, changed = _recompute_hours(source, versions, set(marks.values()), at=at)
        claimed = list(marks)
        for start in range(0, len(claimed), 500):
            DirtyMark.objects.filter(pk__in=claimed[start : start + 500]).delete()
        SourceRun.objects.update_or_create(
            source=source.key,
            defaults={
                "finished_at": at,
                "days": len(days),
                "marks": len(marks),
                "seconds": time.monotonic() - began,
            },
        )
    return Batch(source.key, len(marks), len(days), changed)


def _claim(source: MetricSource, versions: Sequence[MetricVersion], *, at: datetime, max_days: int) -> dict[int, int]:
    """Marks due, newest first, as id to UTC hour: as many as touch at most `max_days` days of each calendar."""
    rows = (
        DirtyMark.objects.filter(_due(at), source=source.key)
        .order_by("-utc_hour", "-pk")
        .values_list("pk", "utc_hour")[:_MARKS_A_BATCH]
    )
    taken: dict[OrganisationCalendar, set[date]] = {calendar: set() for calendar in group_by_calendar(versions)}
    marks: dict[int, int] = {}
    for pk, hour in rows:
        wider = {calendar: days | calendar.days_of_hour(hour) for calendar, days in taken.items()}
        if marks and any(len(days) > max_days for days in wider.values()):
            break
        taken = wider
        marks[pk] = hour
    return marks


def _recompute_hours(
    source: MetricSource, versions: Sequence[MetricVersion], hours: set[int], *, at: datetime
) -> tuple[set[date], int]:
    """Recompute the days these hours touch, in each version's calendar; the days, and how many values changed."""
    touched: set[date] = set()
    changed = 0
    for calendar, group in group_by_calendar(versions).items():
        days = days_of_marks(hours, calendar)
        touched |= days
        store_cells(group, days, compute_cells(source, calendar, group, days))
        changed += sum(derive_values(version, days, at=at, cause="recompute") for version in group)
    return touched, changed


def _set_newest_aside(source: MetricSource, *, at: datetime) -> None:
    """Put the mark that failed on its own out of the way for a while; it shows under data health."""
    with transaction.atomic():
        newest = DirtyMark.objects.filter(_due(at), source=source.key).order_by("-utc_hour", "-pk").first()
        if newest is None:
            return
        wait = _BACK_OFF_SECONDS[min(newest.attempts, len(_BACK_OFF_SECONDS) - 1)]
        DirtyMark.objects.filter(source=source.key, utc_hour=newest.utc_hour).update(
            attempts=F("attempts") + 1,
            not_before=at + timedelta(seconds=wait),
            last_error="The day could not be recomputed; the worker's log has the cause.",
        )
