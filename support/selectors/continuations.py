"""On which ticket one goes on: the one that it was merged into, or the one that follows it once it is over."""

from django.db.models import BooleanField, ExpressionWrapper, Q

from foundation.errors import RefusedTransitionError
from support.models import OPEN_STATES, Ticket, TicketState

MAX_HOPS = 100
OVER = (TicketState.CLOSED, TicketState.SPAM, TicketState.MERGED)
"""States in which what the customer writes goes on elsewhere, if there is anything to go on with."""

_IS_OPEN = ExpressionWrapper(Q(state__in=OPEN_STATES), output_field=BooleanField())


def follow_merges(ticket_id: int) -> int:
    """The number of the ticket in which this one goes on, which is its own where it was not merged."""
    for _ in range(MAX_HOPS):
        into = Ticket.objects.values_list("merged_into", flat=True).get(pk=ticket_id)
        if into is None:
            return ticket_id
        ticket_id = into
    raise RefusedTransitionError(TicketState.MERGED, "followed", [])


def find_end(ticket_id: int) -> int:
    """The number of the ticket that takes what the customer writes to this one: along merges and follow-ups to the end.

    Of several follow-ups an open one comes first, then the newest. Ticket.DoesNotExist if there is no such ticket.
    """
    for _ in range(MAX_HOPS):
        into, state = Ticket.objects.values_list("merged_into", "state").get(pk=ticket_id)
        following = into or (_follow_up_of(ticket_id) if state in OVER else None)
        if following is None:
            return ticket_id
        ticket_id = following
    raise RefusedTransitionError(TicketState.MERGED, "followed", [])


def _follow_up_of(ticket_id: int) -> int | None:
    found = Ticket.objects.filter(follow_up_of=ticket_id).order_by(_IS_OPEN.desc(), "-pk")
    return found.values_list("pk", flat=True).first()
