"""A person's inbox: what was read."""

from collections.abc import Iterable
from datetime import datetime

from operations.models import Notification


def mark_read(*, user_id: int, at: datetime, ids: Iterable[int] | None = None) -> int:
    """Note that the person read these, or all, of their unread notifications; how many. Others' are passed over."""
    unread = Notification.objects.filter(user_id=user_id, read_at__isnull=True)
    if ids is not None:
        unread = unread.filter(pk__in=list(ids))
    return unread.update(read_at=at)
