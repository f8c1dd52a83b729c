"""Sending to real receivers: what they take, refuse, drop and hang on."""

from datetime import timedelta
from email.utils import format_datetime

import pytest

from operations.channels.signing import verify
from operations.delivery.retries import SCHEDULE, retry_delay
from operations.models import OutboxMessage, WebhookEndpoint
from operations.services.notifications import Notice, notify
from operations.services.replay import replay_messages
from operations.services.sending import LEASE, claim_due_messages, mark_failed, mark_sent, send_due_messages
from tests.factories import NOW, UserFactory
from tests.factories_notifications import OutboxMessageFactory, WebhookEndpointFactory
from tests.operations.notifications.conftest import SECRET
from tests.operations.notifications.receivers import smtp_server, webhook_receiver

pytestmark = pytest.mark.django_db


@pytest.fixture
def mailbox(settings):
    with smtp_server() as box:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
        yield box


def webhook_message(receiver, **fields):
    endpoint = WebhookEndpointFactory(url=receiver.url)
    return OutboxMessageFactory(user=None, endpoint=endpoint, channel="webhook", **fields)


def fresh(row):
    return OutboxMessage.objects.get(pk=row.pk)


def test_webhook_is_signed_and_marked_sent():
    with webhook_receiver() as receiver:
        row = webhook_message(receiver, event="incident:7:opened", text="Nobody can pay.", url="/incidents/7/", level=2)
        report = send_due_messages(at=NOW)

    assert (report.claimed, report.sent, report.failed) == (1, 1, 0)
    (request,) = receiver.requests
    verify(secrets=SECRET, headers=request.headers, body=request.body, at=NOW)
    assert (request.id, request.headers["content-type"]) == (str(row.uuid), "application/json")
    assert request.document == {
        "type": "incident:7:opened",
        "timestamp": "2026-03-02T12:00:00+00:00",
        "data": {
            "title": "Checkout is down",
            "text": "Nobody can pay.",
            "url": "https://ops.example.com/incidents/7/",
            "severity": "normal",
            "level": 2,
            "answers": "",
        },
    }
    row = fresh(row)
    assert (row.state, row.sent_at, row.attempts, row.lease_until, row.last_error) == ("sent", NOW, 1, None, "")
    assert send_due_messages(at=NOW + timedelta(days=1)).claimed == 0


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (500, "answered 500"),
        (404, "answered 404"),
        ((301, {"Location": "http://127.0.0.1:9/"}), "answered 301"),
        ((307, {"Location": "/in"}), "answered 307"),
        ("drop", "no answer: protocol"),
        ("hang", "no answer: timeout"),
    ],
    ids=["500", "404", "301", "307", "drop", "hang"],
)
def test_failure_is_tried_again_with_the_same_id_and_body(answer, error):
    with webhook_receiver(answer, 204) as receiver:
        row = webhook_message(receiver)
        send_due_messages(at=NOW)
        failed = fresh(row)
        early = send_due_messages(at=NOW + timedelta(seconds=4))
        send_due_messages(at=NOW + timedelta(seconds=6))

    assert (failed.state, failed.last_error, failed.attempts, early.claimed) == ("pending", error, 1, 0)
    assert fresh(row).state == "sent"
    assert [request.id for request in receiver.requests] == [str(row.uuid)] * 2
    assert receiver.requests[0].body == receiver.requests[1].body
    for request, at in zip(receiver.requests, (NOW, NOW + timedelta(seconds=6)), strict=True):
        verify(secrets=SECRET, headers=request.headers, body=request.body, at=at)


def test_nobody_listening_is_tried_again():
    with webhook_receiver() as receiver:
        row = webhook_message(receiver)

    send_due_messages(at=NOW)

    assert (fresh(row).state, fresh(row).last_error) == ("pending", "no answer: refused")


@pytest.mark.parametrize(
    ("said", "wait"),
    [
        ("120", timedelta(minutes=2)),
        ("1", None),
        ("999999999", timedelta(hours=24)),
        (format_datetime(NOW + timedelta(minutes=3), usegmt=True), timedelta(minutes=3)),
        ("later", None),
        ("-5", None),
        ("", None),
    ],
    ids=["seconds", "sooner", "too_long", "date", "words", "negative", "empty"],
)
@pytest.mark.parametrize("status", [429, 503])
def test_receiver_that_asks_for_time_gets_it(status, said, wait):
    with webhook_receiver((status, {"Retry-After": said})) as receiver:
        row = webhook_message(receiver)
        send_due_messages(at=NOW)

    assert fresh(row).next_attempt_at - NOW == (wait or retry_delay(uuid=row.uuid, attempts=1))


