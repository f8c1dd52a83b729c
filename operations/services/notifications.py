"""Telling people and tools: what is told is written down with its cause, and sent later by whoever sends."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet

from operations.channels import is_email_set_up
from operations.channels.base import MailParts
from operations.delivery.release import Rest, get_release
from operations.models import (
    Channel,
    Digest,
    EndpointKind,
    MessageState,
    Notification,
    NotificationPreference,
    OutboxMessage,
    Severity,
    User,
    WebhookEndpoint,
)

_log = structlog.get_logger("notifications")
_ENDPOINT_CHANNELS = {EndpointKind.SLACK.value: Channel.SLACK, EndpointKind.SIGNED.value: Channel.WEBHOOK}
ANSWERED = "Its cause ended before it was sent."


@dataclass(frozen=True)
class Notice:
    """What is to be told. `event`, `level` and `loop` name it: told twice, it arrives once.

    `url` is a path on this site or a whole address. `answers` is the event that this one ends: then exactly those who
    got that event are told, where they got it. Mails of a notice with a `digest` wait for that one, whatever the person
    chose; the inbox has it at once. `mail` is what a mail to somebody outside has besides title and text.
    """

    event: str
    title: str
    text: str = ""
    url: str = ""
    severity: str = "normal"
    level: int = 0
    loop: int = 0
    answers: str = ""
    digest: str = ""
    mail: MailParts | None = None

    def __post_init__(self) -> None:
        longest = OutboxMessage._meta.get_field("event").max_length or 0
        if self.severity not in Severity.values or not self.title or not 0 < len(self.event) <= longest:
            raise ValueError(f"This is no notice: {self.event!r}")


def notify(*, notice: Notice, to: Iterable[int], at: datetime) -> int:
    """Put the notice into the outbox for each of the users, and for the endpoints that want such events; how many rows.

    Runs in the caller's transaction: what is undone is not told. What is in the outbox already is not added again.
    With `notice.answers` it is not `to` that is told but who got that event; messages of it that were not sent yet
    are cancelled.
    """
    if not notice.answers:
        return notify_each(told=[(notice, to)], at=at)
    with transaction.atomic():
        return _store(_answers_of(notice, at=at))


def mail_outside(*, notice: Notice, to: Iterable[str], at: datetime) -> int:
    """Put the notice into the outbox for each of the addresses of people without an account; how many rows.

    The words are sent as they are, singly and at once. Runs in the caller's transaction; told twice, it arrives once.
    """
    rows = []
    for address in sorted(set(to)):
        row = _message(notice, Channel.EMAIL, at=at)
        row.address = address
        rows.append(row)
    with transaction.atomic():
        return _store(rows)


def notify_each(*, told: Iterable[tuple[Notice, Iterable[int]]], at: datetime) -> int:
    """As `notify` for each notice and its users, in a few statements however many; how many rows.

    For notices that answer no others.
    """
    wanted = [(notice, set(to)) for notice, to in told]
    with transaction.atomic():
        wants = {row.user_id: row for row in list_preferences(_people(set().union(*(to for _, to in wanted))))}
        endpoints = _list_endpoints()
        rows = [row for notice, to in wanted for row in _messages_of(notice, to, wants, endpoints, at=at)]
        return _store(rows)


def _people(user_ids: set[int]) -> "QuerySet[User]":
    return User.objects.filter(pk__in=user_ids, is_active=True, is_service=False).order_by("pk")


def _list_endpoints() -> list[WebhookEndpoint]:
    return list(WebhookEndpoint.objects.filter(disabled_at__isnull=True).order_by("pk"))


def _messages_of(
    notice: Notice,
    to: set[int],
    wants: Mapping[int, NotificationPreference],
    endpoints: Sequence[WebhookEndpoint],
    *,
    at: datetime,
) -> list[OutboxMessage]:
    rows = [
        _to_user(notice, channel, wants[pk], at=at)
        for pk in sorted(to & wants.keys())
        for channel in _channels_of(wants[pk], notice.severity)
    ]
    return rows + [_to_endpoint(notice, found, at=at) for found in endpoints if found.wants(notice.event)]


def _channels_of(preference: NotificationPreference, severity: str) -> list[Channel]:
    """Where the person is told; what is critical goes to the inbox where nothing that they want exists."""
    there = (Channel.EMAIL, Channel.IN_APP) if is_email_set_up() else (Channel.IN_APP,)
    wanted = [channel for channel in there if preference.wants(channel, severity)]
    return wanted or ([Channel.IN_APP] if severity == Severity.CRITICAL else [])


def list_preferences(people: "QuerySet[User]") -> Sequence[NotificationPreference]:
    """The preferences of these people, in their order; those who said nothing want everything at once."""
    said = {row.user_id: row for row in NotificationPreference.objects.filter(user__in=people)}
    return [said.get(pk) or NotificationPreference(user_id=pk) for pk in people.values_list("pk", flat=True)]


def _answers_of(notice: Notice, *, at: datetime) -> list[OutboxMessage]:
    triggers = OutboxMessage.objects.filter(event=notice.answers)
    _cancel_unsent(triggers)
    tried = Q(state=MessageState.PENDING, attempts__gt=0)
    arrived = Q(state__in=[MessageState.SENDING, MessageState.SENT, MessageState.BUNDLED])
    got: set[tuple[int | None, int | None, str]] = set(
        triggers.filter(tried | arrived).values_list("user_id", "endpoint_id", "channel")
    )
    people = User.objects.filter(pk__in={user for user, _, _ in got if user}, is_active=True).order_by("pk")
    rows = [
        _to_user(notice, channel, preference, at=at)
        for preference in list_preferences(people)
        for channel in (Channel.EMAIL, Channel.IN_APP)
        if (preference.user_id, None, channel.value) in got
    ]
    ids = {endpoint for _, endpoint, _ in got if endpoint}
    endpoints = WebhookEndpoint.objects.filter(pk__in=ids, disabled_at__isnull=True).order_by("pk")
    return rows + [_to_endpoint(notice, endpoint, at=at) for endpoint in endpoints]


def _cancel_unsent(triggers: "QuerySet[OutboxMessage]") -> None:
    """Nobody is told of what is over. The update passes over what a sender took meanwhile."""
    stale = triggers.filter(state=MessageState.PENDING, attempts=0)
    count = stale.update(state=MessageState.CANCELLED, next_attempt_at=None, last_error=ANSWERED)
    if count:
        _log.info("stale_messages_cancelled", count=count)


def _to_user(notice: Notice, channel: Channel, preference: NotificationPreference, *, at: datetime) -> OutboxMessage:
    row = _message(notice, channel, at=at)
    row.user_id = preference.user_id
    if channel is Channel.IN_APP:  # Being stored is all there is to it.
        row.state, row.next_attempt_at, row.sent_at = MessageState.SENT, None, at
        return row
    is_critical = notice.severity == Severity.CRITICAL
    rest = replace(rest_of(preference), digest=notice.digest or preference.digest)
    row.digest = Digest.NONE if is_critical else rest.digest
    row.next_attempt_at = get_release(rest, is_critical=is_critical, at=at)
    return row


def rest_of(preference: NotificationPreference) -> Rest:
    """The quiet hours and digests of one person."""
    return Rest(preference.time_zone, preference.quiet_from, preference.quiet_to, preference.digest)


def _to_endpoint(notice: Notice, endpoint: WebhookEndpoint, *, at: datetime) -> OutboxMessage:
    row = _message(notice, _ENDPOINT_CHANNELS[endpoint.kind], at=at)
    row.endpoint_id = endpoint.pk
    return row


def _message(notice: Notice, channel: Channel, *, at: datetime) -> OutboxMessage:
    longest = OutboxMessage._meta.get_field("title").max_length
    return OutboxMessage(
        event=notice.event,
        level=notice.level,
        loop=notice.loop,
        channel=channel,
        title=notice.title[:longest],
        text=notice.text,
        url=notice.url,
        severity=notice.severity,
        answers=notice.answers,
        mail=asdict(notice.mail) if notice.mail else {},
        next_attempt_at=at,
        created_at=at,
    )


def _store(rows: list[OutboxMessage]) -> int:
    """Insert what is not there yet, and put it into the inboxes; how many that were."""
    OutboxMessage.objects.bulk_create(rows, ignore_conflicts=True)
    stored = OutboxMessage.objects.filter(uuid__in=[row.uuid for row in rows])
    found = list(stored.order_by("pk").values_list("pk", "user_id", "channel"))
    inbox = [Notification(message_id=pk, user_id=user) for pk, user, channel in found if channel == Channel.IN_APP]
    Notification.objects.bulk_create(inbox)
    return len(found)
