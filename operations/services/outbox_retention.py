"""What the outbox and the inboxes need no longer: it is removed in small batches, so that senders need not wait."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from operations.models import Escalation, MessageState, Notification, OutboxMessage
from operations.services.escalation_rows import event_name

BATCH = 500
_OVER = (MessageState.SENT, MessageState.CANCELLED)


def drop_old_messages(*, at: datetime) -> int:
    """Delete what is over: notifications after NOTIFICATION_DAYS, other messages after OUTBOX_DAYS; how many rows.

    What was given up stays until a person sends it again or dismisses it; what waits stays; and so does what told of
    an escalation that is open, since its end goes to those who were told.
    """
    return _drop_notifications(at - timedelta(days=settings.NOTIFICATION_DAYS)) + _drop_messages(
        at - timedelta(days=settings.OUTBOX_DAYS)
    )


def _drop_notifications(before: datetime) -> int:
    dropped = 0
    while True:
        old = Notification.objects.filter(message__created_at__lt=before).exclude(message__event__in=_open_events())
        ids = list(old.order_by("pk").values_list("pk", flat=True)[:BATCH])
        if not ids:
            return dropped
        Notification.objects.filter(pk__in=ids).delete()
        dropped += len(ids)


def _drop_messages(before: datetime) -> int:
    """A bundle goes after its parts, and a message of an inbox after its notification."""
    dropped = 0
    while True:
        with transaction.atomic():
            ids = list(_removable(before).order_by("pk").values_list("pk", flat=True)[:BATCH])
            OutboxMessage.objects.filter(pk__in=ids).delete()
        if not ids:
            return dropped
        dropped += len(ids)


def _removable(before: datetime) -> "QuerySet[OutboxMessage]":
    parts = OutboxMessage.objects.filter(bundle=OuterRef("pk"))
    notification = Notification.objects.filter(message=OuterRef("pk"))
    is_over = Q(state__in=_OVER) | Q(state=MessageState.BUNDLED, bundle__state__in=_OVER)
    ended = OutboxMessage.objects.annotate(over_at=Coalesce(F("sent_at"), F("created_at")))
    return ended.filter(is_over, ~Exists(parts), ~Exists(notification), over_at__lt=before).exclude(
        event__in=_open_events()
    )


def _open_events() -> list[str]:
    return [event_name(pk) for pk in Escalation.objects.filter(ended_at__isnull=True).values_list("pk", flat=True)]
