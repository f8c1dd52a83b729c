"""What became of the mails about a ticket: those we sent, and those that came and are not on its timeline."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from foundation.url_keys import key_of
from operations.models import Channel, MessageState, OutboxMessage
from support.mail.tokens import message_id_of
from support.models import EventKind, InboundMail, MailOutcome, Ticket, TicketEvent

ACKNOWLEDGEMENT = "ticket-opened:"
REPLY = "ticket-reply:"
_LONGEST_THREAD = 20
_ASIDE = 20
_SPOKEN = (EventKind.REPLY, EventKind.OPENED, EventKind.CUSTOMER)


@dataclass(frozen=True)
class Delivery:
    """How far the mail of one reply is; `is_lost` where somebody must look at it."""

    words: str
    is_lost: bool = False


def event_of_reply(event_id: int) -> str:
    """The name under which the outbox holds the mail of this reply."""
    return f"{REPLY}{event_id}"


def event_number_of(name: str) -> int:
    """The number of the reply that the outbox holds under this name; 0 for another one."""
    return key_of(name.removeprefix(REPLY)) or 0 if name.startswith(REPLY) else 0


def get_deliveries(event_ids: Iterable[int]) -> dict[int, Delivery]:
    """The mails of replies, by event; those that were sent and dropped since, or never mailed, are left out."""
    names = {event_of_reply(pk): pk for pk in event_ids}
    rows = OutboxMessage.objects.filter(event__in=names, channel=Channel.EMAIL)
    return {names[row.event]: _delivery(row) for row in rows}


def _delivery(row: OutboxMessage) -> Delivery:
    if row.state == MessageState.DEAD:
        return Delivery(f"to {row.address}: {row.last_error}", is_lost=True)
    if row.state == MessageState.CANCELLED:
        return Delivery(f"not delivered to {row.address}; dismissed")
    if row.state == MessageState.SENT:
        return Delivery(f"mailed to {row.address}")
    return Delivery(f"mail to {row.address} waits" + (f": {row.last_error}" if row.last_error else ""))


def list_mail_aside(ticket_id: int) -> list[InboundMail]:
    """Mails that belong to the ticket and came to no event of it, such as delivery reports; the newest first."""
    aside = (MailOutcome.IGNORED, MailOutcome.REFUSED)
    waiting = InboundMail.objects.filter(ticket=ticket_id, outcome__in=aside, handling__isnull=True)
    return list(waiting.order_by("-pk")[:_ASIDE])


def list_thread_ids(ticket: Ticket, *, before: TicketEvent) -> Sequence[str]:
    """The ids of the last mails on the ticket before this event, the oldest first: those that came, and our replies."""
    spoken = TicketEvent.objects.filter(ticket=ticket, pk__lt=before.pk, kind__in=_SPOKEN).order_by("-pk")
    rows = spoken.values_list("pk", "kind", "mail__message_id")[:_LONGEST_THREAD]
    ids = [
        message_id_of(ticket_id=ticket.pk, event_id=pk) if kind == EventKind.REPLY else came
        for pk, kind, came in reversed(rows)
    ]
    return [one for one in ids if one]
