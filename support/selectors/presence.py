"""Who else has a ticket open or writes on it: kept in the cache for a minute, so that nobody stays who is gone."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache

from support.models import EventKind, TicketEvent

SECONDS = 60
WRITING = timedelta(seconds=40)
SPOKEN = (EventKind.REPLY, EventKind.CUSTOMER, EventKind.NOTE)
Seen = dict[int, tuple[str, datetime, datetime | None]]
"""By person: their name, when they were seen, and when they wrote."""


@dataclass(frozen=True)
class Present:
    """Somebody who has the ticket open."""

    name: str
    is_writing: bool


def key_of(ticket_id: int) -> str:
    return f"support.presence:{ticket_id}"


def read_seen(ticket_id: int, *, at: datetime) -> Seen:
    """Who was seen within SECONDS."""
    stored: Seen = cache.get(key_of(ticket_id)) or {}
    since = at - timedelta(seconds=SECONDS)
    return {pk: one for pk, one in stored.items() if one[1] > since}


def list_present(ticket_id: int, *, but: int, at: datetime) -> list[Present]:
    """The others who have the ticket open, those who write first; one look into the cache."""
    seen = read_seen(ticket_id, at=at)
    found = [
        Present(name, wrote_at is not None and at - wrote_at <= WRITING)
        for pk, (name, _, wrote_at) in seen.items()
        if pk != but
    ]
    return sorted(found, key=lambda one: (not one.is_writing, one.name))


def count_newer(ticket_id: int, *, than: int, by_others_than: int | None) -> int:
    """How many messages and notes of others came to the ticket after the event of this number; one query."""
    spoken = TicketEvent.objects.filter(ticket=ticket_id, kind__in=SPOKEN, pk__gt=than)
    return spoken.exclude(actor=by_others_than).count() if by_others_than else spoken.count()


def get_last_event(ticket_id: int) -> int:
    """The number of the newest event of the ticket; 0 where there is none."""
    newest = TicketEvent.objects.filter(ticket=ticket_id).order_by("-pk").values_list("pk", flat=True)
    return newest.first() or 0
