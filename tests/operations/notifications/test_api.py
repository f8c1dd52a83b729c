"""Inbox, preferences, outbox and endpoints over the API."""

import pytest

from operations.models import Notification, NotificationPreference
from tests.api_client import BASE, problem, role_client
from tests.factories_notifications import (
    NotificationFactory,
    NotificationPreferenceFactory,
    OutboxMessageFactory,
    WebhookEndpointFactory,
)

pytestmark = pytest.mark.django_db


def test_inbox_is_of_whoever_asks():
    client = role_client("coo")
    mine, _ = NotificationFactory(user=client.user), NotificationFactory()

    listed = client.get(f"{BASE}/notifications/", {"is_unread": "true"}).json()["results"]
    read = client.post(f"{BASE}/notifications/{mine.pk}/readings/")
    left = client.get(f"{BASE}/notifications/", {"is_unread": "true"}).json()["results"]

    assert [(row["id"], row["title"], row["severity"]) for row in listed] == [(mine.pk, "Checkout is down", "normal")]
    assert (read.status_code, read.json()["read_at"] is None, left) == (201, False, [])


def test_another_ones_notification_is_not_found():
    other = NotificationFactory()
    client = role_client("coo")

    assert client.get(f"{BASE}/notifications/{other.pk}/").status_code == 404
    assert client.post(f"{BASE}/notifications/{other.pk}/readings/").status_code == 404
    assert client.post(f"{BASE}/notifications/readings/").json() == {"read": 0}
    assert Notification.objects.filter(read_at__isnull=True).count() == 1


def test_preferences_are_replaced_and_others_stay_hidden():
    client = role_client("auditor")
    NotificationPreferenceFactory()
    url = f"{BASE}/notification-preferences/"

    first = client.post(f"{url}mine/", {"digest": "daily", "quiet_from": "22:00", "quiet_to": "07:00"})
    second = client.post(f"{url}mine/", {"time_zone": "Europe/Berlin"})

    assert (first.status_code, first.json()["digest"], first.json()["quiet_to"]) == (201, "daily", "07:00:00")
    assert (second.json()["digest"], second.json()["quiet_to"], second.json()["time_zone"]) == (
        "none",
        None,
        "Europe/Berlin",
    )
    assert [row["id"] for row in client.get(url).json()["results"]] == [first.json()["id"]]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"quiet_from": "22:00"}, "quiet_to"),
        ({"quiet_from": "22:00", "quiet_to": "22:00"}, "quiet_to"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"time_zone": "../etc/passwd"}, "time_zone"),
        ({"digest": "hourly"}, "digest"),
        ({"has_in_app_critical": False, "has_email_critical": False}, "has_in_app_critical"),
        ({"loud": True}, "loud"),
    ],
    ids=str,
)
def test_preferences_that_cannot_be_are_refused(body, field):
    response = role_client("coo").post(f"{BASE}/notification-preferences/mine/", body)

    assert response.status_code == 400
    assert [error["field"] for error in problem(response)["errors"]] == [field]
    assert NotificationPreference.objects.count() == 0


def test_outbox_does_not_show_what_was_written():
    OutboxMessageFactory(text="Salaries are late.")

    row = role_client("auditor").get(f"{BASE}/outbox-messages/", {"state": "pending"}).json()["results"][0]

    assert (row["title"], row["channel"], row["state"], "text" in row) == (
        "Checkout is down",
        "email",
        "pending",
        False,
    )


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"url": "http://169.254.169.254/"}, "url"),
        ({"url": "http://10.0.0.1/"}, "url"),
        ({"url": "https://{secret:HOST}.example.com/"}, "url"),
        ({"url": "https://hooks.example.com/{secret:lower}"}, "url"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"secret_name": "PATH; x"}, "secret_name"),
        ({"secret_name": ""}, "kind"),
        ({"kind": "pigeon"}, "kind"),
        ({"disabled_reason": "x"}, "disabled_reason"),
    ],
    ids=str,
)
def test_endpoint_that_cannot_be_sent_to_is_refused(change, field):
    body = {"name": "Tool", "kind": "signed", "url": "https://hooks.example.com/", "secret_name": "TOOL", **change}

    response = role_client("operations").post(f"{BASE}/webhook-endpoints/", body)

    assert response.status_code == 400
    assert [error["field"] for error in problem(response)["errors"]] == [field]


def test_endpoint_is_made_and_changed_but_not_deleted():
    client = role_client("operations")
    body = {"name": "Slack", "kind": "slack", "url": "https://hooks.slack.com/services/{secret:SLACK}"}

    made = client.post(f"{BASE}/webhook-endpoints/", body)
    url = f"{BASE}/webhook-endpoints/{made.json()['id']}/"
    changed = client.patch(url, {"events": "incident:"}, headers={"If-Match": made["ETag"]})

    assert (made.status_code, changed.status_code, changed.json()["events"]) == (201, 200, "incident:")
    assert client.delete(url).status_code == 405
    assert client.get(f"{BASE}/webhook-endpoints/", {"is_enabled": "true"}).json()["results"][0]["name"] == "Slack"
    assert WebhookEndpointFactory().wants("anything")


def test_given_up_message_is_sent_again_once():
    client = role_client("operations")
    row = OutboxMessageFactory(state="dead", next_attempt_at=None)
    url = f"{BASE}/outbox-messages/{row.pk}/replays/"

    first, second = client.post(url), client.post(url)

    assert (first.status_code, first.json()["state"], first.json()["uuid"]) == (201, "pending", str(row.uuid))
    assert (second.status_code, problem(second)["code"]) == (409, "not_given_up")


def test_endpoint_is_disabled_with_a_reason_and_enabled():
    client = role_client("operations")
    url = f"{BASE}/webhook-endpoints/{WebhookEndpointFactory().pk}"

    bare = client.post(f"{url}/disablements/", {})
    disabled = client.post(f"{url}/disablements/", {"reason": "We moved."})
    enabled = client.post(f"{url}/enablements/")

    assert (bare.status_code, disabled.json()["disabled_reason"], enabled.json()["disabled_at"]) == (
        400,
        "We moved.",
        None,
    )
