"""What about support needs an executive's eye: for the overview."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q

from support.models import OPEN_STATES, Priority, Ticket, TicketState

_NOBODY_S_URGENT = Q(priority=Priority.URGENT, assignee=None)


@dataclass(frozen=True)
class NamedTickets:
    """The few open tickets that should be named, oldest first."""

    urgent_and_unassigned: tuple[Ticket, ...]
    oldest: tuple[Ticket, ...]


@dataclass(frozen=True)
class SupportExceptions(NamedTickets):
    """Open tickets at this moment."""

    open_count: int
    waiting_for_us: int
    unassigned: int
    unassigned_urgent: int
    reopened: int
    oldest_opened_at: datetime | None


def get_support_exceptions(*, limit: int = 3) -> SupportExceptions:
    """The counts and up to `limit` tickets of each list; three queries."""
    open_tickets = Ticket.objects.filter(state__in=OPEN_STATES)
    counts = open_tickets.aggregate(
        open_count=Count("state"),
        waiting_for_us=Count("state", filter=Q(state__in=[TicketState.NEW, TicketState.OPEN])),
        unassigned=Count("state", filter=Q(assignee=None)),
        unassigned_urgent=Count("state", filter=_NOBODY_S_URGENT),
        reopened=Count("state", filter=Q(reopen_count__gt=0)),
        oldest_opened_at=Min("opened_at"),
    )
    named = get_named_tickets(limit=limit)
    return SupportExceptions(named.urgent_and_unassigned, named.oldest, **counts)


def count_urgent_with_nobody() -> int:
    """How many open tickets are urgent and nobody's; one query."""
    return Ticket.objects.filter(_NOBODY_S_URGENT, state__in=OPEN_STATES).count()


def get_named_tickets(*, limit: int = 3) -> NamedTickets:
    """Up to `limit` tickets of each list; two queries."""
    open_tickets = Ticket.objects.filter(state__in=OPEN_STATES)
    by_age = open_tickets.select_related("assignee", "team").order_by("opened_at", "pk")
    return NamedTickets(tuple(by_age.filter(_NOBODY_S_URGENT)[:limit]), tuple(by_age[:limit]))
