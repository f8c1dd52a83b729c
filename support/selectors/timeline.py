"""One ticket with everything that happened to it."""

from collections.abc import Sequence
from dataclasses import dataclass

from support.models import Ticket, TicketEvent

EVENTS_SHOWN = 200


@dataclass(frozen=True)
class Timeline:
    """The events of a ticket and of those that were merged into it, newest first; `hidden` older ones are not there."""

    ticket: Ticket
    events: Sequence[TicketEvent]
    hidden: int


def get_timeline(pk: int, *, limit: int = EVENTS_SHOWN) -> Timeline:
    """The ticket and its latest events, six queries; Ticket.DoesNotExist if there is none."""
    found = Ticket.objects.select_related("customer", "team", "assignee", "merged_into", "follow_up_of")
    ticket = found.prefetch_related("tags").get(pk=pk)
    merged = list(Ticket.objects.filter(merged_into=ticket).values_list("pk", flat=True))
    events = TicketEvent.objects.filter(ticket__in=[ticket.pk, *merged])
    latest = list(
        events.select_related("actor", "ticket").prefetch_related("attachments").order_by("-at", "-pk")[:limit]
    )
    return Timeline(ticket=ticket, events=latest, hidden=events.count() - len(latest))
