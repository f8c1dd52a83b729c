"""Playbooks carried out on tickets: put there, ticked off step by step, each with its event on the ticket."""

from datetime import datetime

from django.db import transaction

from foundation.errors import InvalidInputError
from foundation.words import local
from operations.models import TICKET_SUBJECT, GateCheck, Playbook, PlaybookRun, RunState, RunStep, User, VersionState
from operations.services.playbook_runs import (
    NewRun,
    cancel_playbook_run,
    complete_run_step,
    decide_gate,
    skip_run_step,
    start_playbook_run,
)
from support.models import EventKind, Ticket, TicketChecklist, Via
from support.selectors.checklists import KINDS
from support.services.ticket_events import Happening, lock_ticket, record_event

MAX_CHECKLISTS = 10
_NAME = 150


def add_checklist(
    *, ticket_id: int, playbook: Playbook, actor: User, at: datetime, via: Via = Via.UI
) -> TicketChecklist:
    """Put the published version of the playbook on the ticket and return it.

    Raises InvalidInputError for an ended ticket, a playbook that is not for tickets or of which nothing is published,
    one that is being carried out there already, and more than MAX_CHECKLISTS.
    """
    with transaction.atomic():
        ticket = lock_ticket(ticket_id, version=None)
        version = playbook.versions.filter(state=VersionState.PUBLISHED).first()
        if playbook.kind not in KINDS or version is None:
            raise InvalidInputError("playbook", "choose one that is published and for tickets")
        _check_room(ticket, playbook)
        name, subject = f"{playbook.name}, {ticket.reference}"[:_NAME], f"{TICKET_SUBJECT}{ticket.pk}"
        run = start_playbook_run(new=NewRun(version.pk, name, local(at).date(), subject), by=actor, at=at)
        made = TicketChecklist.objects.create(ticket=ticket, run=run, added_at=at, added_by=actor)
        _record(ticket, f"{playbook.name}: added", actor=actor, at=at, via=via)
    return made


def complete_step(
    *, ticket_id: int, step_id: int, actor: User, at: datetime, evidence: str = "", via: Via = Via.UI
) -> RunStep:
    """Tick the step off. Raises InvalidInputError as complete_run_step does, and for a step of another ticket."""
    with transaction.atomic():
        ticket, playbook = _lock(ticket_id, step_id)
        step = complete_run_step(step_id=step_id, evidence=evidence, by=actor, at=at)
        _record(ticket, f"{playbook}: “{step.title}” is done", actor=actor, at=at, via=via)
    return step


def skip_step(*, ticket_id: int, step_id: int, reason: str, actor: User, at: datetime, via: Via = Via.UI) -> RunStep:
    """Leave the step out. Raises InvalidInputError as skip_run_step does, and for a step of another ticket."""
    with transaction.atomic():
        ticket, playbook = _lock(ticket_id, step_id)
        step = skip_run_step(step_id=step_id, reason=reason, by=actor, at=at)
        _record(ticket, f"{playbook}: “{step.title}” is left out: {step.skip_reason}", actor=actor, at=at, via=via)
    return step


def decide_step(
    *, ticket_id: int, step_id: int, decision: str, actor: User, at: datetime, note: str = "", via: Via = Via.UI
) -> GateCheck:
    """Decide the gate. Raises InvalidInputError as decide_gate does, and for a step of another ticket."""
    with transaction.atomic():
        ticket, playbook = _lock(ticket_id, step_id)
        check = decide_gate(step_id=step_id, decision=decision, note=note, by=actor, at=at)
        said = f"{playbook}: “{check.step.title}” is decided: {check.get_decision_display().lower()}"
        _record(ticket, said, actor=actor, at=at, via=via)
    return check


def end_checklist(*, checklist_id: int, reason: str, actor: User, at: datetime, via: Via = Via.UI) -> PlaybookRun:
    """Carry the checklist out no further. Raises InvalidInputError without a reason, or where it is over."""
    with transaction.atomic():
        found = TicketChecklist.objects.select_related("run__playbook_version__playbook").get(pk=checklist_id)
        ticket = lock_ticket(found.ticket_id, version=None)
        run = cancel_playbook_run(run_id=found.run_id, reason=reason, by=actor, at=at)
        said = f"{found.run.playbook_version.playbook}: ended: {run.end_reason}"
        _record(ticket, said, actor=actor, at=at, via=via)
    return run


def end_checklists(ticket: Ticket, *, reason: str, actor: User, at: datetime, via: Via = Via.UI) -> None:
    """Carry no checklist of the locked ticket any further."""
    for checklist in TicketChecklist.objects.filter(ticket=ticket, run__state=RunState.RUNNING).order_by("pk"):
        end_checklist(checklist_id=checklist.pk, reason=reason, actor=actor, at=at, via=via)


def is_carried_out(ticket_id: int, playbook: Playbook) -> bool:
    """Whether the playbook is on the ticket and under way."""
    rows = TicketChecklist.objects.filter(ticket=ticket_id, run__playbook_version__playbook=playbook)
    return rows.filter(run__state=RunState.RUNNING).exists()


def _check_room(ticket: Ticket, playbook: Playbook) -> None:
    if not ticket.is_open:
        raise InvalidInputError("playbook", f"{ticket.reference} is {ticket.get_state_display().lower()}")
    if is_carried_out(ticket.pk, playbook):
        raise InvalidInputError("playbook", "it is on the ticket already")
    if ticket.checklists.count() >= MAX_CHECKLISTS:
        raise InvalidInputError("playbook", f"a ticket has at most {MAX_CHECKLISTS} checklists")


def _lock(ticket_id: int, step_id: int) -> tuple[Ticket, Playbook]:
    """The locked ticket, and the playbook of the step on it."""
    ticket = lock_ticket(ticket_id, version=None)
    rows = TicketChecklist.objects.filter(ticket=ticket, run__steps=step_id)
    found = rows.select_related("run__playbook_version__playbook").first()
    if found is None:
        raise InvalidInputError("step", "there is no such step on this ticket")
    return ticket, found.run.playbook_version.playbook


def _record(ticket: Ticket, reason: str, *, actor: User, at: datetime, via: Via) -> None:
    record_event(
        ticket, Happening(EventKind.CHECKLIST, reason=f"{reason.removesuffix('.')}."), actor=actor, via=via, at=at
    )
