"""What is in one person's inbox, and what the outbox has given up."""

from dataclasses import dataclass

from django.db.models import QuerySet

from operations.models import MessageState, Notification, OutboxMessage

PAGE = 50


@dataclass(frozen=True)
class InboxPage:
    """Up to PAGE notifications, newest first; `older` is where the next page begins, None on the last."""

    rows: list[Notification]
    older: int | None


@dataclass(frozen=True)
class OutboxPage:
    """The counts by state, and up to PAGE given-up messages, newest first."""

    waiting: int
    dead: int
    rows: list[OutboxMessage]
    older: int | None


def count_unread(user_id: int) -> int:
    """How many notifications the person has not read."""
    return list_unread(user_id).count()


def list_unread(user_id: int) -> "QuerySet[Notification]":
    """The notifications that the person has not read."""
    return Notification.objects.filter(user_id=user_id, read_at__isnull=True)


def get_inbox(user_id: int, *, before: int | None = None, is_unread_only: bool = False) -> InboxPage:
    """One page of the person's inbox."""
    rows = Notification.objects.filter(user_id=user_id).select_related("message").order_by("-pk")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    if is_unread_only:
        rows = rows.filter(read_at__isnull=True)
    found = list(rows[: PAGE + 1])
    return InboxPage(found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None)


def get_outbox(*, before: int | None = None) -> OutboxPage:
    """One page of what was given up."""
    dead = OutboxMessage.objects.filter(state=MessageState.DEAD)
    rows = dead.select_related("user", "endpoint").defer("text").order_by("-pk")
    found = list((rows if before is None else rows.filter(pk__lt=before))[: PAGE + 1])
    return OutboxPage(
        waiting=OutboxMessage.objects.filter(state__in=[MessageState.PENDING, MessageState.SENDING]).count(),
        dead=dead.count(),
        rows=found[:PAGE],
        older=found[PAGE - 1].pk if len(found) > PAGE else None,
    )
