"""Workers killed by SIGKILL between any two statements: no level and no message is lost, no row is there twice."""

import json

import pytest

from tests.operations.notifications.conftest import SECRET
from tests.operations.notifications.receivers import webhook_receiver

STEPS = """
    from datetime import timedelta
    from django.contrib.auth.models import Group
    from operations.models import Escalation, EscalationEvent, EscalationRun, OutboxMessage, User
    from operations.services.escalation_steps import advance_due_escalations
    from tests.factories import NOW, UserFactory
    from tests.kills import kill_before_each
    from tests.operations.test_escalation_steps import policy_of, raise_it

    coo = UserFactory(groups=["coo"])
    policy, (hole, lead) = policy_of(ack_expires_seconds=600)
    User.objects.filter(pk=hole.pk).update(is_active=False)
    late = NOW + timedelta(seconds=90)
    raised = []

    def prepare():
        raised.append(raise_it(policy, subject=f"a:{len(raised)}"))

    def check():
        advance_due_escalations(at=late)  # The next worker; where the step was taken it finds nothing.
        run = raised[-1].run
        run.refresh_from_db()
        assert (run.level, run.next_level, run.step_count) == (2, 3, 2), run.__dict__
        assert run.next_due_at == late + timedelta(minutes=10)
        told = EscalationEvent.objects.filter(escalation=raised[-1], kind="notified")
        assert [(event.level, event.details) for event in told] == [(2, {"people": [lead.pk], "late_seconds": 90.0})]
        assert EscalationEvent.objects.filter(escalation=raised[-1], kind="hole").count() == 1
        rows = OutboxMessage.objects.filter(event=f"escalation:{raised[-1].pk}")
        assert sorted(rows.values_list("user", "level", "channel")) == [(lead.pk, 2, "email"), (lead.pk, 2, "in_app")]

    print(kill_before_each(prepare, lambda: advance_due_escalations(at=late), check))
"""
MESSAGES = """
    import json
    from operations.models import OutboxMessage
    from operations.services.sending import LEASE, send_due_messages
    from tests.factories import NOW
    from tests.factories_notifications import OutboxMessageFactory, WebhookEndpointFactory
    from tests.kills import kill_before_each

    endpoint = WebhookEndpointFactory(url="{url}")
    rows = []

    def prepare():
        rows.append(OutboxMessageFactory(user=None, endpoint=endpoint, channel="webhook"))

    def check():
        send_due_messages(at=NOW + LEASE)  # The next sender, once the lease has lapsed.
        row = OutboxMessage.objects.get(pk=rows[-1].pk)
        assert (row.state, row.uuid) == ("sent", rows[-1].uuid), row.__dict__

    killed = kill_before_each(prepare, lambda: send_due_messages(at=NOW), check)
    assert OutboxMessage.objects.count() == len(rows)
    print(json.dumps([killed, [str(row.uuid) for row in rows]]))
"""


@pytest.mark.slow
def test_an_escalation_step_killed_between_any_two_statements(own_database):
    process = own_database.start_code(STEPS)
    out, err = process.communicate(timeout=200)

    assert process.returncode == 0, err
    assert int(out) >= 10
    assert "escalation_step_late" in out + err


@pytest.mark.slow
def test_the_sending_of_a_message_killed_between_any_two_statements(own_database):
    own_database.env.update(PROBE_ALLOWED_TARGETS="127.0.0.0/8", NOTIFY_SECRET_TESTS=SECRET)
    with webhook_receiver(200) as receiver:
        killed, ids = json.loads(own_database.run_code(MESSAGES.replace("{url}", receiver.url)))

    came = [request.id for request in receiver.requests]
    assert killed >= 4
    assert set(came) == set(ids)
    assert {came.count(one) for one in ids} == {1, 2}  # Twice where the sender died before it could note it.
    assert len({(request.id, request.body) for request in receiver.requests}) == len(ids)
