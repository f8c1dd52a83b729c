"""Examples that the constraints of what is told refuse: see tests/test_meta_constraints.py."""

from datetime import time

from tests.factories import UserFactory
from tests.factories_notifications import (
    NOW,
    NotificationPreferenceFactory,
    OutboxMessageFactory,
    WebhookEndpointFactory,
)


def message_twice(**recipient):
    def make():
        named = {name: maker() for name, maker in recipient.items() if callable(maker)}
        for _ in range(2):
            OutboxMessageFactory(**{**recipient, **named, "event": "e"})

    return make


NOTIFICATION_VIOLATIONS = {
    "webhookendpoint_kind_valid": lambda: WebhookEndpointFactory(kind="pigeon"),
    "webhookendpoint_name_not_blank": lambda: WebhookEndpointFactory(name=""),
    "webhookendpoint_url_not_blank": lambda: WebhookEndpointFactory(url=""),
    "webhookendpoint_signed_has_secret": lambda: WebhookEndpointFactory(secret_name=""),
    "webhookendpoint_disabled_has_reason": lambda: WebhookEndpointFactory(disabled_at=NOW),
    "outboxmessage_once_a_user": message_twice(user=UserFactory),
    "outboxmessage_once_an_address": message_twice(user=None, address="ann@x.example", channel="email"),
    "outboxmessage_once_an_endpoint": message_twice(user=None, endpoint=WebhookEndpointFactory, channel="webhook"),
    "outboxmessage_channel_valid": lambda: OutboxMessageFactory(channel="pigeon"),
    "outboxmessage_severity_valid": lambda: OutboxMessageFactory(severity="odd"),
    "outboxmessage_digest_valid": lambda: OutboxMessageFactory(digest="odd"),
    "outboxmessage_state_valid": lambda: OutboxMessageFactory(state="odd", next_attempt_at=None),
    "outboxmessage_event_not_blank": lambda: OutboxMessageFactory(event=""),
    "outboxmessage_title_not_blank": lambda: OutboxMessageFactory(title=""),
    "outboxmessage_recipient_fits_channel": lambda: OutboxMessageFactory(channel="webhook"),
    "outboxmessage_pending_has_next_attempt_at": lambda: OutboxMessageFactory(next_attempt_at=None),
    "outboxmessage_sending_has_lease_until": lambda: OutboxMessageFactory(state="sending", next_attempt_at=None),
    "outboxmessage_sent_has_sent_at": lambda: OutboxMessageFactory(state="sent", next_attempt_at=None),
    "outboxmessage_bundled_has_bundle": lambda: OutboxMessageFactory(state="bundled", next_attempt_at=None),
    "notificationpreference_digest_valid": lambda: NotificationPreferenceFactory(digest="odd"),
    "notificationpreference_time_zone_not_blank": lambda: NotificationPreferenceFactory(time_zone=""),
    "notificationpreference_quiet_from_with_quiet_to": lambda: NotificationPreferenceFactory(quiet_from=time(22)),
}
