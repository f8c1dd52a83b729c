"""The sign of life goes out while all is well, and stays away when nobody could be told."""

from datetime import timedelta

import pytest

from operations.services.deadman import ping_deadman
from operations.services.housekeeping import record_heartbeat
from tests.factories import NOW
from tests.factories_notifications import OutboxMessageFactory
from tests.operations.notifications.receivers import webhook_receiver

pytestmark = pytest.mark.django_db


def test_goes_out_while_all_is_well(settings):
    record_heartbeat(name="beat", at=NOW)
    with webhook_receiver() as receiver:
        settings.DEADMAN_URL = receiver.url

        assert ping_deadman(at=NOW) is True
    assert len(receiver.requests) == 1


def test_stays_away_without_a_scheduler(settings):
    record_heartbeat(name="beat", at=NOW - timedelta(hours=1))
    with webhook_receiver() as receiver:
        settings.DEADMAN_URL = receiver.url

        assert ping_deadman(at=NOW) is False
    assert receiver.requests == []


def test_stays_away_while_messages_wait_too_long(settings):
    record_heartbeat(name="beat", at=NOW)
    OutboxMessageFactory(next_attempt_at=NOW - timedelta(hours=1))
    with webhook_receiver() as receiver:
        settings.DEADMAN_URL = receiver.url

        assert ping_deadman(at=NOW) is False
    assert receiver.requests == []


def test_nobody_is_called_where_none_is_named():
    record_heartbeat(name="beat", at=NOW)

    assert ping_deadman(at=NOW) is False


@pytest.mark.parametrize("answer", [500, "drop"])
def test_answer_that_is_none_is_said(settings, answer):
    record_heartbeat(name="beat", at=NOW)
    with webhook_receiver(answer) as receiver:
        settings.DEADMAN_URL = receiver.url

        assert ping_deadman(at=NOW) is False
