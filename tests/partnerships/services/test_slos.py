from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from foundation.errors import InvalidInputError
from metrics.models import Metric
from partnerships.models import SLO, Tier
from partnerships.services.slos import NewSLO, define_slo, ensure_default_slos
from partnerships.services.tiers import change_integration_tier, start_integration_tier
from tests.factories import (
    NOW,
    IntegrationFactory,
    SLOFactory,
    SuperuserFactory,
    TargetFactory,
    TierPeriodFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)


def define(integration, ratio="0.999", *, tier=Tier.PRODUCTION, at=NOW, by=None, **new):
    return define_slo(integration_id=integration.pk, tier=tier, new=NewSLO(Decimal(ratio), **new), at=at, by=by)


def versions(integration):
    rows = SLO.objects.filter(integration=integration).order_by("started_at", "pk")
    return [(row.tier, row.number, row.target_ratio, row.ended_at) for row in rows]


def test_a_change_is_a_new_version_and_ends_the_old_one():
    integration, person = IntegrationFactory(), UserFactory()
    define(integration, "0.999")

    changed = define(integration, "0.9995", at=LATER, by=person, window_kind="month", time_zone="Europe/Berlin")

    assert versions(integration) == [
        ("production", 1, Decimal("0.999"), LATER),
        ("production", 2, Decimal("0.9995"), None),
    ]
    assert (changed.created_by, changed.window_kind, changed.time_zone) == (person, "month", "Europe/Berlin")
    assert str(changed.profile) == "standard v1"


def test_a_new_version_keeps_the_status_that_was_judged():
    row = SLOFactory(status="exhausted", status_since=NOW, started_at=NOW - timedelta(days=3))

    changed = define(row.integration, "0.99")

    assert (changed.status, changed.status_since) == ("exhausted", NOW)


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("tier", {"tier": "gold"}),
        ("target_ratio", {"ratio": "1"}),
        ("target_ratio", {"ratio": "0"}),
        ("target_ratio", {"ratio": "0.99999999"}),
        ("window_kind", {"window_kind": "era"}),
        ("window_days", {"window_days": 0}),
        ("window_days", {"window_days": 367}),
        ("time_zone", {"time_zone": "Mars/Olympus"}),
        ("at", {"at": NOW - timedelta(days=40)}),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(field, values):
    row = SLOFactory(started_at=NOW - timedelta(days=30))

    with pytest.raises(InvalidInputError) as refusal:
        define(row.integration, **values)

    assert refusal.value.field == field
    assert SLO.objects.get().ended_at is None


def test_an_integration_begins_with_the_objective_of_its_tier():
    integration = IntegrationFactory(tier=Tier.EXPERIMENTAL)

    start_integration_tier(integration=integration, at=NOW)

    assert versions(integration) == [("experimental", 1, Decimal("0.95"), None)]


def test_a_promotion_brings_the_objective_of_production_and_keeps_the_other():
    integration = IntegrationFactory(tier=Tier.EXPERIMENTAL)
    TierPeriodFactory(integration=integration, tier=Tier.EXPERIMENTAL)
    define(integration, "0.97", tier=Tier.EXPERIMENTAL)

    change_integration_tier(integration_id=integration.pk, tier="production", at=LATER, by=None)

    assert versions(integration) == [
        ("experimental", 1, Decimal("0.97"), None),
        ("production", 1, Decimal("0.999"), None),
    ]


def test_defaults_come_once_and_follow_the_target_of_the_tier():
    metric = Metric.objects.get(key="integration_uptime_production")
    TargetFactory(metric=metric, shape="level", target_value=0.9985, set_at=timezone.now())
    lacking, retired, settled = IntegrationFactory(), IntegrationFactory(is_active=False), SLOFactory().integration

    given = [ensure_default_slos(at=LATER), ensure_default_slos(at=LATER)]

    assert given == [1, 0]
    assert versions(lacking) == [("production", 1, Decimal("0.9985"), None)]
    assert (versions(retired), len(versions(settled))) == ([], 1)


def test_a_target_of_all_the_time_leaves_no_budget_and_is_not_taken():
    metric = Metric.objects.get(key="integration_uptime_production")
    TargetFactory(metric=metric, shape="level", target_value=1.0, set_at=timezone.now())
    integration = IntegrationFactory()

    ensure_default_slos(at=LATER)

    assert versions(integration) == [("production", 1, Decimal("0.999"), None)]


def test_the_admin_adds_a_version_and_names_what_is_wrong(client):
    client.force_login(SuperuserFactory())
    row = SLOFactory()
    asked = {
        "integration": row.integration_id,
        "tier": "production",
        "target_ratio": "0.9995",
        "window_kind": "rolling",
        "window_days": 28,
        "time_zone": "UTC",
        "profile": row.profile_id,
        "reason": "Customers asked",
    }

    refused = client.post("/admin/partnerships/slo/add/", {**asked, "time_zone": "Mars"})
    added = client.post("/admin/partnerships/slo/add/", asked)

    assert refused.context["adminform"].form.errors == {
        "time_zone": ["There is no such time zone; write it like Europe/Berlin."]
    }
    assert added.status_code == 302
    assert [(one.number, one.window_days) for one in SLO.objects.order_by("number")] == [(1, 30), (2, 28)]
