"""Sending what the outbox holds: at least once, with the same id every time.

A message is claimed and that is committed; then it is sent; then it is marked as sent. Whoever dies between leaves a
lease that lapses, and the message is sent again with the same id, by which the receiver can drop it.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet

from foundation.claims import claim_rows
from operations.channels.base import Channel as Send
from operations.channels.base import MailedFile, MailParts, Outgoing, TransportError
from operations.channels.email import send_email
from operations.channels.slack import send_to_slack
from operations.channels.webhook import send_webhook
from operations.delivery.given_up import tell_given_up
from operations.delivery.links import absolute_url
from operations.delivery.retries import retry_delay
from operations.models import Channel, MessageState, OutboxMessage
from operations.services.bundles import bundle_due_messages
from operations.services.endpoints import disable_endpoint

LEASE = timedelta(seconds=90)  # Longer than any channel takes.
AT_ONCE = 16
CHANNELS: Mapping[str, Send] = {
    Channel.EMAIL.value: send_email,
    Channel.SLACK.value: send_to_slack,
    Channel.WEBHOOK.value: send_webhook,
}
_log = structlog.get_logger("notifications")


@dataclass(frozen=True)
class SendReport:
    """What came of one round."""

    claimed: int
    sent: int
    failed: int


def send_due_messages(*, at: datetime, limit: int = AT_ONCE) -> SendReport:
    """Send up to `limit` messages that are due, at the same time. Any number of senders may run; each takes its own."""
    rows = claim_due_messages(at=at, limit=limit)
    if not rows:
        return SendReport(0, 0, 0)
    sent = 0
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        running = {pool.submit(CHANNELS[row.channel], outgoing_of(row, at=at)): row for row in rows}
        for done in as_completed(running):
            error = done.exception()
            if error is None:
                mark_sent(running[done], at=at)
                sent += 1
            else:
                mark_failed(running[done], _as_transport_error(error), at=at)
    return SendReport(len(rows), sent, len(rows) - sent)


def claim_due_messages(*, at: datetime, limit: int) -> list[OutboxMessage]:
    """Up to `limit` messages to be sent now, taken for LEASE; what belongs together is bundled before."""
    if not _due(at).exists():  # Most rounds find nothing, and need not wait for the database's writer.
        return []
    with transaction.atomic():
        bundle_due_messages(at=at)
        rows = claim_rows(_due(at).select_related("user", "endpoint").order_by("created_at", "pk"), limit=limit)
        for row in rows:
            row.state, row.attempts = MessageState.SENDING, row.attempts + 1
            row.lease_until, row.next_attempt_at = at + LEASE, None
        OutboxMessage.objects.bulk_update(rows, ["state", "attempts", "lease_until", "next_attempt_at"])
    return rows


def _due(at: datetime) -> "QuerySet[OutboxMessage]":
    waiting = Q(state=MessageState.PENDING, next_attempt_at__lte=at)
    lapsed = Q(state=MessageState.SENDING, lease_until__lte=at)
    return OutboxMessage.objects.filter(waiting | lapsed)


def outgoing_of(row: OutboxMessage, *, at: datetime) -> Outgoing:
    """The message as its channel takes it."""
    endpoint = row.endpoint
    address = row.user.email if row.user else endpoint.url if endpoint else row.address
    return Outgoing(
        uuid=row.uuid,
        event=row.event,
        level=row.level,
        title=row.title,
        text=row.text,
        url=absolute_url(row.url),
        severity=row.severity,
        answers=row.answers,
        created_at=row.created_at,
        attempted_at=at,
        address=address,
        secret_name=endpoint.secret_name if endpoint else "",
        mail=_parts_of(row.mail),
    )


def _parts_of(stored: Mapping[str, Any]) -> MailParts | None:
    if not stored:
        return None
    return MailParts(headers=stored["headers"], files=[MailedFile(**file) for file in stored["files"]])


def mark_sent(row: OutboxMessage, *, at: datetime) -> None:
    """The receiver has taken it, whoever claimed it meanwhile."""
    open_states = (MessageState.SENDING, MessageState.PENDING)
    OutboxMessage.objects.filter(pk=row.pk, state__in=open_states).update(
        state=MessageState.SENT, sent_at=at, lease_until=None, next_attempt_at=None, last_error=""
    )


def mark_failed(row: OutboxMessage, error: TransportError, *, at: datetime) -> None:
    """Note why, and when it is tried again; after the last time, or where that is of no use, it is given up.

    Only for the claim that failed: one whose lease has lapsed says nothing about the attempt after it. Whoever wants to
    know of a message that is given up is told in the same transaction.
    """
    wait = None
    if not error.permanent:
        wait = retry_delay(uuid=row.uuid, attempts=row.attempts, retry_after=error.retry_after)
    state, due_at = (MessageState.DEAD, None) if wait is None else (MessageState.PENDING, at + wait)
    with transaction.atomic():
        claimed = OutboxMessage.objects.filter(pk=row.pk, state=MessageState.SENDING, attempts=row.attempts)
        is_ours = claimed.update(state=state, next_attempt_at=due_at, lease_until=None, last_error=error.reason[:200])
        if is_ours and state is MessageState.DEAD:
            row.last_error = error.reason[:200]
            tell_given_up(row, at=at)
        if error.is_gone and row.endpoint_id:
            disable_endpoint(endpoint_id=row.endpoint_id, reason="It answered that it is gone.", at=at)
    _log.warning("message_not_sent", uuid=str(row.uuid), channel=row.channel, reason=error.reason, state=state.value)


def _as_transport_error(error: BaseException) -> TransportError:
    """A fault of ours must not stop the others; it is tried again like any failure."""
    if isinstance(error, TransportError):
        return error
    _log.error("channel_fault", exc_info=error)
    return TransportError(f"our fault: {type(error).__name__}")
