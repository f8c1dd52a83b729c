"""The page on which an objective is promised: it says what is impossible, and keeps the versions before."""

from decimal import Decimal

import pytest

from partnerships.models import SLO
from tests.factories import IntegrationFactory, SLOFactory, UserFactory
from tests.partnerships.page_data import soup_of, text_of

pytestmark = pytest.mark.django_db
URL = "/integrations/shop/slo/"
TYPED = {
    "tier": "production",
    "seen": 1,
    "target_percent": "99.95",
    "window_kind": "rolling",
    "window_days": 30,
    "time_zone": "UTC",
    "reason": "Agreed at the review",
}


@pytest.fixture
def shop(client):
    client.force_login(UserFactory(permissions=["partnerships.view_integration", "partnerships.add_slo"]))
    integration = IntegrationFactory(slug="shop", name="Shop", tier="production")
    rules = [{"severity": "ticket", "kind": "down", "window_minutes": 45}]
    SLOFactory(integration=integration, tier="production", target_ratio=Decimal("0.999"), rules=rules)
    return integration


def rule(number, severity, kind, percent, minutes):
    names = ("severity", "kind", "budget_percent", "window_minutes")
    return {
        f"rule{number}_{name}": value for name, value in zip(names, (severity, kind, percent, minutes), strict=True)
    }


def refused(client, status=422, **fields):
    response = client.post(URL, {**TYPED, **fields})
    assert response.status_code == status
    assert SLO.objects.count() == 1
    return response.content.decode()


def test_the_form_shows_the_version_in_force(client, shop):
    soup = soup_of(client, URL)

    value = {one["name"]: one.get("value") for one in soup.select("main input")}
    chosen = {one["name"]: (one.select_one("[selected]") or {}).get("value") for one in soup.select("main select")}
    assert (Decimal(value["target_percent"]), value["seen"], value["rule0_window_minutes"]) == (
        Decimal("99.9"),
        "1",
        "45",
    )
    assert (chosen["rule0_severity"], chosen["rule0_kind"], chosen["rule1_severity"]) == ("ticket", "down", "")
    assert value["step1_spent_percent"] == "100"
    assert "None is in force" in text_of(soup_of(client, f"{URL}?tier=experimental").select_one(".lede"))


def test_it_is_stored_as_a_new_version(client, shop):
    typed = TYPED | rule(0, "page", "burn", "2.5", 60) | rule(3, "ticket", "down", "", 30)
    typed |= {"step0_spent_percent": 80, "step0_action": "Call them"}

    assert client.post(URL, typed).status_code == 302

    first, second = SLO.objects.order_by("number")
    assert (first.ended_at == second.started_at, second.number, second.target_ratio) == (True, 2, Decimal("0.9995"))
    assert second.rules == [
        {"severity": "page", "kind": "burn", "budget_percent": 2.5, "window_minutes": 60},
        {"severity": "ticket", "kind": "down", "window_minutes": 30},
    ]
    assert second.policy == [{"spent_percent": 80, "action": "Call them"}]


def test_an_impossible_rule_is_refused_on_the_page_with_an_offer(client, shop):
    words = refused(client, target_percent="93", **rule(0, "page", "burn", "2", 60))

    assert "At this target 2 % of the budget in 1 h cannot fire in time" in words
    assert "down longer than" in words


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"target_percent": "100"}, "Must be above 0 and below 1"),
        ({"target_percent": ""}, "This field is required."),
        ({"window_days": 0}, "greater than or equal to 1"),
        ({"time_zone": "Mars/Olympus"}, "is not one of the available choices"),
        (rule(0, "page", "burn", "", 60), "Rules: Rule 1: budget_percent is above 0"),
        (rule(0, "page", "burn", "2", ""), "window_minutes is a whole number"),
        ({"step0_spent_percent": 50}, "Policy: An action has 1 to 200 characters."),
        ({"step0_action": "Call"}, "Policy: spent_percent is a whole number"),
        ({"reason": ""}, "This field is required."),
    ],
    ids=str,
)
def test_what_cannot_be_is_said_where_it_was_typed(client, shop, fields, words):
    assert words in refused(client, **fields)


def test_an_experimental_objective_wakes_nobody(client, shop):
    SLOFactory(integration=shop, tier="experimental", target_ratio=Decimal("0.95"))
    response = client.post(URL, {**TYPED, "tier": "experimental", **rule(0, "page", "burn", "2", 60)})

    assert (response.status_code, "wakes nobody" in response.content.decode()) == (422, True)


def test_a_form_from_before_the_last_change_is_refused(client, shop):
    assert "changed by somebody else" in refused(client, 409, seen=0)
