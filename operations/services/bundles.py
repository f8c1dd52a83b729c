"""Several messages to one recipient as one: digests that people asked for, and bursts that nobody would read singly."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import uuid4

from django.db.models import QuerySet

from foundation.claims import claim_rows
from operations.delivery.links import absolute_url
from operations.models import Channel, Digest, MessageState, OutboxMessage, Severity

BURST = 3
WINDOW = timedelta(seconds=60)
_MOST_AT_ONCE = 1000
_TITLES = {Digest.DAILY.value: "Daily digest", Digest.WEEKLY.value: "Weekly digest"}
_READ_BY_PEOPLE = (Channel.EMAIL, Channel.SLACK)


def bundle_due_messages(*, at: datetime) -> int:
    """Bundle what is due and belongs together; how many bundles. Must run inside `transaction.atomic()`.

    A digest takes all that waited for it. Of a burst, three or more in 60 seconds to one recipient, the first ones may
    have left; the rest waits until a minute after its first and leaves as one message. Critical ones never wait.
    """
    rows = claim_rows(
        _bundled_kind(at).order_by("user_id", "endpoint_id", "channel", "digest", "pk"), limit=_MOST_AT_ONCE
    )
    groups = [list(found) for _, found in groupby(rows, key=_recipient_of)]
    return sum(_settle(group, at=at) for group in groups)


def _bundled_kind(at: datetime) -> "QuerySet[OutboxMessage]":
    return OutboxMessage.objects.filter(
        state=MessageState.PENDING,
        next_attempt_at__lte=at,
        attempts=0,
        severity=Severity.NORMAL,
        channel__in=_READ_BY_PEOPLE,
        parts__isnull=True,
        address="",  # What is mailed outside was approved word by word.
    )


def _recipient_of(row: OutboxMessage) -> tuple[int | None, int | None, str, str]:
    return (row.user_id, row.endpoint_id, row.channel, row.digest)


def _settle(group: list[OutboxMessage], *, at: datetime) -> bool:
    """Bundle the group, let it wait, or leave it to be sent singly; whether it was bundled."""
    if group[0].digest != Digest.NONE:
        return _bundle(group, f"{_TITLES[group[0].digest]}: {_count(len(group))}", at=at)
    if len(group) < BURST:
        until = _held_until(group, at=at)
        if until is not None:
            OutboxMessage.objects.filter(pk__in=[row.pk for row in group]).update(next_attempt_at=until)
        if until is not None or len(group) == 1 or not _is_burst(group, at=at):
            return False
    return _bundle(group, _count(len(group)), at=at)


def _held_until(group: list[OutboxMessage], *, at: datetime) -> datetime | None:
    """The end of the minute that the group has to wait for; None when there is no burst, or its minute is over."""
    oldest = min(row.created_at for row in group)
    if oldest <= at - WINDOW or not _is_burst(group, at=at):
        return None
    return _held(group, at=at).values_list("next_attempt_at", flat=True).first() or oldest + WINDOW


def _is_burst(group: list[OutboxMessage], *, at: datetime) -> bool:
    just_sent = _to_the_same(group).filter(sent_at__gt=at - WINDOW)
    return len(group) + _held(group, at=at).count() + just_sent.count() >= BURST


def _held(group: list[OutboxMessage], *, at: datetime) -> "QuerySet[OutboxMessage]":
    """What waits for the end of the minute already, the first to leave first."""
    waiting = _to_the_same(group).filter(state=MessageState.PENDING, attempts=0, digest=Digest.NONE)
    return waiting.filter(next_attempt_at__gt=at, next_attempt_at__lte=at + WINDOW).order_by("next_attempt_at")


def _to_the_same(group: list[OutboxMessage]) -> "QuerySet[OutboxMessage]":
    first = group[0]
    recipient: dict[str, Any] = {"user_id": first.user_id, "endpoint_id": first.endpoint_id, "channel": first.channel}
    return OutboxMessage.objects.filter(**recipient, severity=Severity.NORMAL)


def _count(number: int) -> str:
    return f"{number} notices" if number > 1 else "1 notice"


def _bundle(group: Sequence[OutboxMessage], title: str, *, at: datetime) -> bool:
    first = group[0]
    whole = OutboxMessage.objects.create(
        event=f"bundle:{uuid4()}",
        user_id=first.user_id,
        endpoint_id=first.endpoint_id,
        channel=first.channel,
        title=title,
        text="\n\n".join(
            "\n".join(part for part in (row.title, row.text, absolute_url(row.url)) if part) for row in group
        ),
        url="/notifications/" if first.user_id else "",
        next_attempt_at=at,
        created_at=at,
    )
    parts = OutboxMessage.objects.filter(pk__in=[row.pk for row in group])
    parts.update(state=MessageState.BUNDLED, bundle=whole, next_attempt_at=None)
    return True
