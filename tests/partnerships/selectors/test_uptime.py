from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from partnerships.health.uptime import Accounting, Tally
from partnerships.models import AccountingProfile, HealthCheck
from partnerships.selectors.accounting import get_default_accounting
from partnerships.selectors.latency import list_latency_hours, list_latency_parts
from partnerships.selectors.results import list_latest_results
from partnerships.selectors.uptime import get_integration_uptime, get_tier_uptime, list_uptime_parts
from tests.factories import (
    CheckResultFactory,
    HealthCheckFactory,
    IntegrationFactory,
    LatencyHourFactory,
    StatusIntervalFactory,
    TierPeriodFactory,
)

pytestmark = pytest.mark.django_db

DAY0 = datetime(2026, 3, 1, tzinfo=UTC)
HOUR_US = 3_600_000_000


def hour(number: float) -> datetime:
    return DAY0 + timedelta(hours=number)


def story(*steps: tuple[str, float], **fields) -> HealthCheck:
    """A check with these states, each from its hour on; the last one is open."""
    check = HealthCheckFactory(monitored_from=hour(steps[0][1]), **fields)
    for number, (state, start) in enumerate(steps):
        end = hour(steps[number + 1][1]) if number + 1 < len(steps) else None
        StatusIntervalFactory(health_check=check, state=state, started_at=hour(start), ended_at=end)
    return check


def test_an_integration_is_as_good_as_its_worst_check():
    integration = IntegrationFactory()
    story(("up", 0), ("down", 10), ("up", 11), integration=integration)
    story(("up", 0), ("down", 10.5), ("up", 12), integration=integration)
    story(("down", 0), integration=integration, counts_for_uptime=False)

    found = get_integration_uptime(integration=integration, start=hour(0), end=hour(24), at=hour(24))

    assert found.uptime.ratio == Fraction(22, 24)
    assert (found.uptime.percent, found.uptime.coverage_percent, found.uptime.is_hollow) == ("91.66", "100.0", False)
    assert [(row.started_at, row.ended_at, row.seconds) for row in found.outages] == [(hour(10), hour(12), 7200)]
    assert (found.figures.count, found.figures.mttr, found.figures.mtbf) == (1, 2 * HOUR_US, 22 * HOUR_US)
    assert found.uptime.accounting.label == "standard v1"


def test_a_window_into_the_future_is_cut_at_the_present():
    check = story(("down", 0))

    found = get_integration_uptime(integration=check.integration, start=hour(0), end=hour(744), at=hour(336))

    assert found.uptime.tally == Tally(down=336 * HOUR_US)
    assert (found.outages[0].ended_at, found.outages[0].seconds) == (None, 336 * 3600)


def test_what_was_never_measured_has_no_data():
    integration = HealthCheckFactory().integration

    found = get_integration_uptime(integration=integration, start=hour(0), end=hour(24), at=hour(24))

    assert (found.uptime.ratio, found.uptime.coverage, found.uptime.percent) == (None, None, "no data")
    assert (found.outages, found.uptime.is_hollow) == ([], False)


def test_little_coverage_is_hollow():
    check = story(("up", 0), ("unknown", 20))

    found = get_integration_uptime(integration=check.integration, start=hour(0), end=hour(24), at=hour(24))

    assert (found.uptime.ratio, found.uptime.coverage, found.uptime.is_hollow) == (1, Fraction(20, 24), True)


def test_a_tier_pools_the_time_spent_in_it_and_names_its_worst_member():
    good = story(("up", 0), integration__name="Good", integration__tier="production")
    bad = story(("up", 0), ("down", 18), integration__name="Bad", integration__tier="production")
    TierPeriodFactory(integration=bad.integration, tier="experimental", started_at=hour(0), ended_at=hour(12))
    TierPeriodFactory(integration=bad.integration, tier="production", started_at=hour(12))

    production = get_tier_uptime(tier="production", start=hour(0), end=hour(24), at=hour(24))
    experimental = get_tier_uptime(tier="experimental", start=hour(0), end=hour(24), at=hour(24))

    assert production.pooled.ratio == Fraction(24 + 6, 36)
    assert [(one.name, uptime.ratio) for one, uptime in production.members] == [("Bad", Fraction(1, 2)), ("Good", 1)]
    assert production.worst[0] == bad.integration
    assert [(one.name, uptime.ratio) for one, uptime in experimental.members] == [("Bad", 1)]
    assert production.pooled.tally + experimental.pooled.tally == Tally(up=42 * HOUR_US, down=6 * HOUR_US)
    assert good.integration in dict(production.members)


