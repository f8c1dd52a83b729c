"""Turning dirty marks into fresh values: the transaction that a worker may be killed in anywhere."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import structlog
from django.db import connection, transaction
from django.db.models import BigIntegerField, Case, ExpressionWrapper, F, Min, Q, QuerySet, When

from foundation.claims import try_advisory_lock
from metrics.formulas import DERIVED_SOURCE
from metrics.models import DirtyMark, Lane, PeriodValue, SourceRun
from metrics.periods import OrganisationCalendar, days_of_marks
from metrics.services.cells import Family, group_by_zone, list_families
from metrics.services.derived import mark_derived, refresh_derived
from metrics.services.refresh import refresh_days
from metrics.services.values import Edits, Occasion
from metrics.sources import MetricSource, get_source, list_sources

DAYS_A_BATCH = 62
_MARKS_A_BATCH = 5_000
_OF_A_RUN = ["finished_at", "days", "marks", "seconds"]
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
        due = list_due_sources(at=at, now_please=now_please)
        waiting = [key for key, lane in due.items() if key not in busy and lane == min(due.values())]
        if not waiting:
            break
        for key in waiting[: max_batches - len(done)]:
            batch = _recompute_or_isolate(get_source(key), at=at, days_a_batch=days_a_batch)
            if batch is not None:
                done.append(batch)
            if batch is None or (get_source(key).refresh_seconds and not now_please):
                busy.add(key)
    return done


def list_due_sources(*, at: datetime, now_please: bool = False) -> dict[str, int]:
    """The first lane in which each source has marks due, the source with the oldest mark first.

    Sources within their refresh interval are left out.
    """
    known = {source.key: source for source in list_sources()}
    waiting = DirtyMark.objects.filter(_due(at)).values("source")
    rows = list(waiting.annotate(lane=Min("lane"), oldest=Min("created_at")).order_by("oldest"))
    patient = [] if now_please else [row["source"] for row in rows if _wait_of(known, row["source"])]
    runs = SourceRun.objects.filter(source__in=patient).values_list("source", "finished_at") if patient else ()
    resting = {key for key, finished_at in runs if finished_at + _wait_of(known, key) > at}
    return {row["source"]: row["lane"] for row in rows if row["source"] in known and row["source"] not in resting}


def _wait_of(known: Mapping[str, MetricSource], key: str) -> timedelta:
    return timedelta(seconds=known[key].refresh_seconds if key in known else 0)


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
        _set_first_aside(source, at=at)
        return Batch(source.key, 0, 0, 0)


def recompute_batch(source: MetricSource, *, at: datetime, max_days: int = DAYS_A_BATCH) -> Batch | None:
    """Claim marks of one source and recompute their days in one transaction.

    The source's lock is taken before anything is read, so that what two workers write never mixes; None when another
    worker holds it or no mark is due. Killed anywhere, the transaction leaves no trace and the marks wait.
    """
    began = time.monotonic()
    with transaction.atomic():
        if not try_advisory_lock(("metrics", source.key)):
            return None
        _commit_without_waiting()
        families = list_families(source.key)
        claim = _claim(source, families, at=at, max_days=max_days)
        if not claim.marks:
            return None
        days, changed = _recompute(source, families, claim, at=at)
        claimed = [pk for pk, _, _ in claim.marks]
        for start in range(0, len(claimed), 500):
            DirtyMark.objects.filter(pk__in=claimed[start : start + 500]).delete()
        run = SourceRun(
            source=source.key,
            finished_at=at,
            days=len(days),
            marks=len(claimed),
            seconds=time.monotonic() - began,
        )
        SourceRun.objects.bulk_create([run], update_conflicts=True, unique_fields=["source"], update_fields=_OF_A_RUN)
    return Batch(source.key, len(claimed), len(days), changed)


def _commit_without_waiting() -> None:
    """Spare the wait for the disk: a commit lost in a crash brings back the marks it deleted, and is done again."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit = off")


