"""Messages that were given up, sent again or dismissed because a person asks for it."""

from collections.abc import Iterable
from datetime import datetime

from operations.models import MessageState, OutboxMessage


def replay_messages(*, at: datetime, ids: Iterable[int] | None = None) -> int:
    """Send these, or all, given-up messages again with their old ids and a new series of attempts; how many.

    Those to a disabled endpoint stay given up.
    """
    dead = OutboxMessage.objects.filter(state=MessageState.DEAD).exclude(endpoint__disabled_at__isnull=False)
    if ids is not None:
        dead = dead.filter(pk__in=list(ids))
    return dead.update(state=MessageState.PENDING, next_attempt_at=at, attempts=0)


def dismiss_messages(*, ids: Iterable[int]) -> int:
    """Take these given-up messages off the list: they are never sent, and dropped with other old ones; how many."""
    dead = OutboxMessage.objects.filter(state=MessageState.DEAD, pk__in=list(ids))
    return dead.update(state=MessageState.CANCELLED)
