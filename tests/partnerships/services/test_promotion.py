from datetime import timedelta
from decimal import Decimal

import pytest

from foundation.errors import InvalidInputError
from partnerships.models import SLO, Integration, TierPeriod
from partnerships.selectors.promotion import get_promotion_checklist
from partnerships.services.promotion import decide_integration_tier
from tests.factories import NOW, IntegrationFactory, SLOFactory, TierPeriodFactory, UserFactory
from tests.factories_partners import AgreementFactory, AgreementVersionFactory
from tests.partnerships.page_data import DAY, HOUR, MINUTE, soup_of, text_of, watched

pytestmark = pytest.mark.django_db


def promise(integration, ratio, *, state="active", **fields):
    agreement = AgreementFactory(partner=integration.partner, state=state)
    fields = {"effective_on": (NOW - 90 * DAY).date(), **fields}
    return AgreementVersionFactory(agreement=agreement, promised_uptime_ratio=ratio and Decimal(ratio), **fields)


def experiment(past, *, owner=True, at=NOW, promised="0.9995"):
    integration = IntegrationFactory(
        tier="experimental", slug="trial", owner=UserFactory(name="Ann") if owner else None
    )
    TierPeriodFactory(integration=integration, tier="experimental", started_at=at - 200 * DAY)
    SLOFactory(integration=integration, target_ratio=Decimal("0.95"), started_at=at - 60 * DAY)
    watched(past, integration=integration, at=at)
    if promised:
        promise(integration, promised)
    return integration


def lines(integration, *, at=NOW):
    return {line.key: (line.evidence, line.is_met) for line in get_promotion_checklist(integration, at=at).lines}


def test_everything_is_met_with_its_evidence():
    found = lines(experiment([("up", 50 * DAY), ("down", 30 * MINUTE), ("up", 10 * DAY)]))

    assert found == {
        "uptime": ("99.930 %", True),
        "coverage": ("100.0 %", True),
        "quiet": ("the last ended 20 Feb 12:00", True),
        "objective": ("version 1", True),
        "agreement": ("one does", True),
        "owner": ("Ann", True),
        "incidents": ("none", True),
    }


@pytest.mark.parametrize(
    ("past", "unmet"),
    [
        ([("up", 50 * DAY), ("down", 60 * MINUTE), ("up", 10 * DAY)], {"uptime"}),  # 43.2 minutes are granted
        ([("up", 29 * DAY)], {"uptime"}),
        ([("up", 50 * DAY), ("down", 10 * MINUTE), ("up", 6 * DAY)], {"quiet"}),
        ([("up", 50 * DAY), ("down", 10 * MINUTE)], {"quiet"}),
        ([("up", 50 * DAY), ("unknown", 37 * HOUR), ("up", 2 * DAY)], {"coverage"}),
        ([("paused", 50 * DAY)], {"uptime", "coverage", "quiet"}),
    ],
    ids=["missed", "young", "recent", "down", "blind", "paused"],
)
def test_what_is_not_met(past, unmet):
    assert {key for key, (_, is_met) in lines(experiment(past)).items() if not is_met} == unmet


def test_without_owner_and_objective():
    integration = experiment([("up", 50 * DAY)], owner=False)
    SLO.objects.all().delete()

    assert {key for key, (_, is_met) in lines(integration).items() if not is_met} == {"objective", "owner"}


@pytest.mark.parametrize(
    ("ratio", "fields", "evidence"),
    [
        ("0.99", {}, "what is promised is less"),
        (None, {}, "none in force promises an uptime"),
        ("0.9999", {"state": "negotiating"}, "none in force promises an uptime"),
        ("0.9999", {"ends_on": NOW.date() - DAY}, "none in force promises an uptime"),
        ("0.9999", {"effective_on": NOW.date() + DAY}, "none in force promises an uptime"),
    ],
    ids=["too little", "no figure", "not agreed", "expired", "later"],
)
def test_production_needs_an_agreement_that_promises_as_much(ratio, fields, evidence):
    integration = experiment([("up", 50 * DAY)], promised=None)
    promise(integration, ratio, **fields)

    assert lines(integration)["agreement"] == (evidence, False)


@pytest.mark.parametrize(("own", "asked"), [("0.01", "99.9 %"), ("0.99", "99.9 %"), ("0.9995", "99.95 %")])
def test_an_objective_of_its_own_asks_for_more_and_never_for_less(own, asked):
    integration = experiment([("up", 40 * DAY), ("down", 10 * DAY), ("up", 10 * DAY)], promised="0.2")
    SLOFactory(integration=integration, tier="production", target_ratio=Decimal(own), started_at=NOW - 60 * DAY)

    found = {line.key: line for line in get_promotion_checklist(integration, at=NOW).lines}

    assert found["uptime"].requirement == f"30 days at {asked} or better, the target of production"
    assert (found["uptime"].is_met, found["agreement"].is_met) == (False, False)


def promote(integration, **more):
    return decide_integration_tier(integration_id=integration.pk, tier="production", at=NOW, by=None, **more)


def test_a_promotion_keeps_its_checklist():
    integration = experiment([("up", 50 * DAY)])

    period = promote(integration, override_reason="not needed")

    period.refresh_from_db()
    assert (len(period.checklist), period.override_reason) == (7, "")
    assert period.checklist[0]["evidence"] == "100.000 %"


def test_an_unmet_checklist_takes_a_reason_which_is_kept():
    integration = experiment([("up", 20 * DAY)])

    with pytest.raises(InvalidInputError) as refusal:
        promote(integration, override_reason=" ")
    untouched = Integration.objects.get().tier
    period = promote(integration, override_reason="The pilot customer asks")

    assert (refusal.value.field, untouched) == ("override_reason", "experimental")
    assert "30 days at 99.9 % or better" in refusal.value.message
    assert period.override_reason == "The pilot customer asks"
    assert [line["is_met"] for line in period.checklist][:2] == [False, True]


def test_a_demotion_needs_no_checklist():
    integration = IntegrationFactory()
    TierPeriodFactory(integration=integration)

    period = decide_integration_tier(integration_id=integration.pk, tier="experimental", at=NOW + timedelta(1), by=None)

    assert (period.checklist, TierPeriod.objects.count()) == ([], 2)


def test_the_page_shows_the_checklist_and_asks_for_the_reason(client):
    from django.utils import timezone

    client.force_login(UserFactory(permissions=["partnerships.view_integration", "partnerships.change_integration"]))
    experiment([("up", 20 * DAY)], at=timezone.now())
    url = "/integrations/trial/tier/"

    shown = text_of(soup_of(client, url).select_one("main table"))
    refused = client.post(url, {"tier": "production", "reason": "Ready"})
    changed = client.post(url, {"tier": "production", "reason": "Ready", "override_reason": "Asked for"})

    assert "30 days at 99.9 % or better, the target of production 100.000 %, in 20 d 0 h only not met" in shown
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["override_reason"])
    assert (changed.status_code, Integration.objects.get().tier) == (302, "production")
