from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from partnerships.health.schedule import next_slot, slot_at_or_before
from partnerships.services.claims import claim_check, claim_due_checks, release_claims, schedule_new_checks
from tests.factories import HealthCheckFactory, IntegrationFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def due(seconds: float = 0, **fields):
    return HealthCheckFactory(next_due_at=NOW + timedelta(seconds=seconds), **fields)


def claimed(**kwargs) -> list[int]:
    return [claim.check_id for claim in claim_due_checks(at=NOW, **kwargs)]


def test_due_checks_are_claimed_oldest_first_and_once():
    late, now = due(-5), due(0)
    due(1)

    assert claimed() == [late.pk, now.pk]
    assert claimed() == []


def test_checks_due_soon_are_claimed_ahead():
    soon = due(2)
    due(3)

    assert claimed(ahead=timedelta(seconds=2.5)) == [soon.pk]


def test_the_limit_holds():
    checks = [due(-number) for number in range(5)]

    assert claimed(limit=2) == [checks[4].pk, checks[3].pk]


def test_paused_and_inactive_checks_are_not_claimed():
    due(is_paused=True)
    due(integration=IntegrationFactory(is_active=False))

    assert claimed() == []


def test_a_lapsed_lease_makes_a_check_due_again():
    check = due(lease_until=NOW, lease_token="dead")
    due(lease_until=NOW + timedelta(seconds=1), lease_token="alive")

    assert claimed() == [check.pk]


def test_a_lease_outlasts_the_timeout_but_not_a_minute():
    short, long = due(timeout_ms=5_000), due(timeout_ms=60_000)

    leases = {claim.check_id: claim.lease_until - NOW for claim in claim_due_checks(at=NOW)}

    assert leases == {short.pk: timedelta(seconds=25), long.pk: timedelta(seconds=60)}


def test_a_check_claimed_again_within_its_interval_is_for_the_same_slot():
    check = due(-20, interval_seconds=60, lease_until=NOW, lease_token="dead")

    (claim,) = claim_due_checks(at=NOW)

    assert (claim.scheduled_for, claim.attempt) == (check.next_due_at, 1)


def test_slots_missed_in_a_standstill_are_skipped():
    check = due(-3600, interval_seconds=60)

    (claim,) = claim_due_checks(at=NOW)

    assert claim.scheduled_for == slot_at_or_before(check.pk, 60, NOW)


def test_released_claims_are_free_at_once_and_only_by_their_holder():
    check = due()
    (claim,) = claim_due_checks(at=NOW)

    release_claims(claims=[claim])
    (second,) = claim_due_checks(at=NOW)
    release_claims(claims=[claim])  # a second time: it is not ours any more

    check.refresh_from_db()
    assert check.lease_token == second.lease_token


def test_new_checks_are_due_at_once_up_to_a_number_and_then_at_their_slot():
    checks = HealthCheckFactory.create_batch(3, interval_seconds=60)

    assert schedule_new_checks(at=NOW, at_once=1) == 3
    assert schedule_new_checks(at=NOW, at_once=1) == 0

    for check in checks:
        check.refresh_from_db()
    assert [check.next_due_at for check in checks] == [NOW, *(next_slot(check.pk, 60, NOW) for check in checks[1:])]


def test_one_check_can_be_claimed_off_its_schedule():
    check = HealthCheckFactory(next_due_at=NOW + timedelta(hours=1), is_paused=True)

    claim = claim_check(check_id=check.pk, at=NOW)

    assert (claim.scheduled_for, claim.attempt) == (NOW, 1)
    assert claim_check(check_id=check.pk, at=NOW) is None
    assert claim_check(check_id=0, at=NOW) is None


def test_an_idle_tick_writes_nothing(django_assert_num_queries):
    with transaction.atomic(), django_assert_num_queries(2):
        assert claim_due_checks(at=NOW) == []
        assert schedule_new_checks(at=NOW) == 0
