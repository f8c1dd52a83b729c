"""Runs of playbooks: begun with a copy of the steps, carried out step by step, decided at gates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction

from foundation.errors import InvalidInputError
from foundation.words import local
from operations.models import (
    CalendarHoliday,
    GateCheck,
    PlaybookRun,
    PlaybookVersion,
    RunState,
    RunStep,
    StepState,
    User,
    VersionState,
)
from operations.models.playbook import StepFacts
from operations.playbooks.gates import Verdict, is_bolder
from operations.playbooks.plan import due_days, working_days_but
from operations.selectors.people import list_role_members
from operations.selectors.playbooks import list_waited_for, may_decide_gate, read_gates

_COPIED = [one.name for one in StepFacts._meta.get_fields()]
_MAX_PEOPLE = 50
_MAX_ID = 2**63 - 1
_FIRST_YEAR, _LAST_YEAR = 2000, 2100


@dataclass(frozen=True)
class NewRun:
    """What a run begins with. Roles without a person here get the first who has the role of that name."""

    version_id: int
    name: str
    anchor_on: date
    subject: str = ""
    people: Mapping[str, Any] = field(default_factory=dict)
    calendar_id: int | None = None


def start_playbook_run(*, new: NewRun, by: User, at: datetime) -> PlaybookRun:
    """The run with a copy of the version's steps, each with its owner and due day.

    Raises InvalidInputError for a version that is not published, or people that are none.
    """
    _refuse_far(new.anchor_on)
    with transaction.atomic():
        version = PlaybookVersion.objects.select_for_update(of=("self",)).filter(pk=new.version_id).first()
        if version is None or version.state != VersionState.PUBLISHED:
            raise InvalidInputError("playbook_version", "Choose a published version.")
        steps = list(version.steps.all())
        people = _people(new.people, {step.owner_role for step in steps if step.owner_role})
        run = PlaybookRun.objects.create(
            playbook_version=version,
            name=new.name,
            subject=new.subject,
            anchor_on=new.anchor_on,
            calendar_id=new.calendar_id,
            people=people,
            started_at=at,
            started_by=by,
        )
        copies = [RunStep(run=run, due_on=new.anchor_on, **{name: getattr(s, name) for name in _COPIED}) for s in steps]
        for copy in copies:
            copy.owner_id = people.get(copy.owner_role)
        _set_due(run, copies)
        RunStep.objects.bulk_create(copies)
    return run


def move_run_anchor(*, run_id: int, anchor_on: date) -> PlaybookRun:
    """The run with another anchor: what is still open is due on other days, what is done stays as it was."""
    _refuse_far(anchor_on)
    with transaction.atomic():
        run = _running(run_id)
        run.anchor_on = anchor_on
        run.version += 1
        run.save()
        _reschedule(run)
    return run


def complete_run_step(*, step_id: int, evidence: str, by: User, at: datetime) -> RunStep:
    """The step, done; the run is done with its last one.

    Raises InvalidInputError while steps it waits for are open, without evidence where that is required, and for a
    gate, which is decided instead.
    """
    with transaction.atomic():
        step = _open_step(step_id)
        if step.is_gate:
            raise InvalidInputError("step", "This is a gate: it is decided.")
        if step.is_evidence_required and not evidence.strip():
            raise InvalidInputError("evidence", "Say what shows that it is done.")
        _refuse_waiting(step)
        _end(step, StepState.DONE, by=by, at=at, evidence=evidence.strip())
    return step


def skip_run_step(*, step_id: int, reason: str, by: User, at: datetime) -> RunStep:
    """The step, skipped. Raises InvalidInputError for a required one, or without a reason."""
    with transaction.atomic():
        step = _open_step(step_id)
        if step.is_required:
            raise InvalidInputError("step", "It is required and cannot be skipped.")
        if not reason.strip():
            raise InvalidInputError("reason", "Say why it is skipped.")
        _end(step, StepState.SKIPPED, by=by, at=at, skip_reason=reason.strip())
    return step


def decide_gate(*, step_id: int, decision: str, note: str, by: User, at: datetime) -> GateCheck:
    """The decision, with the values the conditions had at this instant; the gate is done unless it is a no.

    Raises InvalidInputError where it is not theirs to decide, while steps it waits for are open, and for a decision
    that goes further than the verdict without a note.
    """
    if decision not in Verdict.values:
        raise InvalidInputError("decision", f"Choose one of: {', '.join(Verdict.values)}.")
    with transaction.atomic():
        step = _open_step(step_id)
        if not step.is_gate:
            raise InvalidInputError("step", "This is no gate.")
        if not may_decide_gate(step, by):
            raise InvalidInputError("decided_by", "Its owner decides it, or the COO.")
        _refuse_waiting(step)
        reading = read_gates([step], at=at)[step.pk]
        if is_bolder(decision, reading.verdict) and not note.strip():
            raise InvalidInputError("note", "The conditions say less than this. Say why it is decided all the same.")
        check = GateCheck.objects.create(
            step=step,
            decided_at=at,
            decided_by=by,
            decision=decision,
            verdict=reading.verdict,
            snapshot=reading.as_snapshot(),
            note=note.strip(),
        )
        if decision != Verdict.NO_GO:
            _end(step, StepState.DONE, by=by, at=at, evidence=f"Decided: {Verdict(decision).label}.")
    return check


def cancel_playbook_run(*, run_id: int, reason: str, by: User, at: datetime) -> PlaybookRun:
    """The run, which is not carried out any further. Raises InvalidInputError without a reason."""
    if not reason.strip():
        raise InvalidInputError("reason", "Say why it ends.")
    with transaction.atomic():
        run = _running(run_id)
        _end_run(run, RunState.CANCELLED, reason.strip(), by=by, at=at)
    return run


def _refuse_far(anchor_on: date) -> None:
    if not _FIRST_YEAR <= anchor_on.year <= _LAST_YEAR:
        raise InvalidInputError("anchor_on", f"Must be in the years {_FIRST_YEAR} to {_LAST_YEAR}.")


def _people(given: Mapping[str, Any], roles: set[str]) -> dict[str, int]:
    if len(given) > _MAX_PEOPLE or set(given) - roles:
        raise InvalidInputError("people", f"The roles are: {', '.join(sorted(roles)) or 'none'}.")
    if any(isinstance(pk, bool) or not isinstance(pk, int) or not 0 < pk <= _MAX_ID for pk in given.values()):
        raise InvalidInputError("people", "Each is the number of an active person.")
    known = set(User.objects.filter(pk__in=given.values(), is_active=True).values_list("pk", flat=True))
    if set(given.values()) - known:
        raise InvalidInputError("people", "Each is the number of an active person.")
    chosen = dict(given)
    for role in sorted(roles - set(given)):
        if members := list_role_members(role):
            chosen[role] = members[0].pk
    return chosen


def _set_due(run: PlaybookRun, steps: list[RunStep]) -> None:
    """The due days of those that are open."""
    holidays = CalendarHoliday.objects.filter(calendar=run.calendar_id) if run.calendar_id else ()
    is_working = working_days_but({one.day_on for one in holidays if not one.windows})
    done = {step.key: local(step.done_at).date() for step in steps if step.done_at is not None}
    days = due_days(steps, anchor=run.anchor_on, done=done, is_working=is_working)
    for step in steps:
        if step.state == StepState.OPEN:
            step.due_on = days[step.key]


def _reschedule(run: PlaybookRun) -> None:
    steps = list(run.steps.all())
    _set_due(run, steps)
    RunStep.objects.bulk_update([step for step in steps if step.state == StepState.OPEN], ["due_on"])


def _end(step: RunStep, state: str, *, by: User, at: datetime, evidence: str = "", skip_reason: str = "") -> None:
    step.state, step.done_at, step.done_by = state, at, by
    step.evidence, step.skip_reason = evidence, skip_reason
    step.save()
    _reschedule(step.run)
    if not step.run.steps.filter(state=StepState.OPEN).exists():
        _end_run(step.run, RunState.DONE, "", by=by, at=at)


def _end_run(run: PlaybookRun, state: str, reason: str, *, by: User, at: datetime) -> None:
    run.state, run.ended_at, run.ended_by, run.end_reason = state, at, by, reason
    run.version += 1
    run.save()


def _running(run_id: int) -> PlaybookRun:
    run = PlaybookRun.objects.select_for_update(of=("self",)).get(pk=run_id)
    if run.state != RunState.RUNNING:
        raise InvalidInputError("run", "It is over.")
    return run


def _open_step(step_id: int) -> RunStep:
    """The step, with its run locked, so that two people end no step at once."""
    step = RunStep.objects.get(pk=step_id)
    run = _running(step.run_id)
    step = RunStep.objects.select_for_update(of=("self",)).get(pk=step_id)
    step.run = run
    if step.state != StepState.OPEN:
        raise InvalidInputError("step", f"It is {step.get_state_display().lower()} already.")
    return step


def _refuse_waiting(step: RunStep) -> None:
    waits = list_waited_for(step, step.run.steps.all())
    if waits:
        raise InvalidInputError("step", f"These come first: {'; '.join(waits)}."[:500])
