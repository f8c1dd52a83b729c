"""What people do to escalations: each one transaction under the run's lock, with its line in the timeline."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from foundation.bounds import check_day
from foundation.errors import InvalidInputError
from foundation.words import local
from operations.models import (
    ANSWERED,
    OPEN_STATES,
    UNANSWERED,
    Escalation,
    EscalationEventKind,
    EscalationRun,
    EscalationState,
    RunStatus,
    User,
)
from operations.selectors.escalations import may_answer
from operations.services.escalation_rows import (
    TEXT_LENGTH,
    Happening,
    check_state,
    end_run,
    get_ladder,
    lock_run,
    record_event,
    save_run,
)
from operations.services.escalations import mark_resolved, tell_end

MAX_HOLD = timedelta(days=7)
"""No acknowledgement or snooze keeps an escalation quiet for longer without somebody acting again."""
NOT_FOR_THEM = "It is for its owner, the people of its levels, operations and the COO; raise it again to add a note."


@dataclass(frozen=True)
class Decision:
    """What was decided, who carries it out until when, and when somebody looks whether it helped."""

    text: str
    owner_id: int | None
    due_on: date | None
    follow_up_on: date | None


def acknowledge_escalation(
    *, escalation_id: int, by: User, at: datetime, version: int | None = None, through_work: bool = False
) -> Escalation:
    """Somebody looks after it: it stops climbing, until the acknowledgement expires without activity.

    `through_work`: they work on what it is about, such as the incident, whose own rules let them.
    """

    def act(run: EscalationRun) -> Happening:
        check_state(run.escalation, EscalationState.ACKNOWLEDGED, UNANSWERED)
        _answer(run, EscalationState.ACKNOWLEDGED, by=by, at=at)
        return Happening(EscalationEventKind.ACKNOWLEDGED)

    return _do(act, escalation_id, by=by, at=at, version=version, is_theirs=through_work)


def take_escalation(*, escalation_id: int, by: User, at: datetime, version: int | None = None) -> Escalation:
    """`by` owns it from now on and works on it."""

    def act(run: EscalationRun) -> Happening:
        check_state(run.escalation, EscalationState.IN_PROGRESS, (*UNANSWERED, *ANSWERED))
        run.escalation.owner = by
        _answer(run, EscalationState.IN_PROGRESS, by=by, at=at)
        return Happening(EscalationEventKind.TAKEN)

    return _do(act, escalation_id, by=by, at=at, version=version)


def snooze_escalation(
    *, escalation_id: int, until: datetime, reason: str, by: User, at: datetime, version: int | None = None
) -> Escalation:
    """Nothing is due before `until`, at most seven days ahead."""

    def act(run: EscalationRun) -> Happening:
        check_state(run.escalation, EscalationState.RAISED, (*UNANSWERED, *ANSWERED))
        if not at < until <= at + MAX_HOLD:
            raise InvalidInputError("until", f"Give a time within the next {MAX_HOLD.days} days.")
        run.next_due_at = until
        return Happening(EscalationEventKind.SNOOZED, _said("reason", reason), {"until": until.isoformat()})

    return _do(act, escalation_id, by=by, at=at, version=version)


def decline_escalation(
    *, escalation_id: int, reason: str, by: User, at: datetime, version: int | None = None
) -> Escalation:
    """It is for the level below, which is told at once. Refused at the lowest level."""

    def act(run: EscalationRun) -> Happening:
        check_state(run.escalation, EscalationState.DECLINED, (*UNANSWERED, *ANSWERED))
        said = _said("reason", reason)
        if run.level <= 1:
            raise InvalidInputError("reason", "There is no level below. Resolve it, or let it climb.")
        run.status, run.next_due_at = RunStatus.ACTIVE, at
        run.next_level, run.next_loop = run.level - 1, run.loop
        escalation = run.escalation
        escalation.state = EscalationState.DECLINED
        escalation.acknowledged_at = escalation.acknowledged_by = None
        return Happening(EscalationEventKind.DECLINED, said)

    return _do(act, escalation_id, by=by, at=at, version=version)


def decide_escalation(
    *, escalation_id: int, decision: Decision, by: User, at: datetime, version: int | None = None
) -> Escalation:
    """Write down the decision; nothing climbs any more."""

    def act(run: EscalationRun) -> Happening:
        check_state(run.escalation, EscalationState.DECIDED, OPEN_STATES)
        _write_decision(run.escalation, decision, by=by, at=at)
        run.escalation.state = EscalationState.DECIDED
        run.status, run.next_due_at = RunStatus.HELD, None
        return Happening(EscalationEventKind.DECIDED, decision.text)

    return _do(act, escalation_id, by=by, at=at, version=version)


def resolve_escalation(
    *, escalation_id: int, note: str, by: User | None, at: datetime, version: int | None = None
) -> Escalation:
    """The matter is over; those who were told of it are told so."""
    with transaction.atomic():
        run = _lock_for(by, escalation_id, version=version)
        check_state(run.escalation, EscalationState.RESOLVED, OPEN_STATES)
        mark_resolved(run, note=_said("note", note), at=at, by=by)
    return run.escalation


def close_escalation(
    *, escalation_id: int, decision: Decision | None, by: User, at: datetime, version: int | None = None
) -> Escalation:
    """Nothing is left to do. It needs a whole decision: the one given, or the one that was made before."""
    with transaction.atomic():
        run = _lock_for(by, escalation_id, version=version)
        escalation, was_open = run.escalation, run.escalation.is_open
        check_state(escalation, EscalationState.CLOSED, (*OPEN_STATES, EscalationState.RESOLVED))
        if decision is not None:
            _write_decision(escalation, decision, by=by, at=at)
        elif not escalation.decision:
            raise InvalidInputError("decision", "Say what was decided, who does it until when, and when it is checked.")
        escalation.state = EscalationState.CLOSED
        end_run(run, at=at)
        save_run(run)
        record_event(run, Happening(EscalationEventKind.CLOSED, escalation.decision), actor=by, at=at)
        if was_open:
            tell_end(escalation, escalation.decision, at=at)
    return escalation


def _do(
    act: Callable[[EscalationRun], Happening],
    escalation_id: int,
    *,
    by: User,
    at: datetime,
    version: int | None,
    is_theirs: bool = False,
) -> Escalation:
    """Lock, act, store and note it; what was done counts as activity, which an acknowledgement lives from."""
    with transaction.atomic():
        run = _lock_for(None if is_theirs else by, escalation_id, version=version)
        what = act(run)
        save_run(run)
        record_event(run, what, actor=by, at=at)
    return run.escalation


def _lock_for(by: User | None, escalation_id: int, *, version: int | None) -> EscalationRun:
    """The locked run; InvalidInputError where the matter is not for them to answer."""
    run = lock_run(escalation_id, version=version)
    if by is not None and not may_answer(run, by):
        raise InvalidInputError("by", NOT_FOR_THEM)
    return run


def _answer(run: EscalationRun, state: EscalationState, *, by: User, at: datetime) -> None:
    """Stop the climb; it goes on when nothing happens for the policy's time, and after seven days in any case."""
    escalation = run.escalation
    if escalation.acknowledged_at is None:
        escalation.acknowledged_at, escalation.acknowledged_by = at, by
    escalation.state = state
    run.status = RunStatus.HELD
    expires = get_ladder(run).ack_expires_seconds
    since = escalation.acknowledged_at
    run.next_due_at = None if expires is None else min(at + timedelta(seconds=expires), max(since + MAX_HOLD, at))


