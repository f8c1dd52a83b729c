"""What is said on a ticket: public replies, notes among us, and what the customer writes."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from foundation.errors import InvalidInputError, ServiceError
from foundation.kept_files import KeptFile
from foundation.plain_text import check_text, is_invisible, one_line
from operations.models import User
from support.models import EventKind, Ticket, TicketEvent, TicketState, Via
from support.selectors.continuations import find_end
from support.selectors.presence import count_newer
from support.services.attachments import attach_files
from support.services.cover import cover_ticket
from support.services.mail_replies import queue_reply
from support.services.ticket_events import Happening, lock_ticket, lock_unmerged, record_event, save_ticket
from support.services.tickets import NewTicket, open_ticket

REOPEN_WINDOW = timedelta(days=7)


class NewerMessagesError(ServiceError):
    """Others wrote since whoever answers looked at the ticket."""

    code = "newer_messages"

    def __init__(self, count: int) -> None:
        super().__init__(
            f"{count} message{'s' if count > 1 else ''} came since you opened this ticket. "
            "Read what is new, then send it again as it is or changed."
        )
        self.count = count


_REOPENED_BY_CUSTOMER = (TicketState.PENDING_CUSTOMER, TicketState.SOLVED, TicketState.CLOSED)


def add_reply(
    *,
    ticket_id: int,
    body: str,
    actor: User | None,
    at: datetime,
    via: Via = Via.UI,
    files: Sequence[KeptFile] = (),
    seen: int | None = None,
) -> TicketEvent:
    """A public answer to the customer; InvalidInputError without words, or for files that are not kept.

    `seen` is the newest event that whoever answers has seen: NewerMessagesError where others wrote since. MergedError
    where the ticket goes on in another one, whose promises the answer would not keep.
    """
    what = Happening(EventKind.REPLY, body=_words(body))
    with transaction.atomic():
        lock_unmerged(ticket_id, version=None)
        own = actor.pk if actor else None
        newer = 0 if seen is None else count_newer(ticket_id, than=seen, by_others_than=own)
        if newer:
            raise NewerMessagesError(newer)
        return _add(what, files, ticket_id=ticket_id, actor=actor, at=at, via=via)


def add_note(
    *,
    ticket_id: int,
    body: str,
    actor: User | None,
    at: datetime,
    via: Via = Via.UI,
    files: Sequence[KeptFile] = (),
    actor_name: str = "",
) -> TicketEvent:
    """A note that only we see; InvalidInputError without words, or for files that are not kept."""
    what = Happening(EventKind.NOTE, body=_words(body), actor_name=actor_name)
    return _add(what, files, ticket_id=ticket_id, actor=actor, at=at, via=via)


def _add(
    what: Happening, files: Sequence[KeptFile], *, ticket_id: int, actor: User | None, at: datetime, via: Via
) -> TicketEvent:
    with transaction.atomic():
        ticket = lock_ticket(ticket_id, version=None)
        event = record_event(ticket, what, actor=actor, via=via, at=at)
        kept = attach_files(event=event, files=files)
        if what.kind is EventKind.REPLY:
            queue_reply(ticket=ticket, event=event, files=kept, at=at)
        return event


def add_customer_message(
    *,
    ticket_id: int,
    body: str,
    at: datetime,
    no_reply_needed: bool = False,
    actor: User | None = None,
    via: Via = Via.UI,
    actor_name: str = "",
    files: Sequence[KeptFile] = (),
) -> Ticket:
    """Record what the customer wrote and return the ticket on which it goes on.

    A merged ticket goes on where it was merged into, one that is over in the ticket that follows it. A ticket that
    waits for the customer or is solved opens again, a closed one within seven days of its end too; later, and after
    spam, a new ticket follows it. A "thank you" (`no_reply_needed`) and a ticket on hold change no state.
    """
    words = _words(body)
    with transaction.atomic():
        ticket = _lock_end(ticket_id)
        if not no_reply_needed and _needs_follow_up(ticket, at):
            return _follow_up(ticket, words, files, actor=actor, via=via, at=at)
        waits = {"needs_reply": [True, False]} if no_reply_needed else {}
        what = Happening(EventKind.CUSTOMER, body=words, changes=waits, actor_name=actor_name)
        event = record_event(ticket, what, actor=actor, via=via, at=at)
        attach_files(event=event, files=files)
        if not no_reply_needed and ticket.state in _REOPENED_BY_CUSTOMER:
            _open_again(ticket, actor=actor, via=via, at=at)
        if not no_reply_needed:
            cover_ticket(ticket, at=at, actor=actor)
    return ticket


def _words(body: str) -> str:
    words = body.strip()
    if is_invisible(words):
        raise InvalidInputError("body", "write something first")
    check_text("body", words)
    return words


def _lock_end(ticket_id: int) -> Ticket:
    """The locked ticket that takes the message; a follow-up or a merge that came while we waited is followed too."""
    ticket = lock_ticket(find_end(ticket_id), version=None)
    while (end := find_end(ticket.pk)) != ticket.pk:
        ticket = lock_ticket(end, version=None)
    return ticket


def _needs_follow_up(ticket: Ticket, at: datetime) -> bool:
    if ticket.state in {TicketState.SPAM, TicketState.MERGED}:  # Imports know of merged ones that lead nowhere.
        return True
    ended_at = ticket.resolved_at or ticket.closed_at
    return ticket.state == TicketState.CLOSED and ended_at is not None and at - ended_at > REOPEN_WINDOW


def _open_again(ticket: Ticket, *, actor: User | None, via: Via, at: datetime) -> None:
    old = ticket.state
    if old != TicketState.PENDING_CUSTOMER:
        ticket.reopen_count += 1
    ticket.state, ticket.resolved_at, ticket.closed_at = TicketState.OPEN, None, None
    save_ticket(ticket, "state", "resolved_at", "closed_at", "reopen_count")
    what = Happening(EventKind.STATE, old_state=old, new_state=TicketState.OPEN, reason="The customer wrote.")
    record_event(ticket, what, actor=actor, via=via, at=at)


def _follow_up(
    ticket: Ticket, words: str, files: Sequence[KeptFile], *, actor: User | None, via: Via, at: datetime
) -> Ticket:
    new = NewTicket(
        subject=f"Follow-up of {ticket.reference}: {one_line(ticket.subject)}"[:300].strip(),
        body=words,
        category=ticket.category,
        channel=ticket.channel,
        customer=ticket.customer,
        product=ticket.product,
        integration=ticket.integration,
        team=ticket.team,
        follow_up_of=ticket,
    )
    followed = open_ticket(new=new, actor=actor, via=via, at=at)
    if files:
        attach_files(event=followed.events.get(kind=EventKind.OPENED), files=files)
    return followed
