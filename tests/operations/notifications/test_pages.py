"""The inbox, the settings and the given-up messages, as people use them."""

from datetime import time

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from operations.models import Notification, NotificationPreference, OutboxMessage
from operations.selectors.inbox import PAGE
from tests.factories import NOW, SuperuserFactory, UserFactory
from tests.factories_notifications import (
    NotificationFactory,
    NotificationPreferenceFactory,
    OutboxMessageFactory,
    WebhookEndpointFactory,
)

pytestmark = pytest.mark.django_db
SAID = {"has_in_app_normal": "on", "has_in_app_critical": "on", "digest": "none", "time_zone": "Europe/Berlin"}


@pytest.fixture
def ann(client):
    user = UserFactory()
    client.force_login(user)
    return user


def page(client, url):
    response = client.get(url)
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def words(soup, selector):
    return [" ".join(found.get_text(" ").split()) for found in soup.select(selector)]


def test_inbox_shows_one_s_own_and_the_head_counts_unread(client, ann):
    NotificationFactory(user=ann, message__title="Old", read_at=NOW)
    NotificationFactory(user=ann, message__title="<b>New</b>", message__severity="critical")
    NotificationFactory(message__title="Another's")

    soup = page(client, reverse("notifications:inbox"))
    unread = page(client, reverse("notifications:inbox") + "?unread=1")

    assert words(soup, ".rows .what") == ["<b>New</b>", "Old"]
    assert words(unread, ".rows .what") == ["<b>New</b>"]
    assert words(soup, ".top .inbox") == ["Inbox 1 unread"]
    assert "Critical" in soup.select_one(".rows .due").get_text()


def test_opening_is_reading_and_leads_there(client, ann):
    found = NotificationFactory(user=ann, message__url="/incidents/7/")
    other = NotificationFactory()

    response = client.get(reverse("notifications:open", args=[found.pk]))

    assert (response.status_code, response["Location"]) == (302, "/incidents/7/")
    assert client.get(reverse("notifications:open", args=[other.pk])).status_code == 404
    assert set(Notification.objects.filter(read_at__isnull=True)) == {other}


def test_all_are_marked_as_read(client, ann):
    for _ in range(3):
        NotificationFactory(user=ann)
    other = NotificationFactory()

    client.post(reverse("notifications:read_all"))

    assert set(Notification.objects.filter(read_at__isnull=True)) == {other}
    assert "Everything is read." in page(client, reverse("notifications:inbox")).get_text()


def test_long_inbox_has_pages(client, ann):
    for _ in range(PAGE + 1):
        NotificationFactory(user=ann)

    first = page(client, reverse("notifications:inbox"))
    last = page(client, reverse("notifications:inbox") + first.select_one("a[rel=next]")["href"])

    assert (len(first.select(".rows li")), len(last.select(".rows li"))) == (PAGE, 1)
    assert last.select("a[rel=next]") == []


@pytest.mark.parametrize("before", ["x", "-1", "9" * 30, "1 2"])
def test_place_that_is_none_is_not_found(client, ann, before):
    assert client.get(reverse("notifications:inbox"), {"before": before}).status_code == 404


def test_settings_are_stored_and_shown(client, ann):
    url = reverse("notifications:settings")

    response = client.post(url, {**SAID, "digest": "daily", "quiet_from": "22:00", "quiet_to": "07:00"})
    soup = page(client, url)

    assert response.status_code == 302
    row = NotificationPreference.objects.get(user=ann)
    assert (row.has_in_app_normal, row.has_email_normal, row.digest) == (True, False, "daily")
    assert (row.quiet_from, row.quiet_to, row.time_zone) == (time(22), time(7), "Europe/Berlin")
    assert soup.select_one("[name=quiet_from]")["value"] == "22:00"
    assert soup.select_one("[name=time_zone] [selected]")["value"] == "Europe/Berlin"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"quiet_from": "22:00"}, "quiet_to"),
        ({"time_zone": "Mars"}, "time_zone"),
        ({"digest": "hourly"}, "digest"),
        ({"has_in_app_critical": ""}, "has_in_app_critical"),
    ],
    ids=["half", "zone", "digest", "deaf"],
)
def test_settings_that_cannot_be_are_shown_with_the_field(client, ann, change, field):
    response = client.post(reverse("notifications:settings"), {**SAID, **change})

    assert response.status_code == 422
    assert BeautifulSoup(response.content, "html.parser").select_one(f"#id_{field}_error")
    assert NotificationPreference.objects.count() == 0


