"""Defects found in widely used alerting systems, each shown not to be ours: D5 to D11 of the list.

Those of measuring uptime and of objectives are in `tests/partnerships/test_known_defects.py`.
"""

from datetime import timedelta

import pytest
from celery.signals import before_task_publish
from django.db import transaction

from operations.models import EscalationKind, EscalationLevel, EscalationRun, OutboxMessage
from operations.services.escalation_actions import acknowledge_escalation
from operations.services.escalation_steps import advance_due_escalations
from operations.services.escalations import resolve_subject
from operations.services.notifications import Notice, notify
from operations.services.sending import LEASE, claim_due_messages, send_due_messages
from tests.factories import NOW, UserFactory
from tests.factories_notifications import OutboxMessageFactory, WebhookEndpointFactory
from tests.operations.notifications.conftest import SECRET
from tests.operations.notifications.receivers import webhook_receiver
from tests.operations.test_escalation_crashes import COUNTS, RUNS, SEED, WORK, Killed, killed_at
from tests.operations.test_escalation_steps import DAY, HOUR, MINUTE, policy_of, raise_it, run_until, told

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _loopback_endpoints(settings, monkeypatch):
    settings.PROBE_ALLOWED_TARGETS = ["127.0.0.0/8"]
    monkeypatch.setenv("NOTIFY_SECRET_TESTS", SECRET)


@pytest.fixture
def coo():
    return UserFactory(name="Chief", groups=["coo"])


def webhook_message(receiver):
    return OutboxMessageFactory(user=None, endpoint=WebhookEndpointFactory(url=receiver.url), channel="webhook")


def test_d5_what_was_taken_and_not_sent_is_not_done_and_is_sent():
    """Healthchecks marks a flip as processed before it sends: a crash between the two loses the alert for ever."""
    with webhook_receiver(200) as receiver:
        row = webhook_message(receiver)
        claim_due_messages(at=NOW, limit=5)  # And whoever took it dies before sending.
        row.refresh_from_db()
        taken = (row.state, row.sent_at)
        send_due_messages(at=NOW + LEASE)

    row.refresh_from_db()
    assert taken == ("sending", None)
    assert [request.id for request in receiver.requests] == [str(row.uuid)]
    assert (row.state, row.sent_at) == ("sent", NOW + LEASE)


def test_d5_what_is_undone_is_told_to_nobody():
    """The other side of it: nothing leaves for what did not happen, since both are one transaction."""
    with pytest.raises(RuntimeError), transaction.atomic():
        notify(notice=Notice(event="down", title="Down"), to=[UserFactory().pk], at=NOW)
        raise RuntimeError

    assert OutboxMessage.objects.count() == 0


def test_d6_the_message_that_something_is_over_is_sent_again_when_it_failed(coo):
    """Gatus never sends a resolve again that failed, and a trigger only when the next probe fails."""
    with webhook_receiver(500, 200, 500, 200) as receiver:
        WebhookEndpointFactory(url=receiver.url)
        raise_it(policy_of(0)[0])
        advance_due_escalations(at=NOW)
        for seconds in (0, 6):  # Nothing happens but time.
            send_due_messages(at=NOW + timedelta(seconds=seconds))
        resolve_subject(subject="incident:1", kind=EscalationKind.DISRUPTION, at=NOW + MINUTE, note="Up again.")
        for seconds in (60, 66):
            send_due_messages(at=NOW + timedelta(seconds=seconds))

    kinds = [request.document["type"].endswith(":end") for request in receiver.requests]
    assert kinds == [False, False, True, True]
    assert set(OutboxMessage.objects.values_list("state", flat=True)) == {"sent"}


def test_d7_a_message_whose_sender_is_lost_again_and_again_is_never_given_up_for_it():
    """GoAlert gives up a message that is stuck in sending for ten seconds."""
    with webhook_receiver(200) as receiver:
        row = webhook_message(receiver)
        for lapse in range(12):
            (claimed,) = claim_due_messages(at=NOW + lapse * LEASE, limit=5)
            assert (claimed.uuid, claimed.state) == (row.uuid, "sending")
        send_due_messages(at=NOW + 12 * LEASE)

    row.refresh_from_db()
    assert (row.state, row.attempts) == ("sent", 13)
    assert [request.id for request in receiver.requests] == [str(row.uuid)]


