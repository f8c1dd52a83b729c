"""Factories of what is told: see tests/factories.py."""

from datetime import UTC, datetime

import factory
from factory.django import DjangoModelFactory

from operations.models import Notification, NotificationPreference, OutboxMessage, WebhookEndpoint

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


class WebhookEndpointFactory(DjangoModelFactory):
    """A signed webhook that wants everything; NOTIFY_SECRET_TESTS is its key."""

    class Meta:
        model = WebhookEndpoint

    name = factory.Sequence(lambda n: f"Endpoint {n}")
    kind = "signed"
    url = "https://hooks.example.com/in"
    secret_name = "TESTS"


class OutboxMessageFactory(DjangoModelFactory):
    """A mail that is due."""

    class Meta:
        model = OutboxMessage

    event = factory.Sequence(lambda n: f"event:{n}")
    user = factory.SubFactory("tests.factories.UserFactory")
    channel = "email"
    title = "Checkout is down"
    next_attempt_at = NOW
    created_at = NOW


class NotificationFactory(DjangoModelFactory):
    """An unread one."""

    class Meta:
        model = Notification

    user = factory.SubFactory("tests.factories.UserFactory")
    message = factory.SubFactory(
        OutboxMessageFactory,
        user=factory.SelfAttribute("..user"),
        channel="in_app",
        state="sent",
        next_attempt_at=None,
        sent_at=NOW,
    )


class NotificationPreferenceFactory(DjangoModelFactory):
    """What somebody who said nothing has."""

    class Meta:
        model = NotificationPreference

    user = factory.SubFactory("tests.factories.UserFactory")


NOTIFICATION_FACTORIES = (
    WebhookEndpointFactory,
    OutboxMessageFactory,
    NotificationFactory,
    NotificationPreferenceFactory,
)