def _write_decision(escalation: Escalation, decision: Decision, *, by: User, at: datetime) -> None:
    _said("decision", decision.text)
    _check_days(escalation, decision, today=local(at).date())
    for name in ("owner_id", "due_on", "follow_up_on"):
        if getattr(decision, name) is None:
            raise InvalidInputError(name.removesuffix("_id"), "Is needed with a decision.")
        setattr(escalation, name, getattr(decision, name))
    escalation.decision = decision.text.strip()
    escalation.decided_at, escalation.decided_by = at, by


def _check_days(escalation: Escalation, decision: Decision, *, today: date) -> None:
    """InvalidInputError for days that nobody can keep; those of the decision as it stands may have passed."""
    due_on, follow_up_on = decision.due_on, decision.follow_up_on
    for name, day in (("due_on", due_on), ("follow_up_on", follow_up_on)):
        if day is not None and day != getattr(escalation, name):
            check_day(name, day)
            if day < today:
                raise InvalidInputError(name, "This day has passed.")
    if due_on is not None and follow_up_on is not None and follow_up_on < due_on:
        raise InvalidInputError("follow_up_on", "Must be no earlier than the day it is due.")


def _said(field: str, text: str) -> str:
    """The text without blanks around it; InvalidInputError for none, or one that is too long."""
    if not text.strip() or len(text) > TEXT_LENGTH:
        raise InvalidInputError(field, f"Give 1 to {TEXT_LENGTH} characters.")
    return text.strip()
