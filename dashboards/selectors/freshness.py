"""The data health page: what waits, what fails and what is late, by source and by kind of due work."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Min, Q

from foundation.words import duration, moment
from metrics.models import DirtyMark, Lane, SourceRun
from metrics.selectors.self_checks import get_last_self_checks
from metrics.selectors.values import get_current_versions
from metrics.sources import list_sources
from operations.models import Heartbeat
from partnerships.models import HealthCheck

FAILING_SHOWN = 50
_ROWS = Q(lane=Lane.ROWS)
LATE_AFTER = timedelta(minutes=5)
SILENT_AFTER = timedelta(seconds=90)
CHECK_LATE_AFTER = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """One metric source: its waiting and failing marks, how many days of a backfill are left, its last recompute."""

    label: str
    tone: str
    state: str
    waiting: int
    oldest: str
    failing: int
    backfill: int
    last_run: str
    last_size: str


@dataclass(frozen=True, slots=True)
class StaleMetric:
    """A metric whose figures are later than they may be."""

    name: str
    url: str
    late: str
    limit: str


@dataclass(frozen=True, slots=True)
class FailingMark:
    """One hour that could not be recomputed and waits for its next attempt."""

    source: str
    hour: str
    attempts: int
    retry: str
    error: str


@dataclass(frozen=True, slots=True)
class Part:
    """One background part or kind of due work with its state."""

    label: str
    tone: str
    state: str
    note: str


def list_source_health(*, at: datetime) -> list[SourceHealth]:
    """Every registered source, in two queries."""
    counted = DirtyMark.objects.values("source").order_by("source")
    marks = {
        row["source"]: row
        for row in counted.annotate(
            waiting=Count("pk", filter=_ROWS),
            backfill=Count("pk", filter=Q(lane=Lane.BACKFILL)),
            failing=Count("pk", filter=Q(attempts__gt=0)),
            oldest=Min("created_at", filter=_ROWS),
        )
    }
    runs = {run.source: run for run in SourceRun.objects.all()}
    labels = {source.key: source.label for source in list_sources()}
    keys = [*labels, *sorted((marks.keys() | runs.keys()) - labels.keys())]
    return [_source(labels.get(key, key), marks.get(key), runs.get(key), at) for key in keys]


def _source(label: str, marks: Mapping[str, Any] | None, run: SourceRun | None, at: datetime) -> SourceHealth:
    waiting, failing, backfill = (marks[key] for key in ("waiting", "failing", "backfill")) if marks else (0, 0, 0)
    age = at - marks["oldest"] if waiting and marks else timedelta(0)
    tone, state = ("bad", "failing") if failing else ("watch", "late") if age > LATE_AFTER else ("good", "fresh")
    return SourceHealth(
        label=label,
        tone=tone,
        state=state,
        waiting=waiting,
        oldest=duration(max(age, timedelta(0))) if waiting else "",
        failing=failing,
        backfill=backfill,
        last_run=moment(run.finished_at, now=at) if run else "never",
        last_size=f"{run.days:,} days from {run.marks:,} marks in {run.seconds:.2f} s" if run else "",
    )


def list_checks(*, at: datetime) -> list[Part]:
    """The last comparison of each source with its rows, by the source's label; one query."""
    labels = {source.key: source.label for source in list_sources()}
    return [
        Part(
            labels.get(source, source),
            "good" if check.is_equal else "bad",
            "equal" if check.is_equal else f"{len(check.differences):,} differ",
            f"{check.days_checked:,} days, {check.values_checked:,} values, {moment(check.ran_at, now=at)}",
        )
        for source, check in sorted(get_last_self_checks().items())
    ]


def list_stale_metrics(*, at: datetime) -> list[StaleMetric]:
    """Approved metrics of whose source a changed row has waited longer than their freshness limit; two queries."""
    marks = DirtyMark.objects.filter(_ROWS).values("source").order_by("source").annotate(oldest=Min("created_at"))
    waiting = {row["source"]: at - row["oldest"] for row in marks}
    late = [
        (version.metric, waiting[version.source])
        for version in get_current_versions().values()
        if waiting.get(version.source, timedelta(0)) > timedelta(seconds=version.metric.freshness_seconds)
    ]
    return [
        StaleMetric(
            name=metric.name,
            url=metric.get_absolute_url(),
            late=duration(age),
            limit=duration(timedelta(seconds=metric.freshness_seconds)),
        )
        for metric, age in sorted(late, key=lambda one: one[1], reverse=True)
    ]


def list_failing_marks(*, at: datetime) -> list[FailingMark]:
    """The marks that failed most often, at most 50."""
    failing = DirtyMark.objects.filter(attempts__gt=0).order_by("-attempts", "source", "utc_hour")[:FAILING_SHOWN]
    return [
        FailingMark(
            source=mark.source,
            hour=moment(datetime.fromtimestamp(mark.utc_hour * 3600, UTC), now=at),
            attempts=mark.attempts,
            retry=moment(mark.not_before, now=at) if mark.not_before else "next run",
            error=mark.last_error[:300],
        )
        for mark in failing
    ]


def list_parts(*, at: datetime) -> list[Part]:
    """The background parts by their last sign of life, then the checks that are due; two queries."""
    parts = [_beat(beat, at) for beat in Heartbeat.objects.all()]
    return [*(parts or [Part("Worker", "bad", "never seen", "Start it with make run.")]), _due_checks(at)]


def _beat(beat: Heartbeat, at: datetime) -> Part:
    gap = max(at - beat.seen_at, timedelta(0))
    tone, state = ("bad", "silent") if gap > SILENT_AFTER else ("good", "alive")
    return Part(beat.name.replace("_", " ").capitalize(), tone, state, f"seen {duration(gap)} ago")


def _due_checks(at: datetime) -> Part:
    due = HealthCheck.objects.filter(is_paused=False, integration__is_active=True).aggregate(
        late=Count("pk", filter=Q(next_due_at__lt=at - CHECK_LATE_AFTER)),
        oldest=Min("next_due_at"),
        last=Max("last_result_at"),
    )
    last = f"last result {moment(due['last'], now=at)}" if due["last"] else "no result yet"
    if due["late"]:
        return Part(
            "Health checks", "watch", f"{due['late']:,} late", f"oldest due {duration(at - due['oldest'])} ago, {last}"
        )
    return Part("Health checks", "good", "on time", last)
