"""One ticket with everything that happened to it."""

from collections.abc import Sequence
from dataclasses import dataclass

from support.models import Ticket, TicketEvent

EVENTS_SHOWN = 200


@dataclass(frozen=True)
class Timeline:
    """A ticket's events, newest first; `hidden` says how many older ones are not among them."""

    ticket: Ticket
    events: Sequence[TicketEvent]
    hidden: int


def get_timeline(pk: int, *, limit: int = EVENTS_SHOWN) -> Timeline:
    """The ticket and its latest events, three queries; Ticket.DoesNotExist if there is none."""
    ticket = Ticket.objects.select_related("customer", "team", "assignee").get(pk=pk)
    events = TicketEvent.objects.filter(ticket=ticket)
    latest = list(events.select_related("actor").order_by("-at", "-pk")[:limit])
    return Timeline(ticket=ticket, events=latest, hidden=events.count() - len(latest))
