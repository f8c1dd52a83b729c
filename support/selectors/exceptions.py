"""What about support needs an executive's eye: for the overview."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q

from support.models import OPEN_STATES, Priority, Ticket, TicketState


@dataclass(frozen=True)
class SupportExceptions:
    """Open tickets at this moment; the lists hold the few that should be named, oldest first."""

    open_count: int
    waiting_for_us: int
    unassigned: int
    unassigned_urgent: int
    reopened: int
    oldest_opened_at: datetime | None
    urgent_and_unassigned: tuple[Ticket, ...]
    oldest: tuple[Ticket, ...]


def get_support_exceptions(*, limit: int = 3) -> SupportExceptions:
    """The counts and up to `limit` tickets of each list; three queries."""
    open_tickets = Ticket.objects.filter(state__in=OPEN_STATES)
    nobody_s_urgent = Q(priority=Priority.URGENT, assignee=None)
    counts = open_tickets.aggregate(
        open_count=Count("pk"),
        waiting_for_us=Count("pk", filter=Q(state__in=[TicketState.NEW, TicketState.OPEN])),
        unassigned=Count("pk", filter=Q(assignee=None)),
        unassigned_urgent=Count("pk", filter=nobody_s_urgent),
        reopened=Count("pk", filter=Q(reopen_count__gt=0)),
        oldest_opened_at=Min("opened_at"),
    )
    by_age = open_tickets.select_related("assignee", "team").order_by("opened_at", "pk")
    return SupportExceptions(
        **counts,
        urgent_and_unassigned=tuple(by_age.filter(nobody_s_urgent)[:limit]),
        oldest=tuple(by_age[:limit]),
    )
