"""What is told is written once for each recipient and channel, with its cause or not at all."""

from datetime import time, timedelta

import pytest
from django.db import transaction

from operations.models import Notification, OutboxMessage
from operations.services.notifications import ANSWERED, Notice, notify
from tests.factories import NOW, UserFactory
from tests.factories_notifications import NotificationPreferenceFactory, OutboxMessageFactory, WebhookEndpointFactory

pytestmark = pytest.mark.django_db
DOWN = Notice(event="incident:7:opened", title="Checkout is down", text="Nobody can pay.", url="/incidents/7/")
OVER = Notice(event="incident:7:resolved", title="Checkout is up", answers="incident:7:opened")


def rows(**fields):
    return list(
        OutboxMessage.objects.filter(**fields).order_by("pk").values_list("user_id", "endpoint_id", "channel", "state")
    )


def test_each_person_gets_a_row_on_each_channel():
    ann, bob = UserFactory(), UserFactory()

    count = notify(notice=DOWN, to=[bob.pk, ann.pk, ann.pk], at=NOW)

    assert count == 4
    assert rows() == [
        (ann.pk, None, "email", "pending"),
        (ann.pk, None, "in_app", "sent"),
        (bob.pk, None, "email", "pending"),
        (bob.pk, None, "in_app", "sent"),
    ]
    assert list(Notification.objects.order_by("pk").values_list("user_id", "message__title", "read_at")) == [
        (ann.pk, "Checkout is down", None),
        (bob.pk, "Checkout is down", None),
    ]


def test_telling_twice_adds_nothing_and_the_next_level_does():
    ann, bob = UserFactory(), UserFactory()
    notify(notice=DOWN, to=[ann.pk], at=NOW)

    again = notify(notice=DOWN, to=[ann.pk, bob.pk], at=NOW + timedelta(minutes=1))
    level = notify(notice=Notice(event=DOWN.event, title="Still down", level=1), to=[ann.pk], at=NOW)
    loop = notify(notice=Notice(event=DOWN.event, title="Still down", level=1, loop=1), to=[ann.pk], at=NOW)

    assert (again, level, loop) == (2, 2, 2)
    assert Notification.objects.filter(user=ann).count() == 3


def test_what_is_undone_is_not_told():
    ann = UserFactory()

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        notify(notice=DOWN, to=[ann.pk], at=NOW)
        raise ZeroDivisionError

    assert rows() == []


def test_who_left_and_tools_are_not_told():
    gone, tool = UserFactory(is_active=False), UserFactory(is_service=True)

    assert notify(notice=DOWN, to=[gone.pk, tool.pk, 987_654], at=NOW) == 0


