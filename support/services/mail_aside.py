"""Seeing to mail that was kept aside: as a ticket, onto one, or discarded; each mail once."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import structlog
from django.db import IntegrityError, transaction

from foundation.errors import InvalidInputError, ServiceError
from foundation.plain_text import check_line, is_invisible, one_line, without_control
from operations.models import User
from support.mail.quoting import trim_quotes
from support.models import EventKind, InboundMail, MailHandling, MailVerdict, Ticket, TicketEvent, Via
from support.selectors.mail_aside import ASIDE
from support.selectors.mail_threads import find_customer
from support.services.customers import add_customer
from support.services.messages import add_customer_message
from support.services.tickets import NewTicket, open_ticket

CHANNEL = "email"
_SHOWN = 20_000
_log = structlog.get_logger("mail")


class HandledError(ServiceError):
    """The mail was taken in already, by itself or by somebody, or was discarded."""

    code = "handled"


def open_from_mail(*, mail_id: int, actor: User, at: datetime, subject: str = "") -> MailHandling:
    """Open a ticket with the mail, for the customer with its sender's address, who is made where there is none.

    Raises HandledError where it is not kept aside any more, InboundMail.DoesNotExist.
    """
    check_line("subject", subject)
    with _once(mail_id):
        mail = _lock(mail_id)
        customer = None
        if mail.sender:
            known = {"name": (mail.sender_name.strip() or mail.sender)[:200], "email": mail.sender}
            customer = find_customer(mail.sender) or add_customer(values=known, at=at)
        named = one_line(subject) or one_line(mail.subject) or "(no subject)"
        new = NewTicket(subject=named[:300], body=_words(mail), channel=CHANNEL, customer=customer)
        ticket = open_ticket(new=new, actor=None, at=at, via=Via.MAIL)
        event = ticket.events.get(kind=EventKind.OPENED)
        return _store(mail, MailVerdict.OPENED, event=event, actor=actor, at=at)


def put_on_ticket(*, mail_id: int, ticket: Ticket, actor: User, at: datetime) -> MailHandling:
    """Put the mail on the ticket as the customer's message; it goes on where such a message goes on.

    Raises HandledError where it is not kept aside any more, InboundMail.DoesNotExist.
    """
    with _once(mail_id):
        mail = _lock(mail_id)
        who = f"{mail.sender_name} <{mail.sender}>" if mail.sender_name else mail.sender
        words = _words(mail)
        goes_on = add_customer_message(ticket_id=ticket.pk, body=words, at=at, via=Via.MAIL, actor_name=who)
        said = goes_on.events.filter(kind__in=[EventKind.OPENED, EventKind.CUSTOMER], body=words)
        return _store(mail, MailVerdict.PUT_ON, event=said.latest("pk"), actor=actor, at=at)


def discard_mail(*, mail_id: int, reason: str, actor: User, at: datetime) -> MailHandling:
    """Do nothing with the mail; its row stays.

    Raises InvalidInputError without a reason, HandledError where it is not kept aside any more.
    """
    reason = reason.strip()
    check_line("reason", reason)
    if is_invisible(reason):
        raise InvalidInputError("reason", "say why it is discarded")
    with _once(mail_id):
        return _store(_lock(mail_id), MailVerdict.DISCARDED, reason=reason, actor=actor, at=at)


@contextmanager
def _once(mail_id: int) -> Iterator[None]:
    """Turns the refusal of a second row for one mail into HandledError: whoever was first has seen to it."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if not MailHandling.objects.filter(mail=mail_id).exists():
            raise
        raise HandledError("Somebody else was faster: this mail is seen to.") from error


def _lock(mail_id: int) -> InboundMail:
    mail = InboundMail.objects.select_for_update(of=("self",)).get(pk=mail_id)
    if mail.outcome not in ASIDE:
        raise HandledError("This mail came to its ticket by itself.")
    done = MailHandling.objects.filter(mail=mail).select_related("handled_by").first()
    if done is not None:
        raise HandledError(f"{done.handled_by} has seen to this mail: {done.get_verdict_display().lower()}.")
    return mail


def _words(mail: InboundMail) -> str:
    """What is shown on the ticket: what is new in the mail, or why it could not be read."""
    said = without_control(trim_quotes(mail.text)[:_SHOWN]).strip()
    if not is_invisible(said):
        return said
    return f"(The words of this mail are not kept. {mail.reason})"


def _store(
    mail: InboundMail,
    verdict: MailVerdict,
    *,
    actor: User,
    at: datetime,
    event: TicketEvent | None = None,
    reason: str = "",
) -> MailHandling:
    row = MailHandling.objects.create(
        mail=mail, verdict=verdict, event=event, reason=reason[:300], handled_at=at, handled_by=actor
    )
    _log.info("mail_handled", mail=mail.pk, verdict=verdict.value, ticket=event and event.ticket_id)
    return row
