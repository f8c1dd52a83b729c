"""Tickets whose time has come: those on hold come back, those solved for some days are closed."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from foundation.claims import claim_rows
from support.models import EventKind, Ticket, TicketState, Via
from support.services.cover import cover_ticket
from support.services.ticket_events import Happening, record_event, save_ticket
from support.services.ticket_states import HOLD_STATES

CLOSE_AFTER = timedelta(days=4)
_BATCH = 100


def wake_due_tickets(*, at: datetime) -> int:
    """Open every ticket on hold whose time to come back has come; how many. Workers may run it at the same time."""
    due = Ticket.objects.filter(state__in=HOLD_STATES, wake_at__lte=at).order_by("wake_at", "pk")
    # One at a time: giving one to somebody else locks agents, and those of two tickets could be waited for crosswise.
    return _move_all(due, TicketState.OPEN, "Its time to come back has come.", at=at, batch=1)


def close_settled_tickets(*, at: datetime, after: timedelta = CLOSE_AFTER) -> int:
    """Close every ticket of our own that has stayed solved for `after`; how many.

    When an imported ticket is closed is for the system that it came from to say; the next import would undo it.
    """
    solved = Ticket.objects.filter(state=TicketState.SOLVED, external_source="", resolved_at__lte=at - after)
    due = solved.order_by("resolved_at", "pk")
    return _move_all(due, TicketState.CLOSED, f"Solved for {after.days} days.", at=at)


def _move_all(due: "QuerySet[Ticket]", state: TicketState, reason: str, *, at: datetime, batch: int = _BATCH) -> int:
    """Move the due tickets in transactions of a batch each, until none is left for us."""
    moved = 0
    while True:
        with transaction.atomic():
            tickets = claim_rows(due, limit=batch)
            for ticket in tickets:
                _move(ticket, state, reason, at=at)
        moved += len(tickets)
        if len(tickets) < batch:
            return moved


def _move(ticket: Ticket, state: TicketState, reason: str, *, at: datetime) -> None:
    old, ticket.state = ticket.state, state
    if state is TicketState.CLOSED:
        ticket.closed_at = at
    ticket.wake_at = None
    save_ticket(ticket, "state", "closed_at", "wake_at")
    record_event(ticket, Happening(EventKind.STATE, old, state, reason), actor=None, via=Via.WORKER, at=at)
    cover_ticket(ticket, at=at, is_arrival=True)
