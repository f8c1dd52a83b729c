"""The catalogue of causes, and the tickets that count for them."""

from datetime import datetime

from django.db.models import QuerySet

from support.models import Cause, Ticket, TicketState
from support.selectors.products import is_about

_LEFT_OUT = (TicketState.MERGED, TicketState.SPAM)


def list_active_causes() -> list[Cause]:
    """The causes that may be chosen, by name; none while nobody keeps a catalogue."""
    return list(Cause.objects.filter(is_active=True))


def counted_tickets(*, start: datetime, end: datetime) -> "QuerySet[Ticket]":
    """The tickets opened from `start` and before `end`; merged ones and spam left out, as in every metric."""
    return Ticket.objects.exclude(state__in=_LEFT_OUT).filter(opened_at__gte=start, opened_at__lt=end).order_by()


def tickets_of(cause: str, product: str) -> "QuerySet[Ticket]":
    """The tickets of one cause and product; merged ones and spam left out."""
    return Ticket.objects.exclude(state__in=_LEFT_OUT).filter(is_about(product), category=cause).order_by()
