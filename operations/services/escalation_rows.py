"""Locking an escalation for change and writing what happened: what every escalation service begins and ends with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from foundation.errors import RefusedTransitionError, StaleWriteError
from operations.escalation.ladder import Ladder, load_ladder
from operations.models import (
    Escalation,
    EscalationEvent,
    EscalationEventKind,
    EscalationRun,
    EscalationState,
    RunStatus,
    Severity,
    User,
)
from operations.selectors.calendars import get_business_time

TEXT_LENGTH = 5000


@dataclass(frozen=True)
class Happening:
    """What an event of the timeline says."""

    kind: EscalationEventKind
    text: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


def event_name(escalation_id: int) -> str:
    """The event that notices of an escalation are known by, for the one that ends it."""
    return f"escalation:{escalation_id}"


def lock_run(escalation_id: int, *, version: int | None = None) -> EscalationRun:
    """The run with its escalation, locked until the transaction ends; all changes of either begin here.

    StaleWriteError where `version` is given and the escalation is no longer at it. DoesNotExist if there is none.
    """
    runs = EscalationRun.objects.select_for_update(of=("self",))
    run = runs.get(escalation_id=escalation_id)
    run.escalation = Escalation.objects.get(pk=escalation_id)  # Read once the lock is held.
    if version is not None and run.escalation.version != version:
        raise StaleWriteError
    return run


def save_run(run: EscalationRun) -> None:
    """Write the run and its escalation, counting both versions up."""
    run.version += 1
    run.escalation.version += 1
    run.escalation.save()
    run.save()


def record_event(run: EscalationRun, what: Happening, *, actor: User | None, at: datetime) -> EscalationEvent:
    """Append to the timeline, with where the run stands."""
    event = make_event(run, what, actor=actor, at=at)
    event.save()
    return event


def make_event(run: EscalationRun, what: Happening, *, actor: User | None, at: datetime) -> EscalationEvent:
    """What `record_event` appends, not stored yet."""
    return EscalationEvent(
        escalation_id=run.escalation_id,
        kind=what.kind,
        at=at,
        actor=actor,
        level=run.level,
        loop=run.loop,
        text=what.text[:TEXT_LENGTH],
        details=dict(what.details),
    )


def check_state(escalation: Escalation, wanted: EscalationState, allowed_from: Sequence[EscalationState]) -> None:
    """RefusedTransitionError unless the escalation is in one of these states."""
    if escalation.state not in allowed_from:
        raise RefusedTransitionError(escalation.state, wanted.value, [])


def end_run(run: EscalationRun, *, at: datetime) -> None:
    """Nothing is due any more, and the subject may be raised anew."""
    run.status, run.next_due_at = RunStatus.ENDED, None
    run.escalation.ended_at = run.escalation.ended_at or at


def climb_again(run: EscalationRun) -> None:
    """What was answered goes on from the level it stands at, answered by nobody; the caller says when."""
    run.status = RunStatus.ACTIVE
    run.next_level, run.next_loop = max(run.level, 1), run.loop
    run.escalation.state = EscalationState.RAISED
    run.escalation.acknowledged_at = run.escalation.acknowledged_by = None


def get_ladder(run: EscalationRun) -> Ladder:
    """The ladder frozen when the run began."""
    return load_ladder(run.policy_snapshot)


def due_after(ladder: Ladder, seconds: int, *, severity: str, at: datetime) -> datetime:
    """When a wait that begins at `at` is over: open time of the calendar for normal ones, any time for critical."""
    if ladder.calendar_id is None or severity == Severity.CRITICAL:
        return at + timedelta(seconds=seconds)
    return get_business_time(ladder.calendar_id).add_business_time(at, seconds)


def first_due(ladder: Ladder, *, severity: str, at: datetime) -> datetime:
    """When the first level is told: at once, but normal ones in quiet hours wait for the calendar to open."""
    if not ladder.has_quiet_hours or ladder.calendar_id is None or severity == Severity.CRITICAL:
        return at
    return get_business_time(ladder.calendar_id).next_open(at)
