import pytest

from metrics.histogram import add_to_histogram
from partnerships.models import LatencyHour
from partnerships.services.results import record_results
from tests.factories import HealthCheckFactory, TierPeriodFactory
from tests.partnerships.services.test_results import T0, hours, minute, record, result

pytestmark = pytest.mark.django_db


def test_uptime_hours_are_set_when_states_change_and_when_an_hour_ends():
    check = HealthCheckFactory()

    record(check, "oo")
    assert hours(check) == [(12, "production", {"up": pytest.approx(2 / 60)})]  # at the first interval, no later
    record(check, "oo", start=3)  # past 13:00
    assert hours(check) == [(12, "production", {"up": 3})]
    record(check, "ff", start=5)
    assert hours(check)[1][2] == {"up": 2, "down": pytest.approx(1 + 2 / 60)}


def test_an_outage_dated_back_into_the_last_hour_corrects_that_hour():
    check = HealthCheckFactory()

    record(check, "oofff")  # fails from 12:59, known at 13:00

    first = hours(check)[0]
    assert first == (12, "production", {"up": 2, "down": 1})


def test_a_check_polled_again_after_hours_sets_all_hours_between():
    check = HealthCheckFactory(interval_seconds=86_400)
    record(check, "o")

    record_results(results=[result(check, "o", 300)], at=minute(300))

    assert [(hour, sum(kinds.values())) for hour, _, kinds in hours(check)] == [
        (12, 3),
        (13, 60),
        (14, 60),
        (15, 60),
        (16, 60),
    ]


def test_a_promotion_within_an_hour_splits_it():
    check = HealthCheckFactory(interval_seconds=3600)
    TierPeriodFactory(integration=check.integration, tier="experimental", started_at=T0, ended_at=minute(1))
    TierPeriodFactory(integration=check.integration, tier="production", started_at=minute(1))

    record(check, "o   o")

    assert hours(check) == [(12, "experimental", {"up": 1}), (12, "production", {"up": 2})]


def test_latencies_are_counted_into_their_hour():
    check = HealthCheckFactory()
    record(check, "odf")
    record(check, "o", start=3)
    record(check, "o", start=4)

    rows = list(LatencyHour.objects.order_by("hour").values_list("hour__hour", "n", "total_us", "buckets"))
    assert rows == [
        (12, 2, 2000, add_to_histogram({}, [1000, 1000])),
        (13, 2, 2000, add_to_histogram({}, [1000, 1000])),
    ]