def test_without_mail_only_the_inbox_is_filled(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    ann = UserFactory()

    notify(notice=DOWN, to=[ann.pk], at=NOW)

    assert rows() == [(ann.pk, None, "in_app", "sent")]


def test_switches_hold_for_each_severity():
    ann = UserFactory()
    NotificationPreferenceFactory(user=ann, has_email_normal=False, has_in_app_critical=False)

    notify(notice=DOWN, to=[ann.pk], at=NOW)
    notify(notice=Notice(event="crisis:1", title="Crisis", severity="critical"), to=[ann.pk], at=NOW)

    assert rows() == [(ann.pk, None, "in_app", "sent"), (ann.pk, None, "email", "pending")]


def test_quiet_hours_and_digests_hold_mail_but_not_what_is_critical():
    ann, bob = UserFactory(), UserFactory()
    NotificationPreferenceFactory(user=ann, quiet_from=time(12), quiet_to=time(14), time_zone="Europe/Berlin")
    NotificationPreferenceFactory(user=bob, digest="weekly", time_zone="Europe/Berlin")

    notify(notice=DOWN, to=[ann.pk, bob.pk], at=NOW)
    notify(notice=Notice(event="crisis:1", title="Crisis", severity="critical"), to=[ann.pk, bob.pk], at=NOW)

    mails = OutboxMessage.objects.filter(channel="email").order_by("pk")
    assert list(mails.values_list("user_id", "severity", "digest", "next_attempt_at")) == [
        (ann.pk, "normal", "none", NOW + timedelta(hours=1)),  # 13:00 in Berlin now
        (bob.pk, "normal", "weekly", NOW + timedelta(days=6, hours=19)),  # Monday 08:00 in Berlin
        (ann.pk, "critical", "none", NOW),
        (bob.pk, "critical", "none", NOW),
    ]


def test_endpoints_get_the_events_they_want():
    slack = WebhookEndpointFactory(kind="slack", events="incident: crisis:")
    every = WebhookEndpointFactory()
    WebhookEndpointFactory(events="slo:")
    WebhookEndpointFactory(disabled_at=NOW, disabled_reason="Gone")

    count = notify(notice=DOWN, to=[], at=NOW)

    assert count == 2
    assert rows() == [(None, slack.pk, "slack", "pending"), (None, every.pk, "webhook", "pending")]


def test_recovery_reaches_exactly_those_who_got_the_trigger_where_they_got_it():
    ann, bob, eve = UserFactory(), UserFactory(), UserFactory()
    NotificationPreferenceFactory(user=bob, has_in_app_normal=False)
    notify(notice=DOWN, to=[ann.pk, bob.pk], at=NOW)
    OutboxMessage.objects.filter(user=bob).update(state="sent", next_attempt_at=None, sent_at=NOW)

    count = notify(notice=OVER, to=[ann.pk, bob.pk, eve.pk], at=NOW + timedelta(minutes=1))

    assert count == 2
    assert rows(event=OVER.event) == [(ann.pk, None, "in_app", "sent"), (bob.pk, None, "email", "pending")]


def test_trigger_that_was_not_sent_yet_is_cancelled():
    ann = UserFactory()
    notify(notice=DOWN, to=[ann.pk], at=NOW)

    notify(notice=OVER, to=[], at=NOW + timedelta(minutes=1))

    cancelled = OutboxMessage.objects.get(channel="email")
    assert (cancelled.state, cancelled.next_attempt_at, cancelled.last_error) == ("cancelled", None, ANSWERED)


@pytest.mark.parametrize(
    ("fields", "is_told"),
    [
        ({"state": "sending", "lease_until": NOW, "next_attempt_at": None, "attempts": 1}, True),
        ({"state": "pending", "attempts": 1}, True),  # It may have arrived although its answer did not.
        ({"state": "pending", "attempts": 0}, False),
        ({"state": "dead", "next_attempt_at": None, "attempts": 10}, False),
        ({"state": "cancelled", "next_attempt_at": None}, False),
    ],
    ids=["sending", "tried", "untried", "dead", "cancelled"],
)
def test_trigger_on_its_way_counts_as_got(fields, is_told):
    OutboxMessageFactory(event=DOWN.event, **fields)

    assert notify(notice=OVER, to=[], at=NOW) == int(is_told)


@pytest.mark.parametrize(
    "wrong", [{"severity": "odd"}, {"title": ""}, {"event": ""}, {"event": "e" * 151}], ids=lambda w: next(iter(w))
)
def test_what_is_no_notice_is_refused(wrong):
    with pytest.raises(ValueError, match="no notice"):
        Notice(**{"event": "e", "title": "t", **wrong})


def test_costs_the_same_for_many_people(django_assert_num_queries):
    for number, people in enumerate((1, 20)):
        ids = [UserFactory().pk for _ in range(people)]
        with django_assert_num_queries(8):  # With its savepoint.
            notify(notice=Notice(event=f"e:{number}", title="t"), to=ids, at=NOW)


def test_what_is_critical_reaches_the_inbox_where_no_mail_is_sent(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    ann = UserFactory()
    NotificationPreferenceFactory(user=ann, has_in_app_normal=False, has_in_app_critical=False)

    notify(notice=DOWN, to=[ann.pk], at=NOW)
    notify(notice=Notice(event="crisis:1", title="Crisis", severity="critical"), to=[ann.pk], at=NOW)

    assert rows() == [(ann.pk, None, "in_app", "sent")]
    assert Notification.objects.get(user=ann).message.event == "crisis:1"
