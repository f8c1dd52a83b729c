"""Every write to a ticket: one transaction with its event, so that the events are the whole truth."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from foundation.plain_text import check_text
from operations.models import User
from support.models import Customer, EventKind, Priority, Team, Ticket, TicketState, Via
from support.selectors.absences import HOLDERS
from support.services.assignment import assign_locked
from support.services.checklists import end_checklists
from support.services.cover import cover_ticket
from support.services.merging import check_merge, lock_both, merge
from support.services.people import check_person
from support.services.sla import apply_policies
from support.services.ticket_escalations import end_escalation
from support.services.ticket_events import Happening, lock_unmerged, record_event, save_ticket
from support.services.ticket_fields import check_subject, make_tags
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
    product: str = ""
    integration: str = ""
    incident: int | None = None
    customer: Customer | None = None
    team: Team | None = None
    assignee: User | None = None
    follow_up_of: Ticket | None = None
    tags: Sequence[str] = ()


def open_ticket(*, new: NewTicket, actor: User | None, at: datetime, via: Via = Via.UI) -> Ticket:
    """A ticket that starts now, in state new, about what its customer uses where nothing else is said.

    InvalidInputError without a subject of one line, or for control characters.
    """
    subject = new.subject.strip()
    check_subject(subject)
    check_text("body", new.body)
    check_person("assignee", new.assignee)
    with transaction.atomic():
        ticket = Ticket.objects.create(
            subject=subject,
            priority=new.priority,
            category=new.category.strip(),
            channel=new.channel.strip(),
            product=new.product.strip() or (new.customer.product if new.customer else ""),
            integration=new.integration or (new.customer.integration if new.customer else ""),
            incident=new.incident,
            follow_up_of=new.follow_up_of,
            customer=new.customer,
            team=new.team,
            assignee=new.assignee,
            opened_at=at,
        )
        ticket.tags.set(make_tags(new.tags))
        opened = Happening(EventKind.OPENED, new_state=TicketState.NEW, body=new.body.strip())
        record_event(ticket, opened, actor=actor, via=via, at=at)
        apply_policies(ticket, actor=actor, via=via, at=at, reason="The ticket was opened.")
        _find_owner(ticket, actor=actor, at=at)
    return ticket


def _find_owner(ticket: Ticket, *, actor: User | None, at: datetime) -> None:
    """What is given to somebody who is out goes on to others; what nobody has is given out where the team wants it."""
    if ticket.assignee_id is not None:
        cover_ticket(ticket, at=at, is_arrival=True, actor=actor)
    elif ticket.is_open and ticket.team is not None and ticket.team.has_auto_assignment:
        assign_locked(ticket, at=at)


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
    and a later wake_at; solved: a category, and a reason as root cause if urgent, high or reopened; merged: where it
    goes on), StaleWriteError.
    """
    with transaction.atomic():
        ticket, target = lock_both(ticket_id, change.into, version=version)
        check_transition(ticket, change, at=at)
        check_merge(ticket, target, change)
        old, category = ticket.state, change.category.strip()
        changes = {"category": [ticket.category, category]} if category and category != ticket.category else {}
        ticket.category = category or ticket.category
        _enter(ticket, change, at)
        reason = change.reason.strip()
        if target is not None:
            merge(ticket, target, actor=actor, via=via, at=at)
            reason = f"It goes on in {target.reference}. {reason}".strip()
        save_ticket(ticket, "state", "resolved_at", "closed_at", "wake_at", "reopen_count", "category", "merged_into")
        what = Happening(EventKind.STATE, old, change.state, reason, changes=changes)
        record_event(ticket, what, actor=actor, via=via, at=at)
        if not ticket.is_open:
            end_escalation(ticket, actor=actor, at=at)
            if actor is not None and change.state in _NOT_OURS:
                end_checklists(
                    ticket, reason=f"The ticket is {change.state.label.lower()}.", actor=actor, at=at, via=via
                )
        elif old == TicketState.SOLVED:
            cover_ticket(ticket, at=at, actor=actor)
    return ticket


_NOT_OURS = (TicketState.MERGED, TicketState.SPAM)
"""On these nothing is done any more, so that nothing is left to do; what was solved may come back."""


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
    """Give the ticket to a person, a team or (None) nobody, and return it; giving it to who has it does nothing.

    Raises MergedError where it was merged, InvalidInputError for an internal tool and for whoever cannot sign in.
    """
    with transaction.atomic():
        ticket = lock_unmerged(ticket_id, version=version)
        changes: dict[str, list[str]] = {}
        for name, wanted in (("assignee", assignee), ("team", team)):
            before = getattr(ticket, name)
            if wanted is not UNCHANGED and before != wanted:
                changes[name] = [str(before or ""), str(wanted or "")]
                setattr(ticket, name, wanted)
                if name == "assignee":
                    check_person(name, ticket.assignee)
                    holders = before, ticket.assignee
                    changes[HOLDERS] = [str(one.pk) if one else "" for one in holders]
        if changes:
            ticket.queue_reason = "" if ticket.assignee_id else ticket.queue_reason
            save_ticket(ticket, "assignee", "team", "queue_reason")
            record_event(ticket, Happening(EventKind.ASSIGNED, changes=changes), actor=actor, via=via, at=at)
        if (ticket.assignee_id is not None and "assignee" in changes) or "team" in changes:
            _find_owner(ticket, actor=actor, at=at)
    return ticket
