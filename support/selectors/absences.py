"""Who is out, and what happened because of it."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from support.models import Absence, EventKind, TicketEvent

CAUSE = "cause"
"""The member of an assignment's changes that says what decided it: ["", ABSENCE] or ["", AUTOMATIC]."""
HOLDERS = "holder_id"
"""The member that says from whom to whom by their keys, since two people may share a name."""
ABSENCE = "absence"
AUTOMATIC = "automatic"
BY_ABSENCE = Q(kind=EventKind.ASSIGNED, changes__cause__1=ABSENCE)
"""Hand-overs because somebody was out or came back. They say nothing about whether a ticket is thrown about."""


def without_absences(events: "QuerySet[TicketEvent]") -> "QuerySet[TicketEvent]":
    """The events but for hand-overs because of an absence: what a measure of reassignments counts."""
    return events.filter(~Q(kind=EventKind.ASSIGNED) | Q(changes__cause__isnull=True) | ~Q(changes__cause__1=ABSENCE))


def list_absences_at(at: datetime) -> "QuerySet[Absence]":
    """The absences that hold at the instant, whether their begin was carried out yet or not."""
    return Absence.objects.filter(cancelled_at__isnull=True, starts_at__lte=at, ends_at__gt=at)


def map_substitutes(at: datetime) -> dict[int, int | None]:
    """Everybody who is out at the instant, with who stands in; one who is no longer active counts as nobody."""
    rows = list_absences_at(at).order_by("pk").values_list("user_id", "substitute_id", "substitute__is_active")
    return {user: substitute if is_active else None for user, substitute, is_active in rows}


def list_overlapping(start: datetime, end: datetime, *, users: Iterable[int] | None = None) -> "QuerySet[Absence]":
    """The absences that share time with [start, end), of these users or of all."""
    found = Absence.objects.filter(cancelled_at__isnull=True, starts_at__lt=end, ends_at__gt=start)
    return found if users is None else found.filter(user__in=users)


def list_recent(at: datetime, *, limit: int = 100) -> "QuerySet[Absence]":
    """The absences that hold, lie ahead or were over within a week, the first to begin first, with whom they name."""
    found = Absence.objects.filter(cancelled_at__isnull=True, ends_at__gt=at - timedelta(days=7))
    return found.select_related("user", "substitute").order_by("starts_at", "pk")[:limit]
