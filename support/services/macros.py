"""What is often done to a ticket, done in one step."""

from datetime import datetime
from typing import Any

from django.db import transaction

from foundation.errors import InvalidInputError
from foundation.plain_text import without_control
from operations.models import User
from support.models import Macro, Ticket, TicketState, Via
from support.services.checklists import add_checklist, is_carried_out
from support.services.messages import add_note, add_reply
from support.services.ticket_events import lock_unmerged
from support.services.ticket_fields import change_ticket_fields
from support.services.ticket_states import StateChange
from support.services.tickets import change_ticket_state


def apply_macro(
    *, ticket_id: int, macro: Macro, actor: User, at: datetime, version: int | None = None, via: Via = Via.UI
) -> Ticket:
    """Do all that the macro says by the services that do each, or nothing, and return the ticket.

    InvalidInputError, RefusedTransitionError, MergedError and StaleWriteError as those; one not in use is refused.
    """
    if not macro.is_active:
        raise InvalidInputError("macro", "it is not in use any more")
    said: dict[str, Any] = {"ticket_id": ticket_id, "actor": actor, "at": at, "via": via}
    with transaction.atomic():
        ticket = lock_unmerged(ticket_id, version=version)
        fields: dict[str, Any] = {
            name: getattr(macro, name) for name in ("priority", "category") if getattr(macro, name)
        }
        if macro.tags:
            fields["tags"] = [*ticket.tags.values_list("name", flat=True), *macro.tags.split()]
        if fields:
            ticket = change_ticket_fields(fields=fields, **said)
        if macro.playbook is not None and not is_carried_out(ticket_id, macro.playbook):
            add_checklist(playbook=macro.playbook, **said)
        if macro.body:
            (add_note if macro.is_note else add_reply)(body=fill_in(macro.body, ticket, actor), **said)
        if macro.state and macro.state != ticket.state:
            ticket = change_ticket_state(change=StateChange(TicketState(macro.state)), **said)
    return ticket


def fill_in(words: str, ticket: Ticket, actor: User) -> str:
    """The words with the names in them; nothing else in braces is touched."""
    customer = without_control(ticket.customer.name) if ticket.customer else "customer"
    named = {"{customer}": customer, "{ticket}": ticket.reference, "{agent}": actor.name}
    for name, value in named.items():
        words = words.replace(name, value)
    return words
