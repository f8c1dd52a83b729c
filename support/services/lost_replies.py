"""Telling those who have a ticket that the customer never got a reply."""

from datetime import datetime

from operations.models import OutboxMessage
from operations.services.notifications import Notice, notify
from support.models import EventKind, Ticket, TicketEvent
from support.selectors.deliveries import event_number_of

_WORDS = 120


def tell_lost_reply(message: OutboxMessage, at: datetime) -> None:
    """Tell the assignee, else the team with its lead, and who wrote it; each time that the mail is given up."""
    rows = TicketEvent.objects.select_related("ticket__team", "actor")
    reply = rows.filter(pk=event_number_of(message.event), kind=EventKind.REPLY).first()
    if reply is None:
        return
    ticket, words = reply.ticket, " ".join(reply.body.split())
    notice = Notice(
        event=f"reply-lost:{reply.pk}:{int(at.timestamp())}",
        title=f"{ticket.reference}: a reply was not delivered",
        text=f"To {message.address}: {message.last_error or 'given up'}. “{words[:_WORDS]}”",
        url=ticket.get_absolute_url(),
    )
    to = _holders(ticket)
    if reply.actor is not None and not reply.actor.is_service:
        to.add(reply.actor.pk)
    notify(notice=notice, to=to, at=at)


def _holders(ticket: Ticket) -> set[int]:
    if ticket.assignee_id is not None:
        return {ticket.assignee_id}
    if ticket.team is None:
        return set()
    lead = {ticket.team.lead_id} if ticket.team.lead_id is not None else set()
    return {*ticket.team.members.values_list("pk", flat=True), *lead}
