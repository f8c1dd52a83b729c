from datetime import timedelta

import pytest
from auditlog.models import LogEntry

from foundation.errors import InvalidInputError
from partnerships.models import CheckResult, UptimeHour
from partnerships.services.events import pause_check, resume_check, sweep_stale_checks
from partnerships.services.results import record_results
from partnerships.services.retention import drop_old_results
from tests.factories import CheckResultFactory, HealthCheckFactory
from tests.partnerships.services.test_results import T0, hours, intervals, minute, record, result

pytestmark = pytest.mark.django_db


def test_silence_becomes_unknown_from_when_the_next_result_was_due():
    check = HealthCheckFactory(interval_seconds=60)
    record(check, "o")

    assert sweep_stale_checks(at=minute(3)) == 0
    assert sweep_stale_checks(at=minute(10)) == 1
    assert sweep_stale_checks(at=minute(20)) == 0

    check.refresh_from_db()
    assert intervals(check) == [("up", 0, pytest.approx(61 / 60)), ("unknown", pytest.approx(61 / 60), None)]
    assert (check.state, check.stale_at) == ("unknown", None)
    assert hours(check)[0][2] == {"up": pytest.approx(61 / 60), "unknown": pytest.approx(119 / 60)}
    assert hours(check)[1][2] == {"unknown": 7}


def test_a_check_that_comes_back_is_up_at_once():
    check = HealthCheckFactory(interval_seconds=60)
    record(check, "o")
    sweep_stale_checks(at=minute(10))

    record(check, "o", start=12)

    assert intervals(check)[-1] == ("up", 12, None)


def test_results_that_could_not_measure_do_not_keep_a_check_fresh():
    check = HealthCheckFactory(interval_seconds=60)
    record(check, "oee")
    assert check.state == "up"
    record(check, "eee", start=3)

    assert intervals(check) == [("up", 0, pytest.approx(61 / 60)), ("unknown", pytest.approx(61 / 60), None)]


def test_pause_and_resume_are_part_of_the_history():
    check = HealthCheckFactory()
    record(check, "o")

    paused = pause_check(check_id=check.pk, at=minute(1))
    record_results(results=[result(check, "f", 2)], at=minute(2))  # one that was under way
    resumed = resume_check(check_id=check.pk, at=minute(3))
    record(check, "o", start=4)

    assert (paused.is_paused, resumed.is_paused) == (True, False)
    assert intervals(check) == [("up", 0, 1), ("paused", 1, 3), ("pending", 3, 4), ("up", 4, None)]
    assert hours(check)[0][2] == {"up": 1, "paused": 2}
    noted = LogEntry.objects.get_for_object(check).filter(action=LogEntry.Action.UPDATE).order_by("pk")
    assert [entry.changes for entry in noted if "is_paused" in entry.changes] == [
        {"is_paused": ["False", "True"]},
        {"is_paused": ["True", "False"]},
    ]


def test_pausing_twice_and_resuming_what_runs_change_nothing():
    check = HealthCheckFactory()
    record(check, "o")

    resume_check(check_id=check.pk, at=minute(1))
    pause_check(check_id=check.pk, at=minute(2))
    pause_check(check_id=check.pk, at=minute(3))

    assert intervals(check) == [("up", 0, 2), ("paused", 2, None)]


def test_a_check_can_be_paused_before_its_first_result():
    check = HealthCheckFactory()

    pause_check(check_id=check.pk, at=minute(0))
    resume_check(check_id=check.pk, at=minute(1))
    record(check, "o", start=2)

    assert intervals(check) == [("paused", 0, 1), ("pending", 1, 2), ("up", 2, None)]
    assert check.monitored_from == minute(2)


def test_an_unknown_check_cannot_be_paused():
    with pytest.raises(InvalidInputError):
        pause_check(check_id=0, at=T0)


def test_old_results_are_dropped_and_what_is_derived_stays(settings):
    settings.PROBE_RESULT_DAYS = 14
    check = HealthCheckFactory()
    record(check, "oo")
    old = CheckResultFactory(health_check=check, scheduled_for=T0 - timedelta(days=15))

    dropped = drop_old_results(at=minute(5))

    assert dropped == 1
    assert not CheckResult.objects.filter(pk=old.pk).exists()
    assert CheckResult.objects.count() == 2
    assert UptimeHour.objects.exists()
    assert drop_old_results(at=minute(5), days=0) == 2
