"""Taking mail in: each one is a row exactly once, and opens a ticket, goes on with one, or is kept with a reason."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction

from foundation.claims import take_advisory_lock
from foundation.kept_files import KeptFile
from foundation.plain_text import is_invisible, one_line
from operations.models import User
from support.mail.parsing import Head, Mail, MailError, parse_mail, read_head
from support.mail.tokens import is_own_address, own_address
from support.models import Customer, EventKind, InboundMail, MailOutcome, Ticket, TicketEvent, Via
from support.selectors.mail_threads import find_customer, get_reported, get_thread
from support.services.attachments import Sorted, attach_files, sort_files
from support.services.customers import add_customer
from support.services.mail_replies import queue_acknowledgement
from support.services.messages import add_customer_message, add_note
from support.services.tickets import NewTicket, open_ticket

CHANNEL = "email"
_SHOWN = 20_000
_RECIPIENTS = 4_000
_HOUR = timedelta(hours=1)
_log = structlog.get_logger("mail")


@dataclass(frozen=True)
class Received:
    """The row of the mail, and whether it is this call that made it."""

    row: InboundMail
    is_new: bool


def receive_mail(*, raw: bytes, at: datetime, mailbox: str = "", size: int | None = None) -> Received:
    """Take the mail in, once: a mail that is known by its Message-ID, or else by its bytes, changes nothing.

    `mailbox` is ours where nothing else is said; `size` that of the mail where only its head was fetched. What cannot
    be read is kept with the reason, as is what no person wrote.
    """
    mailbox, size = mailbox or own_address() or "support", size or len(raw)
    mail: Mail | None = None
    try:
        mail = parse_mail(raw, size=size, largest=settings.MAIL_MAX_MIB * 1024**2)
        head, refused = Head(mail.message_id, mail.sender, mail.sender_name, mail.subject), ""
    except MailError as error:
        head, refused = read_head(raw), str(error)
    sha256 = hashlib.sha256(raw).hexdigest()
    row = InboundMail(
        mailbox=mailbox,
        message_key=head.message_id or f"sha256:{sha256}",
        message_id=head.message_id,
        sender=head.sender,
        sender_name=head.sender_name,
        subject=head.subject,
        received_at=at,
        sha256=sha256,
        size=size,
    )
    with transaction.atomic():
        take_advisory_lock(("support", "mail"))  # One at a time: whoever comes second sees what the first did.
        known = InboundMail.objects.filter(mailbox=mailbox, message_key=row.message_key).first()
        if known is not None:
            return Received(known, is_new=False)
        if mail is None:
            row.outcome, row.reason = MailOutcome.REFUSED, refused
        else:
            _take(row, mail, at)
        row.save(force_insert=True)
    _log.info("mail_received", outcome=row.outcome, ticket=row.ticket_id, mail=row.pk)
    return Received(row, is_new=True)


def _take(row: InboundMail, mail: Mail, at: datetime) -> None:
    """Fill in what comes of a mail that could be read."""
    row.text, row.recipients = mail.text, " ".join(mail.recipients)[:_RECIPIENTS]
    row.reason = why_ignored(mail, at=at)
    row.ticket = get_thread(mail) or get_reported(mail)
    if row.reason:
        row.outcome = MailOutcome.IGNORED
        return
    files = sort_files([KeptFile(file.name, file.content) for file in mail.files])
    words = _words(mail, files)
    staff = User.objects.filter(email=mail.sender, is_active=True, is_service=False).first()
    if row.ticket is None:
        event = _open(mail, words, at)
    elif staff is not None and (row.ticket.customer is None or row.ticket.customer.email.lower() != mail.sender):
        event = _note(row, mail, words, staff, at)
    else:
        event = _append(row.ticket, mail, words, at)
    attach_files(event=event, files=files.kept)
    if event.kind == EventKind.OPENED:
        queue_acknowledgement(ticket=event.ticket, mail=mail, at=at)
    row.ticket_id, row.event = event.ticket_id, event
    outcomes = {EventKind.OPENED.value: MailOutcome.CREATED, EventKind.NOTE.value: MailOutcome.NOTED}
    row.outcome = outcomes.get(event.kind, MailOutcome.APPENDED)


def why_ignored(mail: Mail, *, at: datetime) -> str:
    """Why the mail comes to no ticket; empty where it does."""
    if not mail.sender:
        return "It names no sender, or more than one."
    if is_own_address(mail.sender):
        return "It comes from our own address."
    if mail.automatic:
        return mail.automatic
    recent = InboundMail.objects.filter(sender=mail.sender, received_at__gt=at - _HOUR, received_at__lte=at)
    if recent.count() >= settings.MAIL_SENDER_HOURLY:
        return f"More than {settings.MAIL_SENDER_HOURLY} mails of this sender within an hour."
    return ""


def _words(mail: Mail, files: Sorted) -> str:
    """What is shown on the ticket: what is new in the mail, and which of its files are not kept."""
    said = mail.shown[:_SHOWN].strip()
    said = "(no text)" if is_invisible(said) else said
    if len(mail.shown) > _SHOWN:
        said += "\n\n(The rest is with the mail.)"
    return "\n\n".join([said, *(f"(File not kept. {words})" for words in files.left_out)])


def _open(mail: Mail, words: str, at: datetime) -> TicketEvent:
    new = NewTicket(
        subject=one_line(mail.subject) or "(no subject)", body=words, channel=CHANNEL, customer=_customer_of(mail, at)
    )
    ticket = open_ticket(new=new, actor=None, at=at, via=Via.MAIL)
    return ticket.events.get(kind=EventKind.OPENED)


def _customer_of(mail: Mail, at: datetime) -> Customer:
    name = mail.sender_name.strip() or mail.sender
    return find_customer(mail.sender) or add_customer(values={"name": name[:200], "email": mail.sender}, at=at)


def _append(thread: Ticket, mail: Mail, words: str, at: datetime) -> TicketEvent:
    """Go on with the ticket, or with the one that follows it."""
    who = f"{mail.sender_name} <{mail.sender}>" if mail.sender_name else mail.sender
    ticket = add_customer_message(ticket_id=thread.pk, body=words, at=at, via=Via.MAIL, actor_name=who)
    said = ticket.events.filter(kind__in=[EventKind.OPENED, EventKind.CUSTOMER], body=words)
    return said.latest("pk")


def _note(row: InboundMail, mail: Mail, words: str, staff: User, at: datetime) -> TicketEvent:
    """What a member of staff mails to a ticket is a note: in their name only where the mail server vouches for it."""
    is_proven = is_vouched_for(mail.authentication)
    if not is_proven:
        row.reason = "Seems to be of a member of staff, which nobody vouches for."
    return add_note(
        ticket_id=row.ticket_id or 0,
        body=words,
        actor=staff if is_proven else None,
        actor_name="" if is_proven else f"{mail.sender} (by mail, unverified)",
        at=at,
        via=Via.MAIL,
    )


def is_vouched_for(authentication: str) -> bool:
    """Whether our own mail server says that the sender is who the mail says (DMARC)."""
    server, _, results = authentication.partition(";")
    name = server.split()[:1]
    trusted = settings.MAIL_AUTHSERV_ID.lower()
    said = [part.split()[:1] for part in results.lower().split(";")]
    return bool(trusted) and [trusted] == [one.lower() for one in name] and ["dmarc=pass"] in said
