"""Recording what probes measured: results, states, intervals, rollups and the next due time, in one transaction."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from foundation.bulk_rows import insert_rows
from partnerships.health.schedule import next_slot, retry_at
from partnerships.health.state_machine import Memory, Seen, Transition, observe_after_silence
from partnerships.models import CheckResult, CheckState, HealthCheck, Outcome
from partnerships.probes.announcements import Announcement
from partnerships.probes.stories import Story
from partnerships.services.announced_maintenance import record_announcements
from partnerships.services.check_rows import lock_checks, memory_of, put_memory, rules_of, save_checks
from partnerships.services.flapping import mark_flapping
from partnerships.services.latency_hours import add_latencies
from partnerships.services.transitions import Change, first_changed_at, write_changes
from partnerships.services.uptime_hours import hour_of, set_uptime_hours
from partnerships.services.vendor_incidents import record_stories

logger = logging.getLogger(__name__)

_COLUMNS = (
    "health_check_id",
    "scheduled_for",
    "attempt",
    "started_at",
    "finished_at",
    "outcome",
    "reason",
    "detail",
    "latency_us",
    "http_status",
    "failed_assertion",
    "headers",
    "snippet",
    "probe",
)
MEASURED = frozenset({Outcome.OK, Outcome.DEGRADED})


@dataclass(frozen=True)
class ProbeResult:
    """What one probe of one check measured. `lease_token` is that of the claim it was made under."""

    check_id: int
    scheduled_for: datetime
    started_at: datetime
    finished_at: datetime
    outcome: Outcome
    reason: str = ""
    detail: str = ""
    attempt: int = 1
    latency_us: int | None = None
    http_status: int | None = None
    failed_assertion: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    snippet: str = ""
    stories: tuple[Story, ...] | None = None
    announcements: tuple[Announcement, ...] | None = None
    probe: str = "local"
    lease_token: str = ""


@dataclass(frozen=True)
class Recorded:
    """How many results were new, and the transitions they caused by check id."""

    stored: int
    transitions: Sequence[tuple[int, Transition]]


def record_results(*, results: Iterable[ProbeResult], at: datetime) -> Recorded:
    """Records a batch. A result whose slot and attempt are known already, or whose check is gone, changes nothing."""
    by_check: dict[int, list[ProbeResult]] = defaultdict(list)
    for result in results:
        by_check[result.check_id].append(result)
    if not by_check:
        return Recorded(0, [])
    with transaction.atomic():
        checks = lock_checks(by_check)
        fresh = _without_known(by_check, checks)
        insert_rows(CheckResult, _COLUMNS, [_row(result) for found in fresh.values() for result in found])
        changes = [_apply(checks[check_id], found) for check_id, found in fresh.items()]
        write_changes(changes)
        mark_flapping(changes, at=at)
        _roll_up(changes, at=at)
        add_latencies(
            (one.check_id, one.started_at, one.latency_us)
            for found in fresh.values()
            for one in found
            if one.latency_us is not None and one.outcome in MEASURED
        )
        for check_id, check in checks.items():
            _schedule(check, by_check[check_id], at=at)
        save_checks(list(checks.values()))
        told = {one.check_id: one for found in fresh.values() for one in found if one.stories is not None}
        if told:
            record_stories(told.values(), checks=checks)
    announced = {one.check_id: one for found in fresh.values() for one in found if one.announcements is not None}
    # Each in a transaction of its own: it locks other checks than these, and the next poll tells all of it again.
    for feed in announced.values():
        record_announcements(check_id=feed.check_id, announcements=feed.announcements or (), at=feed.finished_at)
    transitions = [(change.check.pk, one) for change in changes for one in change.transitions]
    for check_id, one in transitions:
        logger.info("check %s: %s to %s since %s", check_id, one.old, one.new, one.at.isoformat())
    return Recorded(sum(len(found) for found in fresh.values()), transitions)


def _without_known(
    by_check: Mapping[int, list[ProbeResult]], checks: Mapping[int, HealthCheck]
) -> dict[int, list[ProbeResult]]:
    """The results that are new, each check's in order of time. Under the checks' locks nobody can add one meanwhile."""
    slots = [result.scheduled_for for check_id in checks for result in by_check[check_id]]
    if not slots:
        return {}
    known = set(
        CheckResult.objects.filter(
            health_check__in=list(checks), scheduled_for__gte=min(slots), scheduled_for__lte=max(slots)
        )
        .order_by()
        .values_list("health_check_id", "scheduled_for", "attempt")
    )
    fresh: dict[int, list[ProbeResult]] = {}
    for check_id in checks:
        for result in sorted(by_check[check_id], key=lambda one: one.started_at):
            key = (check_id, result.scheduled_for, result.attempt)
            if key not in known:
                known.add(key)
                fresh.setdefault(check_id, []).append(result)
    return fresh


def _row(result: ProbeResult) -> tuple[Any, ...]:
    """The result in the order of _COLUMNS."""
    return (
        result.check_id,
        result.scheduled_for,
        result.attempt,
        result.started_at,
        result.finished_at,
        result.outcome,
        _clean(result.reason, 60),
        _clean(result.detail, 300),
        result.latency_us,
        result.http_status,
        _clean(result.failed_assertion, 200),
        {name: _clean(value, 200) for name, value in result.headers.items()},
        _clean(result.snippet, 4096),
        result.probe,
    )


def _apply(check: HealthCheck, results: Sequence[ProbeResult]) -> Change:
    """Puts the results through the state machine and their traces into the check's fields."""
    memory, rules = memory_of(check), rules_of(check)
    opened_at = None
    transitions: list[Transition] = []
    for result in results:
        began = memory.state_since is None
        memory, found = observe_after_silence(
            memory, Seen(result.outcome, result.started_at, result.finished_at), rules
        )
        if began and memory.state_since is not None:
            opened_at = result.started_at
        transitions += found
    put_memory(check, memory)
    last = results[-1]
    check.monitored_from = check.monitored_from or results[0].started_at
    check.last_outcome, check.last_latency_us = last.outcome, last.latency_us
    check.last_reason, check.last_detail = _clean(last.reason, 60), _clean(last.detail, 300)
    return Change(check=check, opened_at=opened_at, transitions=transitions, reason=check.last_reason)