def test_a_tier_without_members_has_no_data():
    found = get_tier_uptime(tier="production", start=hour(0), end=hour(24), at=hour(24))

    assert (found.pooled.percent, found.worst) == ("no data", None)


def test_a_tier_takes_the_same_number_of_queries_for_any_number_of_members(django_assert_num_queries):
    for _ in range(3):
        story(("up", 0), ("down", 5), ("up", 6))

    with django_assert_num_queries(6):
        get_tier_uptime(tier="production", start=hour(0), end=hour(24), at=hour(24))


def test_the_parts_of_a_strip_add_up_to_the_whole():
    check = story(("up", 5), ("down", 23), ("up", 26), ("degraded", 50), ("up", 51))
    edges = [hour(24 * number) for number in range(4)]

    parts = list_uptime_parts(integration=check.integration, edges=edges, at=hour(60))
    whole = get_integration_uptime(integration=check.integration, start=edges[0], end=edges[-1], at=hour(60))

    assert [part.tally for part in parts] == [
        Tally(up=18 * HOUR_US, down=HOUR_US),
        Tally(up=22 * HOUR_US, down=2 * HOUR_US),
        Tally(up=11 * HOUR_US, degraded=HOUR_US),
    ]
    assert parts[0].tally + parts[1].tally + parts[2].tally == whole.uptime.tally


def test_the_default_profile_counts_and_is_named():
    AccountingProfile.objects.update(is_default=False)
    AccountingProfile.objects.create(
        name="contract", version=3, unknown="down", degraded_weight="0.3", min_outage_seconds=60, is_default=True
    )
    check = story(("up", 0), ("unknown", 12))

    found = get_integration_uptime(integration=check.integration, start=hour(0), end=hour(24), at=hour(24))

    assert found.uptime.ratio == Fraction(1, 2)
    assert found.uptime.accounting.label == "contract v3"
    assert found.uptime.accounting.min_outage_us == 60_000_000


def test_without_a_default_profile_the_standard_rules_hold():
    AccountingProfile.objects.update(is_default=False)

    assert get_default_accounting() == Accounting()


def test_latencies_by_hour_and_by_part():
    check = HealthCheckFactory()
    LatencyHourFactory(health_check=check, hour=hour(1), n=100, buckets={"500": 90, "600": 10})
    LatencyHourFactory(health_check=check, hour=hour(2), n=10, buckets={"600": 10})
    LatencyHourFactory(health_check=HealthCheckFactory(), hour=hour(1), n=5, buckets={"700": 5})

    by_hour = list_latency_hours(integration=check.integration, start=hour(0), end=hour(24))
    by_part = list_latency_parts(integration=check.integration, edges=[hour(0), hour(24), hour(48)])

    low, high = 1.02**499.5 / 1000, 1.02**599.5 / 1000
    assert [(one.start, one.n) for one in by_hour] == [(hour(1), 100), (hour(2), 10)]
    assert (by_hour[0].p50_ms, by_hour[0].p95_ms) == (pytest.approx(low), pytest.approx(high))
    assert [(one.n, one.p50_ms is None) for one in by_part] == [(110, False), (0, True)]


def test_the_latest_results_of_all_checks():
    check = HealthCheckFactory()
    other = HealthCheckFactory(integration=check.integration)
    old = CheckResultFactory(health_check=check, scheduled_for=hour(1))
    new = CheckResultFactory(health_check=other, scheduled_for=hour(2))
    CheckResultFactory(scheduled_for=hour(3))

    assert list(list_latest_results(integration=check.integration)) == [new, old]
    assert list(list_latest_results(integration=check.integration, limit=1)) == [new]
