import pytest

from foundation.errors import InvalidInputError
from partnerships.models import Integration, TierPeriod
from partnerships.services.tiers import change_integration_tier, start_integration_tier
from tests.factories import HealthCheckFactory, IntegrationFactory, UserFactory
from tests.partnerships.services.test_results import T0, hours, minute, record

pytestmark = pytest.mark.django_db


def periods(integration: Integration) -> list[tuple]:
    rows = TierPeriod.objects.filter(integration=integration).order_by("started_at")
    return [(row.tier, row.started_at, row.ended_at) for row in rows]


def test_a_change_of_tier_ends_one_period_and_begins_the_next():
    integration, person = IntegrationFactory(tier="experimental"), UserFactory()
    start_integration_tier(integration=integration, at=T0)

    period = change_integration_tier(
        integration_id=integration.pk, tier="production", at=minute(5), by=person, reason="30 days above target"
    )

    integration.refresh_from_db()
    assert periods(integration) == [("experimental", T0, minute(5)), ("production", minute(5), None)]
    assert (integration.tier, integration.version) == ("production", 2)
    assert (period.changed_by, period.reason) == (person, "30 days above target")


def test_the_hours_from_the_change_on_are_counted_for_the_new_tier_only():
    integration = IntegrationFactory(tier="experimental")
    start_integration_tier(integration=integration, at=T0)
    check = HealthCheckFactory(integration=integration, interval_seconds=3600)
    record(check, "o      o")  # 12:57 to 13:04

    change_integration_tier(integration_id=integration.pk, tier="production", at=minute(1), by=None, now=minute(8))

    assert hours(check) == [
        (12, "experimental", {"up": 1}),
        (12, "production", {"up": 2}),
        (13, "production", {"up": 5}),
    ]


def test_a_tier_left_and_entered_again_within_an_hour_is_one_row():
    integration = IntegrationFactory(tier="production")
    start_integration_tier(integration=integration, at=T0)
    check = HealthCheckFactory(integration=integration)
    record(check, "o")

    change_integration_tier(integration_id=integration.pk, tier="experimental", at=minute(0.5), by=None)
    change_integration_tier(integration_id=integration.pk, tier="production", at=minute(1), by=None, now=minute(2))

    assert hours(check) == [(12, "experimental", {"up": 0.5}), (12, "production", {"up": 1.5})]


def test_an_integration_without_a_history_gets_one_for_what_was_measured():
    check = HealthCheckFactory(integration__tier="experimental")
    record(check, "o")

    change_integration_tier(integration_id=check.integration_id, tier="production", at=minute(2), by=None)

    assert periods(check.integration) == [("experimental", T0, minute(2)), ("production", minute(2), None)]


@pytest.mark.parametrize(
    ("tier", "at", "field"), [("gold", 5, "tier"), ("experimental", 5, "tier"), ("production", 0, "at")]
)
def test_a_change_that_makes_no_sense_is_refused(tier, at, field):
    integration = IntegrationFactory(tier="experimental")
    start_integration_tier(integration=integration, at=T0)

    with pytest.raises(InvalidInputError) as caught:
        change_integration_tier(integration_id=integration.pk, tier=tier, at=minute(at), by=None)

    assert caught.value.field == field
    assert periods(integration) == [("experimental", T0, None)]
