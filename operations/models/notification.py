"""Who is told what: the outbox that everything leaves through, the inbox of each person, and what each wants."""

import uuid

from django.conf import settings
from django.db import models

from foundation.constraints import not_blank, one_of, paired
from foundation.states import TonedChoices
from operations.models.endpoint import WebhookEndpoint


class Severity(TonedChoices):
    NORMAL = "normal", "none", "Normal"
    CRITICAL = "critical", "bad", "Critical"


class Channel(TonedChoices):
    IN_APP = "in_app", "none", "Inbox"
    EMAIL = "email", "none", "E-mail"
    SLACK = "slack", "none", "Slack"
    WEBHOOK = "webhook", "none", "Webhook"


class MessageState(TonedChoices):
    PENDING = "pending", "open", "Waiting"
    SENDING = "sending", "open", "Being sent"
    SENT = "sent", "good", "Sent"
    BUNDLED = "bundled", "done", "Sent with others"
    DEAD = "dead", "bad", "Given up"
    CANCELLED = "cancelled", "none", "Cancelled"


class Digest(TonedChoices):
    NONE = "none", "none", "At once"
    DAILY = "daily", "none", "Once a day"
    WEEKLY = "weekly", "none", "Once a week"


def _set_exactly_in(state: MessageState, field: str) -> models.CheckConstraint:
    """A check that the field is set in this state and in no other."""
    is_in, is_empty = models.Q(state=state.value), models.Q(**{f"{field}__isnull": True})
    return models.CheckConstraint(
        name=f"outboxmessage_{state.value}_has_{field}"[:60],
        condition=(is_in & ~is_empty) | (~is_in & is_empty),
        violation_error_message=f"{field} is set exactly while the message is {state.label.lower()}.",
    )


_TO_USER = models.Q(user__isnull=False, endpoint__isnull=True, address="")
_TO_ENDPOINT = models.Q(user__isnull=True, endpoint__isnull=False, address="")
_TO_ADDRESS = models.Q(user__isnull=True, endpoint__isnull=True) & ~models.Q(address="")


class OutboxMessage(models.Model):
    """One message to one recipient on one channel, kept from before it is sent until long after.

    `uuid` is the same in every attempt, so that a receiver can tell a repetition; `event`, `level` and `loop` say what
    it is about, once for each recipient and channel.
    """

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    event = models.CharField(max_length=150)
    level = models.PositiveSmallIntegerField(default=0)
    loop = models.PositiveIntegerField(default=0)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="outbox_messages"
    )
    endpoint = models.ForeignKey(
        WebhookEndpoint, on_delete=models.PROTECT, null=True, blank=True, related_name="outbox_messages"
    )
    address = models.EmailField(blank=True, help_text="Of somebody outside; people with an account are users.")
    channel = models.CharField(max_length=20, choices=Channel.choices)
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    url = models.CharField(max_length=500, blank=True, help_text="A path on this site, or a whole address.")
    mail = models.JSONField(
        default=dict, blank=True, help_text="Headers and files of a mail that is more than a notice; empty for others."
    )
    severity = models.CharField(max_length=20, choices=Severity.choices, default=Severity.NORMAL)
    answers = models.CharField(max_length=150, blank=True, help_text="The event that this one ends.")
    digest = models.CharField(max_length=20, choices=Digest.choices, default=Digest.NONE)
    state = models.CharField(max_length=20, choices=MessageState.choices, default=MessageState.PENDING)
    bundle = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="parts",
        help_text="The message that this one was sent within.",
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        permissions = [("replay_outboxmessage", "Can send given-up messages again")]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "level", "loop", "user", "channel"], name="outboxmessage_once_a_user"
            ),
            models.UniqueConstraint(
                fields=["event", "level", "loop", "endpoint", "channel"], name="outboxmessage_once_an_endpoint"
            ),
            models.UniqueConstraint(
                fields=["event", "level", "loop", "address", "channel"],
                condition=~models.Q(address=""),
                name="outboxmessage_once_an_address",
            ),
            one_of("channel", Channel, model="outboxmessage"),
            one_of("severity", Severity, model="outboxmessage"),
            one_of("digest", Digest, model="outboxmessage"),
            one_of("state", MessageState, model="outboxmessage"),
            not_blank("event", model="outboxmessage"),
            not_blank("title", model="outboxmessage"),
            models.CheckConstraint(
                name="outboxmessage_recipient_fits_channel",
                condition=(_TO_USER & ~models.Q(channel__in=[Channel.SLACK.value, Channel.WEBHOOK.value]))
                | (_TO_ENDPOINT & ~models.Q(channel__in=[Channel.IN_APP.value, Channel.EMAIL.value]))
                | (_TO_ADDRESS & models.Q(channel=Channel.EMAIL.value)),
                violation_error_message="A message goes to one person, by Slack or webhook to one endpoint, "
                "or by mail to one address.",
            ),
            _set_exactly_in(MessageState.PENDING, "next_attempt_at"),
            _set_exactly_in(MessageState.SENDING, "lease_until"),
            _set_exactly_in(MessageState.SENT, "sent_at"),
            _set_exactly_in(MessageState.BUNDLED, "bundle"),
        ]
        indexes = [
            # What is due to be sent.
            models.Index(fields=["next_attempt_at"], condition=models.Q(state="pending"), name="outboxmessage_pending"),
            # What was being sent when its worker was lost.
            models.Index(fields=["lease_until"], condition=models.Q(state="sending"), name="outboxmessage_sending"),
            # The page of messages that were given up.
            models.Index(fields=["-id"], condition=models.Q(state="dead"), name="outboxmessage_dead"),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()}: {self.title}"


class Notification(models.Model):
    """One message in one person's inbox, read or unread."""

    message = models.OneToOneField(OutboxMessage, on_delete=models.PROTECT, related_name="notification")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notifications")
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["user", "-id"], name="notification_inbox"),
            # The count of unread ones in the head of every page.
            models.Index(fields=["user"], condition=models.Q(read_at__isnull=True), name="notification_unread"),
        ]

    def __str__(self) -> str:
        return str(self.message)


class NotificationPreference(models.Model):
    """What one person wants to be told, where and when; without a row everything, everywhere and at once."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notification_preference"
    )
    has_in_app_normal = models.BooleanField("normal ones in the inbox", default=True)
    has_in_app_critical = models.BooleanField("critical ones in the inbox", default=True)
    has_email_normal = models.BooleanField("normal ones by e-mail", default=True)
    has_email_critical = models.BooleanField("critical ones by e-mail", default=True)
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_to = models.TimeField(null=True, blank=True)
    time_zone = models.CharField(max_length=60, default="UTC", help_text="Of the quiet hours and of digests.")
    digest = models.CharField(max_length=20, choices=Digest.choices, default=Digest.NONE)

    class Meta:
        ordering = ["pk"]
        constraints = [
            one_of("digest", Digest, model="notificationpreference"),
            not_blank("time_zone", model="notificationpreference"),
            paired("quiet_from", "quiet_to", model="notificationpreference"),
        ]

    def __str__(self) -> str:
        return f"Preferences of {self.user_id}"

    def wants(self, channel: str, severity: str) -> bool:
        """Whether the person wants messages of this severity on this channel."""
        return bool(getattr(self, f"has_{channel}_{severity}"))