@dataclass(frozen=True)
class _Claim:
    """Marks of one lane as rows of (id, UTC hour, edits)."""

    lane: int
    marks: Sequence[tuple[int, int, int]]
    spread: Mapping[int, int]
    """Edits by further hours, in which rows changed their value because of rows in the marked ones."""

    @property
    def hours(self) -> set[int]:
        return {hour for _, hour, _ in self.marks} | set(self.spread)

    def edits(self, calendar: OrganisationCalendar) -> Edits:
        """The edits behind the marks, by the local days they lie on."""
        counts: Counter[tuple[date, date]] = Counter()
        for hour, edits in [*((hour, edits) for _, hour, edits in self.marks), *self.spread.items()]:
            days = calendar.days_of_hour(hour)
            counts[min(days), max(days)] += edits
        return Edits([(first, last, count) for (first, last), count in counts.items() if count])


def _due_marks(source: MetricSource, at: datetime) -> "QuerySet[DirtyMark]":
    """Due marks: changed rows first and newest first, then backfills from their first day on.

    From the first day on, so that a stock's later levels are not stored again for every older batch.
    """
    reverse = ExpressionWrapper(-F("utc_hour"), output_field=BigIntegerField())
    newest_first = Case(When(lane=Lane.ROWS, then=reverse), default=F("utc_hour"))
    return DirtyMark.objects.filter(_due(at), source=source.key).order_by("lane", newest_first, "-pk")


def _claim(source: MetricSource, families: Sequence[Family], *, at: datetime, max_days: int) -> _Claim:
    """As many due marks of one lane as touch at most `max_days` days of each zone."""
    rows = list(_due_marks(source, at).values_list("pk", "utc_hour", "edits", "lane")[:_MARKS_A_BATCH])
    taken: dict[OrganisationCalendar, set[date]] = {calendar: set() for calendar in group_by_zone(families)}
    marks: list[tuple[int, int, int]] = []
    for pk, hour, edits, lane in rows:
        if lane != rows[0][3]:
            break
        wider = {calendar: days | calendar.days_of_hour(hour) for calendar, days in taken.items()}
        if marks and any(len(days) > max_days for days in wider.values()):
            break
        taken = wider
        marks.append((pk, hour, edits))
    lane = rows[0][3] if rows else Lane.ROWS
    spread = source.spread({hour for _, hour, _ in marks}) if source.spread and marks and lane == Lane.ROWS else {}
    return _Claim(lane, marks, spread)


def _recompute(
    source: MetricSource, families: Sequence[Family], claim: _Claim, *, at: datetime
) -> tuple[set[date], int]:
    """Recompute the days the claimed hours touch, in each zone; the days, and how many values changed."""
    if source.key == DERIVED_SOURCE:
        return refresh_derived([version for family in families for version in family.members], claim.hours, at=at)
    touched: set[date] = set()
    changed: list[PeriodValue] = []
    thorough = claim.lane == Lane.BACKFILL
    for calendar, group in group_by_zone(families).items():
        days = days_of_marks(claim.hours, calendar)
        touched |= days
        occasion = Occasion(at, "backfill" if thorough else "recompute", claim.edits(calendar))
        changed += refresh_days(source, calendar, group, days, occasion, thorough=thorough)
    mark_derived(changed)
    return touched, len(changed)


def _set_first_aside(source: MetricSource, *, at: datetime) -> None:
    """Put the hour that failed on its own out of the way for a while; it shows under data health."""
    with transaction.atomic():
        first = _due_marks(source, at).first()
        if first is None:
            return
        wait = _BACK_OFF_SECONDS[min(first.attempts, len(_BACK_OFF_SECONDS) - 1)]
        DirtyMark.objects.filter(source=source.key, utc_hour=first.utc_hour).update(
            attempts=F("attempts") + 1,
            not_before=at + timedelta(seconds=wait),
            last_error="The day could not be recomputed; the worker's log has the cause.",
        )
