"""Giving a locked ticket to somebody with the reason in its history, by whatever decided it."""

from datetime import datetime

from operations.models import User
from support.models import EventKind, Ticket, TicketEvent, Via
from support.selectors.absences import CAUSE, HOLDERS
from support.services.ticket_events import Happening, record_event, save_ticket


def give_ticket(
    ticket: Ticket,
    to: User | None,
    *,
    cause: str,
    reason: str,
    at: datetime,
    actor: User | None = None,
    via: Via = Via.WORKER,
) -> TicketEvent:
    """The event of giving the locked ticket to the person, or to nobody; its changes name the cause for measures."""
    changes = {
        "assignee": [str(ticket.assignee or ""), str(to or "")],
        HOLDERS: [str(ticket.assignee_id or ""), str(to.pk if to else "")],
    }
    if cause:
        changes[CAUSE] = ["", cause]
    ticket.assignee, ticket.queue_reason = to, ""
    save_ticket(ticket, "assignee", "queue_reason")
    what = Happening(EventKind.ASSIGNED, reason=reason, changes=changes)
    return record_event(ticket, what, actor=actor, via=via, at=at)