def test_receiver_that_is_gone_is_disabled_until_somebody_enables_it():
    with webhook_receiver(410, 200) as receiver:
        row = webhook_message(receiver)
        waiting = OutboxMessageFactory(
            user=None, endpoint=row.endpoint, channel="webhook", next_attempt_at=NOW + timedelta(hours=1)
        )
        send_due_messages(at=NOW)
        told = notify(notice=Notice(event="e", title="t"), to=[], at=NOW)
        refused = replay_messages(at=NOW)
        WebhookEndpoint.objects.update(disabled_at=None, disabled_reason="")
        replayed = replay_messages(at=NOW, ids=[row.pk])
        send_due_messages(at=NOW)

    assert (told, refused, replayed) == (0, 0, 1)
    assert (fresh(row).state, fresh(waiting).state) == ("sent", "dead")
    assert [request.id for request in receiver.requests] == [str(row.uuid)] * 2


def test_disabled_endpoint_says_since_when_and_why():
    with webhook_receiver(410) as receiver:
        webhook_message(receiver)
        send_due_messages(at=NOW)

    endpoint = WebhookEndpoint.objects.get()
    assert (endpoint.disabled_at, endpoint.disabled_reason) == (NOW, "It answered that it is gone.")


def test_after_ten_attempts_it_is_given_up_and_can_be_replayed():
    at, waits = NOW, []
    with webhook_receiver(*[500] * 10, 200) as receiver:
        row = webhook_message(receiver)
        while fresh(row).state == "pending":
            send_due_messages(at=at)
            due = fresh(row).next_attempt_at
            if due:
                waits.append(due - at)
                at = due
        dead = fresh(row)
        replayed = replay_messages(at=at)
        send_due_messages(at=at)

    assert (dead.state, dead.attempts, dead.last_error, replayed) == ("dead", 10, "answered 500", 1)
    assert fresh(row).state == "sent"
    assert {request.id for request in receiver.requests} == {str(row.uuid)}
    assert len(receiver.requests) == 11
    assert [plan <= wait <= plan * 1.1 for plan, wait in zip(SCHEDULE, waits, strict=True)] == [True] * 9


def test_address_that_leads_inside_is_given_up(settings):
    settings.PROBE_ALLOWED_TARGETS = []
    with webhook_receiver() as receiver:
        row = webhook_message(receiver)
        send_due_messages(at=NOW)

    assert (fresh(row).state, fresh(row).last_error, receiver.requests) == ("dead", "no answer: blocked", [])


def test_secret_that_is_missing_is_waited_for(monkeypatch):
    monkeypatch.delenv("NOTIFY_SECRET_TESTS")
    with webhook_receiver() as receiver:
        row = webhook_message(receiver)
        send_due_messages(at=NOW)

    assert (fresh(row).state, fresh(row).last_error) == ("pending", "NOTIFY_SECRET_TESTS is not set.")
    assert receiver.requests == []


def test_slack_gets_text_and_its_address_has_a_secret_part(monkeypatch):
    monkeypatch.setenv("NOTIFY_SECRET_SLACK", "T0/B0/abc")
    with webhook_receiver() as receiver:
        endpoint = WebhookEndpointFactory(kind="slack", url=receiver.url + "/{secret:SLACK}", secret_name="")
        OutboxMessageFactory(
            user=None, endpoint=endpoint, channel="slack", severity="critical", text="<!channel> & more", url="/x/"
        )
        send_due_messages(at=NOW)

    (request,) = receiver.requests
    assert request.path == "/in/T0/B0/abc"
    assert request.document["text"].splitlines() == [
        ":rotating_light: *Checkout is down*",
        "&lt;!channel&gt; &amp; more",
        "<https://ops.example.com/x/|Open>",
    ]


