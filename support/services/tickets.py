"""Every write to a ticket: one transaction with its event, so that the events are the whole truth."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from foundation.errors import InvalidInputError
from operations.models import User
from support.models import Customer, EventKind, Priority, Team, Ticket, TicketState, Via
from support.services.clock_crossings import end_escalation
from support.services.sla import apply_policies
from support.services.ticket_events import Happening, lock_ticket, record_event, save_ticket
from support.services.ticket_states import HOLD_STATES, StateChange, check_transition


class Unchanged:
    """Stands for "leave it as it is" where None means "nobody"."""


UNCHANGED = Unchanged()


@dataclass(frozen=True)
class NewTicket:
    """What a ticket starts with."""

    subject: str
    body: str = ""
    priority: Priority = Priority.NORMAL
    category: str = ""
    channel: str = ""
    customer: Customer | None = None
    team: Team | None = None
    assignee: User | None = None


def open_ticket(*, new: NewTicket, actor: User | None, at: datetime, via: Via = Via.UI) -> Ticket:
    """A ticket that starts now, in state new; InvalidInputError without a subject."""
    subject = new.subject.strip()
    if not subject:
        raise InvalidInputError("subject", "say in a few words what is wrong")
    with transaction.atomic():
        ticket = Ticket.objects.create(
            subject=subject,
            priority=new.priority,
            category=new.category.strip(),
            channel=new.channel.strip(),
            customer=new.customer,
            team=new.team,
            assignee=new.assignee,
            opened_at=at,
        )
        opened = Happening(EventKind.OPENED, new_state=TicketState.NEW, body=new.body.strip())
        record_event(ticket, opened, actor=actor, via=via, at=at)
        apply_policies(ticket, actor=actor, via=via, at=at, reason="The ticket was opened.")
    return ticket


def change_ticket_state(
    *,
    ticket_id: int,
    change: StateChange,
    actor: User | None,
    at: datetime,
    version: int | None = None,
    via: Via = Via.UI,
) -> Ticket:
    """Take the ticket to another state and return it.

    Raises RefusedTransitionError with the allowed states, InvalidInputError for what the step needs (on hold: a reason
    and a later wake_at; solved: a category, and a reason as root cause if urgent, high or reopened), StaleWriteError.
    """
    with transaction.atomic():
        ticket = lock_ticket(ticket_id, version=version)
        check_transition(ticket, change, at=at)
        old, category = ticket.state, change.category.strip()
        changes = {"category": [ticket.category, category]} if category and category != ticket.category else {}
        ticket.category = category or ticket.category
        _enter(ticket, change, at)
        save_ticket(ticket, "state", "resolved_at", "closed_at", "wake_at", "reopen_count", "category")
        what = Happening(EventKind.STATE, old, change.state, change.reason.strip(), changes=changes)
        record_event(ticket, what, actor=actor, via=via, at=at)
        if not ticket.is_open:
            end_escalation(ticket, actor=actor, at=at)
    return ticket


def _enter(ticket: Ticket, change: StateChange, at: datetime) -> None:
    """Set the columns that follow from the new state."""
    state = change.state
    if ticket.state == TicketState.SOLVED and state is TicketState.OPEN:
        ticket.reopen_count += 1
    if state is TicketState.SOLVED:
        ticket.resolved_at, ticket.closed_at = at, None
    elif state in {TicketState.CLOSED, TicketState.MERGED, TicketState.SPAM}:
        ticket.closed_at = at
    else:
        ticket.resolved_at = ticket.closed_at = None
    ticket.wake_at = change.wake_at if state in HOLD_STATES else None
    ticket.state = state


def assign_ticket(
    *,
    ticket_id: int,
    actor: User | None,
    at: datetime,
    version: int | None = None,
    assignee: User | Unchanged | None = UNCHANGED,
    team: Team | Unchanged | None = UNCHANGED,
    via: Via = Via.UI,
) -> Ticket:
    """Give the ticket to a person, a team or (None) nobody, and return it; giving it to who has it does nothing."""
    with transaction.atomic():
        ticket = lock_ticket(ticket_id, version=version)
        changes: dict[str, list[str]] = {}
        for name, wanted in (("assignee", assignee), ("team", team)):
            before = getattr(ticket, name)
            if wanted is not UNCHANGED and before != wanted:
                changes[name] = [str(before or ""), str(wanted or "")]
                setattr(ticket, name, wanted)
        if changes:
            save_ticket(ticket, *changes)
            record_event(ticket, Happening(EventKind.ASSIGNED, changes=changes), actor=actor, via=via, at=at)
    return ticket


def change_ticket_fields(
    *,
    ticket_id: int,
    fields: dict[str, str],
    actor: User | None,
    at: datetime,
    version: int | None = None,
    via: Via = Via.UI,
) -> Ticket:
    """Change subject, priority, category or channel and return the ticket; InvalidInputError for any other field."""
    with transaction.atomic():
        ticket = lock_ticket(ticket_id, version=version)
        changes: dict[str, list[str]] = {}
        for name, value in fields.items():
            _check_field(name, value)
            if getattr(ticket, name) != value:
                changes[name] = [getattr(ticket, name), value]
                setattr(ticket, name, value)
        if changes:
            save_ticket(ticket, *changes)
            record_event(ticket, Happening(EventKind.FIELDS, changes=changes), actor=actor, via=via, at=at)
        if "priority" in changes:
            apply_policies(ticket, actor=actor, via=via, at=at, reason="The priority was changed.")
    return ticket


def _check_field(name: str, value: str) -> None:
    if name not in {"subject", "priority", "category", "channel"}:
        raise InvalidInputError(name, "cannot be changed this way")
    if name == "subject" and not value.strip():
        raise InvalidInputError("subject", "say in a few words what is wrong")
    if name == "priority" and value not in Priority.values:
        raise InvalidInputError("priority", f"must be one of {', '.join(Priority.values)}")
