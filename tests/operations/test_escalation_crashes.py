"""Steps killed at any statement: no level is lost and none is told twice.

Workers that race over many runs are in `test_known_defects.py` (D10).
"""

from contextlib import contextmanager

import pytest
from django.db import connection

from operations.models import Escalation, EscalationEvent, EscalationRun, Notification, OutboxMessage
from operations.services.escalation_steps import advance_due_escalations
from tests.factories import NOW, UserFactory
from tests.operations.test_escalation_steps import MINUTE, policy_of, raise_it, told
from tests.processes import kill_hard

STORED = (Escalation, EscalationRun, EscalationEvent, OutboxMessage, Notification)
RUNS = 60
SEED = f"""
    from datetime import timedelta
    from django.contrib.auth.models import Group
    from django.utils import timezone
    from operations.models import EscalationKind, EscalationLevel, EscalationPolicy, User
    from operations.services.escalations import NewEscalation, raise_escalation
    coo = User.objects.create_user("coo@example.com", name="Chief")
    coo.groups.add(Group.objects.get(name="coo"))
    lead = User.objects.create_user("lead@example.com", name="Lead")
    policy = EscalationPolicy.objects.create(name="P", final_wait_seconds=86400)
    level = EscalationLevel.objects.create(policy=policy, number=1, name="Lead", wait_seconds=86400)
    level.users.add(lead)
    at = timezone.now() - timedelta(minutes=1)
    for n in range({RUNS}):
        new = NewEscalation(EscalationKind.DISRUPTION, f"a:{{n}}", f"Matter {{n}}", policy=policy)
        raise_escalation(new=new, at=at)
"""
WORK = """
    from django.utils import timezone
    from operations.services.escalation_steps import advance_due_escalations
    print("started", flush=True)
    print(advance_due_escalations(at=timezone.now()))
"""
COUNTS = """
    from collections import Counter
    from operations.models import EscalationEvent, EscalationRun, OutboxMessage
    each = Counter(EscalationEvent.objects.filter(kind="notified").values_list("escalation", flat=True))
    inbox = Counter(OutboxMessage.objects.filter(channel="in_app").values_list("event", flat=True))
    print(len(each), max(each.values()), len(inbox), max(inbox.values()))
    print(EscalationRun.objects.filter(level=1, step_count=1).count())
"""


class Killed(BaseException):
    """Nothing may catch it, as nothing survives a kill."""


@contextmanager
def killed_at(statement):
    seen = [0]

    def count(execute, sql, params, many, context):
        seen[0] += 1
        if seen[0] == statement:
            raise Killed
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        yield


def everything_stored():
    return [list(model.objects.order_by("pk").values_list()) for model in STORED]


@pytest.mark.django_db(transaction=True)
def test_a_kill_at_any_statement_of_a_step_changes_nothing_and_the_step_is_taken_later():
    coo = UserFactory(groups=["coo"])
    policy, (first, second) = policy_of(ack_expires_seconds=600)
    raise_it(policy)
    first.is_active = False  # A hole, then a level that is told.
    first.save()

    for at in (NOW, NOW + 10 * MINUTE):
        statement, before = 0, everything_stored()
        while True:
            statement += 1
            try:
                with killed_at(statement):
                    assert advance_due_escalations(at=at, limit=1) == 1
            except Killed:
                assert everything_stored() == before, f"killed at statement {statement}"
            else:
                break
        assert statement > 8

    assert told() == [(0, 2, 0, [second.pk]), (10, 3, 0, [coo.pk])]
    assert list(OutboxMessage.objects.filter(channel="in_app").order_by("pk").values_list("user", "level")) == [
        (second.pk, 2),
        (coo.pk, 3),
    ]


@pytest.mark.slow
def test_a_worker_killed_in_the_middle_loses_and_doubles_nothing(own_database):
    own_database.run_code(SEED)
    worker = own_database.start_code(WORK)
    worker.stdout.readline()
    kill_hard(worker)
    own_database.manage("advance_escalations", "--once")

    assert own_database.run_code(COUNTS).split() == [str(RUNS), "1", str(RUNS), "1", str(RUNS)]
    assert "0 steps" in own_database.manage("advance_escalations", "--once").stdout
