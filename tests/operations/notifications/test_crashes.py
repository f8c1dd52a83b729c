"""A sender that dies at any statement, or by SIGKILL in the middle of sending, loses nothing and changes no id."""

import json
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection

from operations.models import OutboxMessage
from operations.services.sending import LEASE, send_due_messages
from tests.factories import NOW
from tests.factories_notifications import OutboxMessageFactory, WebhookEndpointFactory
from tests.operations.notifications.conftest import SECRET
from tests.operations.notifications.receivers import webhook_receiver
from tests.processes import kill_hard


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


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("answers", [[200], [500, 200]], ids=["taken", "refused_first"])
def test_a_kill_at_any_statement_loses_nothing(answers):
    with webhook_receiver(200) as receiver:
        endpoint = WebhookEndpointFactory(url=receiver.url)
        statement = killed = 0
        is_over = False
        while not is_over:
            statement += 1
            receiver.answers[:] = answers
            receiver.requests.clear()
            row = OutboxMessageFactory(user=None, endpoint=endpoint, channel="webhook")
            try:
                with killed_at(statement):
                    send_due_messages(at=NOW)
                is_over = True
            except Killed:
                killed += 1
            send_due_messages(at=NOW + LEASE)
            send_due_messages(at=NOW + 2 * LEASE)

            assert OutboxMessage.objects.get(pk=row.pk).state == "sent", f"killed at statement {statement}"
            assert {request.id for request in receiver.requests} == {str(row.uuid)}
            assert len({request.body for request in receiver.requests}) == 1

    assert killed >= 5


@pytest.mark.django_db(transaction=True)
def test_a_kill_while_a_bundle_is_made_loses_nothing(mailoutbox):
    statement = killed = 0
    is_over = False
    while not is_over:
        statement += 1
        first = OutboxMessageFactory(title=f"First {statement}")
        rows = [first, *(OutboxMessageFactory(user=first.user, title=f"{n} of {statement}") for n in range(2))]
        try:
            with killed_at(statement):
                send_due_messages(at=NOW)
            is_over = True
        except Killed:
            killed += 1
        send_due_messages(at=NOW + LEASE)

        told = "\n".join(f"{mail.subject}\n{mail.body}" for mail in mailoutbox if mail.to == [first.user.email])
        assert [row.title for row in rows if row.title not in told] == [], f"killed at statement {statement}"
    assert killed >= 6
    assert set(OutboxMessage.objects.values_list("state", flat=True)) == {"bundled", "sent"}


SETUP = """
    from django.utils import timezone
    from operations.models import OutboxMessage, WebhookEndpoint
    endpoint = WebhookEndpoint.objects.create(name="Tool", kind="signed", url="{url}", secret_name="TESTS")
    now = timezone.now()
    rows = [OutboxMessage.objects.create(event=f"e:{{n}}", endpoint=endpoint, channel="webhook", title="t",
                                         next_attempt_at=now, created_at=now) for n in range(3)]
    print(" ".join(str(row.uuid) for row in rows))
"""
SEND = """
    from datetime import timedelta
    from django.utils import timezone
    from operations.services.sending import send_due_messages
    send_due_messages(at=timezone.now() + timedelta(seconds={later}))
"""
STATES = """
    import json
    from operations.models import OutboxMessage
    print(json.dumps(list(OutboxMessage.objects.order_by("pk").values_list("state", "attempts"))))
"""


@pytest.mark.slow
def test_a_killed_sender_is_made_good_by_the_next_one(own_database):
    own_database.env.update(PROBE_ALLOWED_TARGETS="127.0.0.0/8", NOTIFY_SECRET_TESTS=SECRET)
    with webhook_receiver("hang", hang_seconds=20) as receiver:
        ids = set(own_database.run_code(SETUP.format(url=receiver.url)).split())
        process = own_database.start_code(SEND.format(later=0))
        assert receiver.came.wait(60)
        kill_hard(process)
        torn = json.loads(own_database.run_code(STATES))
        taken_before = {request.id for request in receiver.requests}
        receiver.answers[:] = [200]
        receiver.requests.clear()
        own_database.run_code(SEND.format(later=0))
        too_early = list(receiver.requests)
        own_database.run_code(SEND.format(later=(LEASE + timedelta(seconds=60)).total_seconds()))

    assert torn == [["sending", 1]] * 3
    assert taken_before <= ids and taken_before
    assert too_early == []
    assert {request.id for request in receiver.requests} == ids
    assert json.loads(own_database.run_code(STATES)) == [["sent", 2]] * 3