def test_mail_has_a_stable_id(mailbox):
    row = OutboxMessageFactory(title="Down\r\nBcc: x@example.com", text="Nobody can pay.", url="/incidents/7/")
    mailbox.drops_after_data = 1

    send_due_messages(at=NOW)
    lost = fresh(row)
    send_due_messages(at=NOW + timedelta(seconds=6))

    assert (lost.state, lost.last_error) == ("pending", "mail server: SMTPServerDisconnected")
    assert fresh(row).state == "sent"
    assert [mail["Message-ID"] for mail in mailbox.mails] == [f"<{row.uuid}@ops.example.com>"] * 2
    mail = mailbox.mails[1]
    assert (mail["To"], mail["Bcc"], mail["Subject"]) == (row.user.email, None, "Down Bcc: x@example.com")
    assert mail.get_payload() == "Nobody can pay.\r\n\r\nhttps://ops.example.com/incidents/7/\r\n"


@pytest.mark.parametrize(
    ("code", "state"), [("550 no such user", "dead"), ("451 later", "pending")], ids=["550", "451"]
)
def test_mail_that_is_refused_for_good_is_given_up(mailbox, code, state):
    row = OutboxMessageFactory()
    mailbox.refusals[row.user.email] = code

    send_due_messages(at=NOW)

    assert (fresh(row).state, fresh(row).last_error) == (state, f"address refused: {code[:3]}")


def test_mail_server_that_is_down_is_waited_for(mailbox, settings):
    settings.EMAIL_PORT = 1
    row = OutboxMessageFactory()

    send_due_messages(at=NOW)

    assert (fresh(row).state, fresh(row).last_error) == ("pending", "mail server: ConnectionRefusedError")


def test_receiver_that_hangs_holds_up_nobody():
    with webhook_receiver("hang") as slow, webhook_receiver() as quick:
        webhook_message(slow)
        good = webhook_message(quick)
        report = send_due_messages(at=NOW)

    assert (report.sent, report.failed, fresh(good).state) == (1, 1, "sent")


def test_lapsed_lease_is_sent_again_with_the_same_id():
    with webhook_receiver() as receiver:
        row = webhook_message(receiver)
        (claimed,) = claim_due_messages(at=NOW, limit=5)  # And whoever claimed it dies.
        meanwhile = send_due_messages(at=NOW + LEASE - timedelta(seconds=1))
        again = send_due_messages(at=NOW + LEASE)

    assert (claimed.state, claimed.attempts, meanwhile.claimed, again.sent) == ("sending", 1, 0, 1)
    assert ([request.id for request in receiver.requests], fresh(row).attempts) == ([str(row.uuid)], 2)


def test_failure_of_a_lapsed_claim_changes_nothing_and_its_success_counts():
    from operations.channels.base import TransportError

    row = OutboxMessageFactory()
    (first,) = claim_due_messages(at=NOW, limit=5)
    (second,) = claim_due_messages(at=NOW + LEASE, limit=5)

    mark_failed(first, TransportError("late"), at=NOW + LEASE)
    kept = fresh(row)
    mark_sent(first, at=NOW + LEASE)
    mark_failed(second, TransportError("later"), at=NOW + LEASE)

    assert (kept.state, kept.attempts, kept.last_error) == ("sending", 2, "")
    assert (fresh(row).state, fresh(row).last_error) == ("sent", "")


def test_recovery_that_failed_is_sent_again_by_itself():
    """A resolve that failed is not forgotten, nor does it wait for another failure of the check."""
    with webhook_receiver(200, 500, 200) as receiver:
        WebhookEndpointFactory(url=receiver.url)
        notify(notice=Notice(event="down", title="Down"), to=[], at=NOW)
        send_due_messages(at=NOW)
        notify(notice=Notice(event="up", title="Up", answers="down"), to=[], at=NOW)
        send_due_messages(at=NOW)
        send_due_messages(at=NOW + timedelta(seconds=6))

    assert [request.document["type"] for request in receiver.requests] == ["down", "up", "up"]
    assert OutboxMessage.objects.filter(state="sent").count() == 2


def test_senders_share_the_work():
    with webhook_receiver() as receiver:
        endpoint = WebhookEndpointFactory(url=receiver.url)
        for _ in range(20):
            OutboxMessageFactory(user=None, endpoint=endpoint, channel="webhook")
        reports = [send_due_messages(at=NOW).sent for _ in range(3)]

    assert reports == [16, 4, 0]
    assert len({request.id for request in receiver.requests}) == 20


def test_person_without_an_address_that_works_harms_nobody(mailbox):
    OutboxMessageFactory(user=UserFactory(email="ä@münchen.example"))
    good = OutboxMessageFactory()

    send_due_messages(at=NOW)

    assert fresh(good).state == "sent"