def _clean(text: str, length: int) -> str:
    """A stranger's text as every database takes it: no NUL, no half of a surrogate pair, and not too long."""
    if text.isascii() and "\x00" not in text:
        return text[:length]
    return text.replace("\x00", "").encode("utf-8", "replace").decode()[:length]


def _roll_up(changes: Sequence[Change], *, at: datetime) -> None:
    """Uptime hours: at once where states changed, otherwise when an hour has ended."""
    this_hour = hour_of(at)
    changed, ended = [], []
    for change in changes:
        check = change.check
        rolled = check.rolled_up_to
        since = first_changed_at(change)
        if since is not None:
            changed.append((check, since if rolled is None else min(since, rolled)))
        elif rolled is not None and hour_of(rolled) < this_hour:
            ended.append((check, rolled))
    set_uptime_hours(changed, until=at)
    set_uptime_hours(ended, until=this_hour)


def _schedule(check: HealthCheck, results: Sequence[ProbeResult], *, at: datetime) -> None:
    """Gives the claim back and sets the next due time, unless somebody else holds the check by now."""
    if check.lease_token and all(result.lease_token != check.lease_token for result in results):
        return
    check.lease_token, check.lease_until = "", None
    check.next_due_at = next_slot(check.pk, check.interval_seconds, at)
    check.attempt, attempted = 1, check.attempt
    if is_suspect(memory_of(check)):
        retry = retry_at(check.pk, check.retry_interval_seconds, at)
        if retry < check.next_due_at:
            check.next_due_at, check.attempt = retry, min(attempted + 1, 1000)


def is_suspect(memory: Memory) -> bool:
    """True while a streak runs that would change the state: a suspicion, or a recovery not yet confirmed."""
    recovers = memory.ok_streak > 0 and memory.state in (CheckState.DOWN, CheckState.DEGRADED)
    return memory.suspect_since is not None or recovers
