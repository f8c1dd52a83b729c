"""Noting who has a ticket open. Two who are noted in one instant may lose one of them until the next refresh."""

from datetime import datetime

from django.core.cache import cache

from operations.models import User
from support.selectors.presence import SECONDS, key_of, read_seen


def note_presence(*, ticket_id: int, user: User, is_writing: bool, at: datetime) -> None:
    """The person has the ticket open now, and writes on it or does not."""
    seen = read_seen(ticket_id, at=at)
    seen[user.pk] = (user.name, at, at if is_writing else None)
    cache.set(key_of(ticket_id), seen, SECONDS)


def forget_presence(*, ticket_id: int, user: User, at: datetime) -> None:
    """The person has left the ticket."""
    seen = read_seen(ticket_id, at=at)
    if seen.pop(user.pk, None) is not None:
        cache.set(key_of(ticket_id), seen, SECONDS)
