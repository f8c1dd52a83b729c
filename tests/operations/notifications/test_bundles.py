"""Bursts and digests become one message; what is critical, and what tools read, never does."""

from datetime import timedelta

import pytest

from operations.models import OutboxMessage
from operations.services.notifications import Notice, notify
from operations.services.sending import send_due_messages
from tests.factories import NOW, UserFactory
from tests.factories_notifications import NotificationPreferenceFactory, WebhookEndpointFactory
from tests.operations.notifications.receivers import webhook_receiver

pytestmark = pytest.mark.django_db


def tell(number, to, *, at=NOW, **fields):
    notify(notice=Notice(event=f"event:{number}", title=f"Notice {number}", **fields), to=[u.pk for u in to], at=at)


def run(at=NOW, *, seconds=0):
    send_due_messages(at=at + timedelta(seconds=seconds))


def subjects(mailoutbox):
    return [mail.subject for mail in mailoutbox]


def test_two_at_once_are_two_mails(mailoutbox):
    ann = UserFactory()
    for number in range(2):
        tell(number, [ann])
    run()

    assert sorted(subjects(mailoutbox)) == ["Notice 0", "Notice 1"]


def test_three_at_once_to_one_recipient_are_one_mail(mailoutbox):
    ann, bob = UserFactory(), UserFactory()
    for number in range(3):
        tell(number, [ann], text=f"Text {number}", url=f"/x/{number}/")
    tell(3, [bob])
    run()

    mails = {mail.to[0]: mail for mail in mailoutbox}
    assert {to: mail.subject for to, mail in mails.items()} == {ann.email: "3 notices", bob.email: "Notice 3"}
    assert mails[ann.email].body.split("\n\n")[:3] == [
        f"Notice {n}\nText {n}\nhttps://ops.example.com/x/{n}/" for n in range(3)
    ]
    parts = OutboxMessage.objects.filter(user=ann, channel="email", state="bundled")
    assert set(parts.values_list("bundle__title", "bundle__state")) == {("3 notices", "sent")}
    assert parts.count() == 3


def test_burst_spread_over_rounds_is_two_mails_and_one_bundle(mailoutbox):
    ann = UserFactory()
    for number in range(6):
        at = NOW + timedelta(seconds=5 * number)
        tell(number, [ann], at=at)
        run(at)
    early = subjects(mailoutbox)
    run(seconds=69)
    waiting = subjects(mailoutbox)
    run(seconds=70)

    assert early == waiting == ["Notice 0", "Notice 1"]
    assert subjects(mailoutbox)[2:] == ["4 notices"]


def test_third_of_a_burst_that_stays_alone_is_sent_singly_after_its_minute(mailoutbox):
    ann = UserFactory()
    for number in range(3):
        at = NOW + timedelta(seconds=5 * number)
        tell(number, [ann], at=at)
        run(at)
    run(seconds=69)
    before = len(mailoutbox)
    run(seconds=70)

    assert (before, subjects(mailoutbox)) == (2, ["Notice 0", "Notice 1", "Notice 2"])


def test_critical_ones_are_sent_singly_and_at_once(mailoutbox):
    ann = UserFactory()
    NotificationPreferenceFactory(user=ann, digest="daily")
    for number in range(5):
        tell(number, [ann], severity="critical")
    run()

    assert sorted(subjects(mailoutbox)) == [f"Notice {number}" for number in range(5)]


def test_tools_get_every_one():
    with webhook_receiver() as receiver:
        WebhookEndpointFactory(url=receiver.url)
        for number in range(5):
            tell(number, [])
        run()

    assert sorted(request.document["type"] for request in receiver.requests) == [f"event:{n}" for n in range(5)]


def test_digest_takes_what_waited_for_it(mailoutbox):
    ann = UserFactory()
    NotificationPreferenceFactory(user=ann, digest="daily")
    for number in range(2):
        tell(number, [ann], at=NOW + timedelta(hours=number))
    run(seconds=19 * 3600)
    before = list(mailoutbox)
    run(seconds=20 * 3600)
    run(seconds=44 * 3600)

    assert (before, subjects(mailoutbox)) == ([], ["Daily digest: 2 notices"])


def test_trigger_that_ends_before_the_digest_is_not_told(mailoutbox):
    ann = UserFactory()
    NotificationPreferenceFactory(user=ann, digest="weekly")
    tell(1, [ann])
    notify(notice=Notice(event="over", title="Over", answers="event:1"), to=[], at=NOW + timedelta(hours=1))
    run(seconds=8 * 86_400)

    assert subjects(mailoutbox) == []


def test_recovery_follows_a_trigger_that_went_out_in_a_bundle(mailoutbox):
    ann = UserFactory()
    for number in range(3):
        tell(number, [ann])
    run()
    notify(notice=Notice(event="over", title="Over", answers="event:1"), to=[], at=NOW)
    run(seconds=90)

    assert subjects(mailoutbox) == ["3 notices", "Over"]
