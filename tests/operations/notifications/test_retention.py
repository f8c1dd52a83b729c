"""What is over is dropped after a while; what is not stays."""

from datetime import timedelta

import pytest
from django.urls import reverse

from operations.models import Notification, OutboxMessage
from operations.services import outbox_retention
from operations.services.escalation_steps import advance_due_escalations
from operations.services.escalations import EscalationKind, resolve_subject
from operations.services.outbox_retention import drop_old_messages
from operations.services.replay import dismiss_messages, replay_messages
from tests.api_client import BASE, superuser_client
from tests.factories import NOW, UserFactory
from tests.factories_notifications import NotificationFactory, OutboxMessageFactory, WebhookEndpointFactory
from tests.operations.test_escalation_steps import policy_of, raise_it

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _days(settings):
    settings.OUTBOX_DAYS, settings.NOTIFICATION_DAYS = 90, 180


def message(days, state="sent", **fields):
    """One that was made so many days ago."""
    at = NOW - days * DAY
    sent = {"sent_at": at} if state == "sent" else {}
    due = at if state == "pending" else None
    lease = {"lease_until": at} if state == "sending" else {}
    return OutboxMessageFactory(created_at=at, state=state, next_attempt_at=due, **sent, **lease, **fields)


def left():
    return set(OutboxMessage.objects.all())


def test_what_was_sent_or_cancelled_goes_after_ninety_days_and_nothing_else():
    message(91)
    message(91, "cancelled")
    kept = {message(89), message(89, "cancelled"), *(message(400, s) for s in ("dead", "pending", "sending"))}
    resent = message(300)
    OutboxMessage.objects.filter(pk=resent.pk).update(sent_at=NOW - DAY)

    assert drop_old_messages(at=NOW) == 2
    assert left() == kept | {resent}
    assert drop_old_messages(at=NOW) == 0


def test_a_given_up_message_stays_until_it_is_sent_again_or_dismissed():
    again, dismissed = message(400, "dead"), message(400, "dead")
    assert (drop_old_messages(at=NOW), replay_messages(at=NOW, ids=[again.pk])) == (0, 1)
    assert (dismiss_messages(ids=[dismissed.pk]), dismiss_messages(ids=[dismissed.pk])) == (1, 0)

    assert drop_old_messages(at=NOW) == 1
    assert left() == {again}


def test_a_bundle_goes_after_its_parts_and_both_stay_while_it_is_given_up():
    user = UserFactory()
    for state in ("sent", "dead"):
        whole = message(100, state, user=user, event=f"bundle:{state}")
        for part in range(3):
            message(101, "bundled", user=user, bundle=whole, event=f"{state}:{part}")

    assert drop_old_messages(at=NOW) == 4
    assert {row.event.split(":")[1] if row.state == "dead" else row.event.split(":")[0] for row in left()} == {"dead"}


def test_a_message_of_an_inbox_stays_as_long_as_its_notification():
    old, new = (message(days, channel="in_app") for days in (181, 179))
    NotificationFactory(message=old, user=old.user)
    kept = NotificationFactory(message=new, user=new.user)

    assert drop_old_messages(at=NOW) == 2
    assert (list(Notification.objects.all()), left()) == ([kept], {new})


def test_those_who_were_told_of_an_open_escalation_are_told_of_its_end_after_a_year():
    coo = UserFactory(groups=["coo"])
    raise_it(policy_of(0)[0], at=NOW - 365 * DAY)
    advance_due_escalations(at=NOW - 365 * DAY)

    assert drop_old_messages(at=NOW) == 0
    resolve_subject(subject="incident:1", kind=EscalationKind.DISRUPTION, at=NOW, note="Over.")
    assert OutboxMessage.objects.filter(user=coo, event__endswith=":end").exists()
    assert drop_old_messages(at=NOW) > 0


def test_more_than_a_batch_is_dropped_in_one_run(monkeypatch):
    monkeypatch.setattr(outbox_retention, "BATCH", 2)
    user = UserFactory()
    for number in range(5):
        message(100, user=user, event=f"e:{number}")

    assert drop_old_messages(at=NOW) == 5


def test_dismissing_on_the_page_and_over_the_api(client):
    client.force_login(UserFactory(groups=["operations"]))
    endpoint = WebhookEndpointFactory()
    first, second = (message(1, "dead", user=None, endpoint=endpoint, channel="webhook") for _ in range(2))
    url = f"{BASE}/outbox-messages/{second.pk}/dismissals/"

    assert client.post(reverse("notifications:dismiss"), {"id": first.pk}).status_code == 302
    assert client.post(reverse("notifications:dismiss"), {"id": "9" * 30}).status_code == 302
    answered = superuser_client().post(url, format="json")
    assert (answered.status_code, answered.json()["state"]) == (201, "cancelled")
    assert superuser_client().post(url, format="json").status_code == 409
    assert set(OutboxMessage.objects.values_list("state", flat=True)) == {"cancelled"}