@pytest.mark.parametrize("missed", [timedelta(minutes=1), timedelta(hours=1, seconds=7), timedelta(days=3, hours=5)])
def test_d8_a_step_whose_tick_was_missed_is_taken_by_the_next_one(coo, missed):
    """Dispatch reminds only when its job runs in the very hour; one missed tick is one missed reminder."""
    policy, (first, second) = policy_of()
    raise_it(policy)

    advance_due_escalations(at=NOW + missed)
    advance_due_escalations(at=NOW + 2 * missed + 10 * MINUTE)

    assert [(level, people) for _, level, _, people in told()] == [(1, [first.pk]), (2, [second.pk])]


def test_d9_no_message_of_the_broker_carries_a_step_and_no_age_makes_one_forgotten(coo):
    """OnCall sends the next step as a delayed message, and an auditor that looks back two days finds lost ones."""
    published = []

    def note(headers=None, **_):
        published.append(headers["task"])

    before_task_publish.connect(note)
    try:
        policy, (first, _second) = policy_of(ack_expires_seconds=600)
        escalation = raise_it(policy)
        advance_due_escalations(at=NOW)
        acknowledge_escalation(escalation_id=escalation.pk, by=first, at=NOW + MINUTE)
        due_at = EscalationRun.objects.get().next_due_at
        advance_due_escalations(at=NOW + 30 * DAY)  # Whatever the broker held is long gone.
    finally:
        before_task_publish.disconnect(note)

    assert published == []
    assert due_at == NOW + 11 * MINUTE
    assert [(level, people) for _, level, _, people in told()] == [(1, [first.pk]), (1, [first.pk])]


@pytest.mark.slow
def test_d10_a_step_is_claimed_by_one_worker(own_database):
    """OneUptime's claim was not atomic and paged twice."""
    own_database.run_code(SEED)
    workers = [own_database.start_code(WORK) for _ in range(2)]
    taken = 0
    for worker in workers:
        out, err = worker.communicate(timeout=200)
        assert worker.returncode == 0, err
        assert "is locked" not in err
        taken += int(out.split()[-1])

    assert taken == RUNS
    assert own_database.run_code(COUNTS).split() == [str(RUNS), "1", str(RUNS), "1", str(RUNS)]


def test_d10_levels_that_come_late_are_told_too(coo):
    """OneUptime cut an escalation off after three hours and dropped its later levels silently."""
    policy, (first, second) = policy_of()
    EscalationLevel.objects.filter(policy=policy).update(wait_seconds=5 * 86_400)
    raise_it(policy)

    run_until(NOW + 11 * DAY, step=6 * HOUR)

    days = [(minutes / 1440, people) for minutes, _, _, people in told()]
    assert [people for _, people in days[:3]] == [[first.pk], [second.pk], [coo.pk]]
    assert [day for day, _ in days[:3]] == [0, 5, 10]


@pytest.mark.parametrize("repeat", [0, 1, 4])
def test_d10_repeat_n_is_n_passes_after_the_first(coo, repeat):
    """OneUptime's repetition was off by one."""
    raise_it(policy_of(1, repeat_count=repeat)[0])

    run_until(NOW + 2 * DAY, step=10 * MINUTE)

    assert sum(level == 1 for _, level, _, _ in told()) == repeat + 1


def test_d10_a_run_whose_worker_died_is_not_stuck(coo):
    """OneUptime's runs stayed in "Scheduled" for ever; ours have no such state, a step is taken whole or is still due."""
    raise_it(policy_of()[0])

    with pytest.raises(Killed), killed_at(9):
        advance_due_escalations(at=NOW)

    assert (told(), EscalationRun.objects.get().status) == ([], "active")
    assert advance_due_escalations(at=NOW + MINUTE) == 1
    assert [level for _, level, _, _ in told()] == [1]


def test_d11_an_edited_policy_moves_only_what_begins_later(coo):
    """OneUptime reads the live policy in every step, so that an edit moves what runs."""
    policy, (first, second) = policy_of()
    raise_it(policy)
    other = UserFactory()
    level = policy.levels.get(number=1)
    level.users.set([other])
    policy.levels.filter(number=2).delete()
    policy.levels.update(wait_seconds=60)
    raise_it(policy, subject="incident:2")

    run_until(NOW + 20 * MINUTE, step=MINUTE)

    people = {run.escalation.subject: [] for run in EscalationRun.objects.select_related("escalation")}
    for event in OutboxMessage.objects.filter(channel="in_app").order_by("pk"):
        subject = EscalationRun.objects.get(escalation=event.event.split(":")[1]).escalation.subject
        people[subject].append(event.user_id)
    assert people == {"incident:1": [first.pk, second.pk, coo.pk], "incident:2": [other.pk, coo.pk]}
