"""Two tickets about the same: one goes on, the other leads to it."""

from datetime import datetime

from foundation.errors import InvalidInputError
from operations.models import User
from support.models import OPEN_STATES, EventKind, Ticket, TicketState, Via
from support.services.ticket_events import Happening, lock_ticket, record_event, save_ticket
from support.services.ticket_states import StateChange

_GOES_ON = (*OPEN_STATES, TicketState.SOLVED)


def lock_both(ticket_id: int, into: int | None, *, version: int | None) -> tuple[Ticket, Ticket | None]:
    """The ticket and the one it is to be merged into, locked in one order, so that two opposite merges do not wait for
    each other. InvalidInputError where the other cannot go on; StaleWriteError, Ticket.DoesNotExist as `lock_ticket`.
    """
    if into is None:
        return lock_ticket(ticket_id, version=version), None
    found = {row.pk: row for row in Ticket.objects.select_for_update().filter(pk__in=[ticket_id, into]).order_by("pk")}
    ticket, target = lock_ticket(ticket_id, version=version), found.get(into)
    if target is None:
        raise InvalidInputError("into", f"there is no ticket {into}")
    if target.pk == ticket.pk:
        raise InvalidInputError("into", "a ticket cannot go on in itself")
    return ticket, target


def check_merge(ticket: Ticket, target: Ticket | None, change: StateChange) -> None:
    """InvalidInputError where the change is a merge and the ticket cannot go on in the other one."""
    if change.state is not TicketState.MERGED:
        return
    if target is None:
        raise InvalidInputError("into", "give the number of the ticket in which it goes on")
    if target.state not in _GOES_ON:
        raise InvalidInputError("into", f"{target.reference} is {target.get_state_display().lower()}")
    if ticket.customer_id and target.customer_id and ticket.customer_id != target.customer_id:
        raise InvalidInputError("into", f"{target.reference} is of another customer, who would be told of this one")


def merge(ticket: Ticket, target: Ticket, *, actor: User | None, via: Via, at: datetime) -> None:
    """Leave in the history of the ticket that goes on that the other one came to it, with its tags and its customer."""
    ticket.merged_into = target
    target.tags.add(*ticket.tags.all())
    if target.customer_id is None and ticket.customer_id is not None:
        target.customer = ticket.customer
    save_ticket(target, "customer")
    what = Happening(
        EventKind.MERGED, reason=f"{ticket.reference} {ticket.subject}", changes={"ticket": ["", ticket.pk]}
    )
    record_event(target, what, actor=actor, via=via, at=at)
