"""State events that are no results: silence, pause and resume."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from auditlog.models import LogEntry
from django.db import transaction

from foundation.claims import claim_rows
from foundation.errors import InvalidInputError
from partnerships.health.schedule import next_slot
from partnerships.health.state_machine import Step, go_stale, pause, resume
from partnerships.models import RECORDED, HealthCheck
from partnerships.services.check_rows import lock_checks, memory_of, put_memory, rules_of, save_checks
from partnerships.services.transitions import Change, first_changed_at, write_changes
from partnerships.services.uptime_hours import set_uptime_hours

LIMIT = 500


def sweep_stale_checks(*, at: datetime, limit: int = LIMIT) -> int:
    """Makes unknown every check that was not measured for too long, from when it should have been; returns how many."""
    with transaction.atomic():
        rows = claim_rows(HealthCheck.objects.filter(stale_at__lte=at).order_by("stale_at"), limit=limit)
        checks = sorted(rows, key=lambda check: check.pk)
        _step(checks, lambda check: go_stale(memory_of(check), rules_of(check), now=at), reason="stale", at=at)
    return len(checks)


def pause_check(*, check_id: int, at: datetime) -> HealthCheck:
    """Stops probing a check; the time until it is resumed counts neither as up nor as down."""
    with transaction.atomic():
        check = _locked(check_id)
        _note_paused(check, paused=True)
        check.is_paused, check.lease_token, check.lease_until = True, "", None
        check.flapping_since = None
        _step([check], lambda one: pause(memory_of(one), at=at), reason="paused", at=at)
    return check


def resume_check(*, check_id: int, at: datetime) -> HealthCheck:
    """Probes a paused check again, from its next slot on; InvalidInputError where its history is only imported."""
    with transaction.atomic():
        check = _locked(check_id)
        if HealthCheck.objects.filter(pk=check_id, kind=RECORDED).exists():
            raise InvalidInputError("check", "Its history is imported; there is nothing to probe.")
        _note_paused(check, paused=False)
        check.is_paused, check.attempt = False, 1
        check.next_due_at = next_slot(check.pk, check.interval_seconds, at)
        _step([check], lambda one: resume(memory_of(one), at=at), reason="resumed", at=at)
    return check


def _note_paused(check: HealthCheck, *, paused: bool) -> None:
    """An audit entry, for state is written past the tracking of fields; who it was, the request's context tells."""
    if check.is_paused != paused:
        LogEntry.objects.log_create(
            check, action=LogEntry.Action.UPDATE, changes={"is_paused": [str(check.is_paused), str(paused)]}
        )


def _locked(check_id: int) -> HealthCheck:
    check = lock_checks([check_id]).get(check_id)
    if check is None:
        raise InvalidInputError("check", "There is no such check.")
    return check


def _step(checks: Sequence[HealthCheck], event: Callable[[HealthCheck], Step], *, reason: str, at: datetime) -> None:
    """Puts one event through the state machine of each check; the caller holds their locks."""
    changes = []
    for check in checks:
        step = event(check)
        put_memory(check, step.memory)
        transitions = [step.transition] if step.transition else []
        changes.append(Change(check=check, transitions=transitions, reason=reason))
    write_changes(changes)
    set_uptime_hours(
        [
            (change.check, min(since, change.check.rolled_up_to or since))
            for change in changes
            if (since := first_changed_at(change)) is not None
        ],
        until=at,
    )
    save_checks(checks)
