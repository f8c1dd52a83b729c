from datetime import timedelta

import pytest
from django.db import transaction

from foundation.errors import StaleWriteError
from partnerships.health.schedule import next_slot
from partnerships.models import HealthCheck
from partnerships.services.check_rows import save_checks
from partnerships.services.results import record_results
from tests.factories import HealthCheckFactory
from tests.partnerships.services.test_results import T0, minute, record, result

pytestmark = pytest.mark.django_db


def test_the_next_due_time_is_on_the_grid_and_missed_slots_are_skipped():
    check = HealthCheckFactory(interval_seconds=60)

    record(check, "o")

    assert check.next_due_at == next_slot(check.pk, 60, T0 + timedelta(seconds=2))
    assert (check.attempt, check.lease_until, check.lease_token) == (1, None, "")


def test_a_suspect_check_is_looked_at_again_soon():
    check = HealthCheckFactory(interval_seconds=3600, retry_interval_seconds=20)

    record(check, "of")
    assert minute(1) + timedelta(seconds=22) <= check.next_due_at <= minute(1) + timedelta(seconds=24)
    assert check.attempt == 2
    record(check, "f", start=2)  # confirmed: no hurry any more
    assert (check.next_due_at, check.attempt) == (next_slot(check.pk, 3600, minute(2) + timedelta(seconds=2)), 1)
    record(check, "o", start=3)  # a recovery is confirmed soon, too
    assert check.attempt == 2


def test_a_claim_of_somebody_else_is_left_alone():
    check = HealthCheckFactory(lease_token="theirs", lease_until=minute(9), next_due_at=minute(5))

    record_results(results=[result(check, "o", 0, lease_token="mine")], at=minute(1))

    check.refresh_from_db()
    assert (check.lease_token, check.lease_until, check.next_due_at) == ("theirs", minute(9), minute(5))
    assert check.state == "up"


def test_a_state_changed_behind_our_back_undoes_everything():
    check = HealthCheckFactory()
    HealthCheck.objects.filter(pk=check.pk).update(state_version=5)

    with pytest.raises(StaleWriteError), transaction.atomic():
        save_checks([check])


def test_every_result_raises_the_version():
    check = HealthCheckFactory()
    record(check, "oo")

    assert check.state_version == 2


def test_many_checks_take_few_queries(django_assert_max_num_queries):
    checks = HealthCheckFactory.create_batch(30)
    record_results(results=[result(check, "o", 0) for check in checks], at=minute(0))

    with django_assert_max_num_queries(10):
        record_results(results=[result(check, "o", 1) for check in checks], at=minute(1))
