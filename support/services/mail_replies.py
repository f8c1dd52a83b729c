"""Mailing what customers are told: one row of the outbox for each reply, in the transaction of the reply."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings

from operations.channels.base import MailedFile, MailParts
from operations.models import OutboxMessage
from operations.services.notifications import Notice, mail_outside
from support.mail.guards import OWN_HEADER
from support.mail.parsing import Mail
from support.mail.tokens import is_own_address, message_id_of, own_address, reply_address
from support.models import Ticket, TicketAttachment, TicketEvent
from support.selectors.deliveries import ACKNOWLEDGEMENT, event_of_reply, list_thread_ids
from support.services.attachments import FOLDER

_SUBJECT = 160
_HOUR = timedelta(hours=1)
_THANKS = (
    "We have received your mail and opened {reference} for it. You need not do anything; answer this mail to add "
    "something.\n\nThis is an automatic message."
)


def queue_reply(*, ticket: Ticket, event: TicketEvent, files: Sequence[TicketAttachment], at: datetime) -> bool:
    """Mail the reply to the ticket's customer; False where there is nobody to mail to. Once for an event.

    Whatever way the ticket came, a public reply is mailed to a customer with an address: it is how they are reached.
    """
    address = _address_of(ticket)
    if not address:
        return False
    is_ours = event.actor is not None and not event.actor.is_service
    headers = {
        **_headers(ticket, event, thread=list_thread_ids(ticket, before=event)),
        **({} if is_ours else {"Auto-Submitted": "auto-generated"}),
    }
    mailed = [MailedFile(file.name, file.media_type, f"{FOLDER}/{file.sha256}") for file in files]
    notice = Notice(
        event=event_of_reply(event.pk),
        title=_subject(ticket),
        text=event.body,
        mail=MailParts(headers=headers, files=mailed),
    )
    return bool(mail_outside(notice=notice, to=[address], at=at))


def queue_acknowledgement(*, ticket: Ticket, mail: Mail, at: datetime) -> bool:
    """Tell who opened the ticket by mail that it came, where that is wanted; at most once an hour to an address."""
    if not (settings.SUPPORT_MAIL_ACKNOWLEDGES and own_address()) or is_own_address(mail.sender):
        return False
    told = OutboxMessage.objects.filter(
        address=mail.sender, event__startswith=ACKNOWLEDGEMENT, created_at__gt=at - _HOUR
    )
    if told.exists():
        return False
    opening = ticket.events.order_by("pk")[0]
    headers = {
        **_headers(ticket, opening, thread=[mail.message_id] if mail.message_id else []),
        "Auto-Submitted": "auto-replied",
        "X-Auto-Response-Suppress": "All",
    }
    words = _THANKS.format(reference=ticket.reference)
    event, title = f"{ACKNOWLEDGEMENT}{ticket.pk}", _subject(ticket)
    notice = Notice(event=event, title=title, text=words, mail=MailParts(headers=headers))
    return bool(mail_outside(notice=notice, to=[mail.sender], at=at))


def _address_of(ticket: Ticket) -> str:
    """Whom replies are mailed to; empty where mail is not set up, nobody is known, or it would be ourselves."""
    address = ticket.customer.email if ticket.customer else ""
    return "" if not own_address() or is_own_address(address) else address


def _headers(ticket: Ticket, event: TicketEvent, *, thread: Sequence[str]) -> dict[str, str]:
    headers = {
        "From": settings.SUPPORT_EMAIL,
        "Message-ID": message_id_of(ticket_id=ticket.pk, event_id=event.pk),
        "Reply-To": reply_address(ticket.pk),
        OWN_HEADER: own_address(),
    }
    if thread:
        headers |= {"In-Reply-To": thread[-1], "References": " ".join(thread)}
    return headers


def _subject(ticket: Ticket) -> str:
    """The ticket's subject as that of an answer, with the mark by which its participants find it again."""
    subject = " ".join(ticket.subject.split())[:_SUBJECT]
    return f"{'' if subject.lower().startswith('re:') else 'Re: '}{subject} [T-{ticket.pk}]"