def test_without_mail_its_settings_are_kept(client, ann, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    NotificationPreferenceFactory(user=ann, has_email_normal=False, digest="weekly")

    client.post(reverse("notifications:settings"), SAID)

    row = NotificationPreference.objects.get()
    assert (row.has_email_normal, row.has_email_critical, row.digest, row.time_zone) == (
        False,
        True,
        "weekly",
        "Europe/Berlin",
    )


def dead(**fields):
    return OutboxMessageFactory(state="dead", next_attempt_at=None, attempts=10, last_error="answered 500", **fields)


def test_given_up_messages_are_sent_again_one_or_all(client):
    client.force_login(UserFactory(groups=["operations"]))
    first, second, third = dead(title="First"), dead(), dead()
    url = reverse("notifications:replay")

    soup = page(client, reverse("notifications:outbox"))
    client.post(url, {"id": first.pk})
    after_one = set(OutboxMessage.objects.filter(state="pending"))
    client.post(url, {"id": "x"})
    after_none = set(OutboxMessage.objects.filter(state="pending"))
    client.post(url, {"all": "1"})

    assert "answered 500" in soup.get_text()
    assert len(soup.select("table form")) == 6
    assert after_one == after_none == {first}
    assert set(OutboxMessage.objects.filter(state="pending")) == {first, second, third}


def test_auditor_sees_what_was_given_up_but_cannot_send_it(client):
    client.force_login(UserFactory(groups=["auditor"]))
    dead(endpoint=WebhookEndpointFactory(disabled_at=NOW, disabled_reason="Gone"), user=None, channel="webhook")

    soup = page(client, reverse("notifications:outbox"))

    assert soup.select("main form") == []
    assert client.post(reverse("notifications:replay"), {"all": "1"}).status_code == 403


def test_admin_actions(client):
    client.force_login(SuperuserFactory())
    row, endpoint = dead(), WebhookEndpointFactory()
    waiting = OutboxMessageFactory(user=None, endpoint=endpoint, channel="webhook")

    def act(model, action, pk):
        url = reverse(f"admin:operations_{model}_changelist")
        client.post(url, {"action": action, "_selected_action": [pk]})

    act("outboxmessage", "replay", row.pk)
    act("webhookendpoint", "disable", endpoint.pk)
    endpoint.refresh_from_db()
    waiting.refresh_from_db()
    row.refresh_from_db()
    states = (row.state, waiting.state, bool(endpoint.disabled_at))
    act("webhookendpoint", "enable", endpoint.pk)
    endpoint.refresh_from_db()

    assert states == ("pending", "dead", True)
    assert (endpoint.disabled_at, endpoint.disabled_reason, endpoint.version) == (None, "", 3)


def test_admin_refuses_an_endpoint_inside(client, settings):
    client.force_login(SuperuserFactory())
    body = {"name": "In", "kind": "slack", "url": "http://10.0.0.1/x", "secret_name": "", "events": ""}

    response = client.post(reverse("admin:operations_webhookendpoint_add"), body)

    assert response.status_code == 200
    assert "This address cannot be sent to" in response.content.decode()


def test_the_inbox_stays_on_for_what_is_critical_where_no_mail_is_sent(client, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    ann = UserFactory()
    client.force_login(ann)

    page = client.post(reverse("notifications:settings"), {**SAID, "has_in_app_critical": ""})

    assert (page.status_code, "has_in_app_critical" in page.context["form"].errors) == (422, True)
    assert not NotificationPreference.objects.filter(user=ann, has_in_app_critical=False).exists()
