"""The list and the page of partners, their stage form and their API."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from partnerships.models import Partner
from tests.api_client import BASE, problem, role_client
from tests.factories import (
    IntegrationFactory,
    PartnerContactFactory,
    PartnerFactory,
    PartnerStageChangeFactory,
    UserFactory,
)
from tests.partnerships.page_data import DAY, soup_of, text_of, watched

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(client):
    person = UserFactory(groups=["partner_manager"], name="Ann Ode", is_staff=True)
    client.force_login(person)
    return person


@pytest.fixture
def agent(client):
    person = UserFactory(groups=["support_agent"])
    client.force_login(person)
    return person


def names(client, **parameters):
    return [text_of(link) for link in soup_of(client, "/partners/", **parameters).select("tbody a.subj")]


@pytest.fixture
def three(db):
    ann = UserFactory(name="Ann Ode")
    acme = PartnerFactory(name="Acme", slug="acme", owner=ann)
    PartnerFactory(name="Bolt", slug="bolt", stage="prospect", kind="vendor")
    PartnerFactory(name="Cargo", slug="cargo", stage="ended", kind="supplier", website="https://cargo.example")
    IntegrationFactory(partner=acme, name="Ledger", is_active=False)
    IntegrationFactory(partner=acme, name="Ledger feed")
    return ann


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["Acme", "Bolt", "Cargo"]),
        ({"q": "BOL"}, ["Bolt"]),
        ({"q": "ledger"}, ["Acme"]),
        ({"q": "cargo.example"}, ["Cargo"]),
        ({"q": "ode"}, ["Acme"]),
        ({"stage": "ended"}, ["Cargo"]),
        ({"kind": "vendor"}, ["Bolt"]),
        ({"owner": "none"}, ["Bolt", "Cargo"]),
        ({"owner": "999999999999999999"}, []),
        ({"stage": "gone", "kind": "odd", "owner": "²", "sort": "x"}, ["Acme", "Bolt", "Cargo"]),
        ({"sort": "-name"}, ["Cargo", "Bolt", "Acme"]),
        ({"sort": "-integrations"}, ["Acme", "Bolt", "Cargo"]),
        ({"q": "none of them"}, []),
    ],
    ids=str,
)
def test_list_shows_what_its_address_asks_for(client, manager, three, asked, found):
    assert names(client, **asked) == found
    lines = b"".join(client.get("/partners/partners.csv", asked).streaming_content).decode().splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == found


def test_list_counts_active_integrations_once(client, manager, three):
    row = soup_of(client, "/partners/", q="ledger").select_one("tbody tr")

    assert text_of(row) == "Acme Active – App provider 1 Ann Ode"
    assert names(client, owner=str(three.pk)) == ["Acme"]


def test_page_says_who_they_are_and_what_runs_on_them(client, manager):
    now = timezone.now()
    partner = PartnerFactory(name="Acme", slug="acme", owner=manager, website="https://acme.example")
    PartnerStageChangeFactory(partner=partner, changed_at=now - 3 * DAY, changed_by=manager, reason="Signed by both")
    PartnerContactFactory(partner=partner, name="Bea Lys", is_primary=True, email="bea@acme.example")
    PartnerContactFactory(partner=partner, name="Old Hand", left_on=date(2026, 1, 31))
    watched([("up", 30 * DAY)], integration=IntegrationFactory(partner=partner, name="Ledger"))

    words = text_of(soup_of(client, "/partners/acme/"))

    assert "Stage Active for 3 d" in words
    assert "Owner Ann Ode" in words
    assert "Website https://acme.example" in words
    assert "Cover % Ledger Up 30 d" in words
    assert "Production 100 100 Health" in words
    assert "Bea Lys Primary bea@acme.example" in words
    assert "Old Hand Left 31 Jan 2026" in words
    assert "Negotiating → Active Signed by both" in words


def test_people_are_hidden_from_support(client, agent):
    contact = PartnerContactFactory(partner__slug="acme", name="Bea Lys")

    words = text_of(soup_of(client, "/partners/acme/"))

    assert contact.name not in words
    assert "People" not in words
    assert client.get("/partners/acme/stage/").status_code == 403
    assert role_client("support_agent").get(f"{BASE}/partner-contacts/").status_code == 403


def test_unknown_partner_is_404(client, manager):
    assert client.get("/partners/nobody/").status_code == 404
    assert client.get("/partners/nobody/stage/").status_code == 404


def test_stage_form_offers_the_steps_and_takes_one(client, manager):
    partner = PartnerFactory(slug="acme", stage="negotiating")

    offered = [one["value"] for one in soup_of(client, "/partners/acme/stage/").select("select option")]
    refused = client.post("/partners/acme/stage/", {"stage": "paused", "reason": "x"})
    blank = client.post("/partners/acme/stage/", {"stage": "active", "reason": " "})
    taken = client.post("/partners/acme/stage/", {"stage": "active", "reason": "Signed"})

    assert offered == ["active", "prospect", "ended"]
    assert (refused.status_code, blank.status_code) == (422, 422)
    assert (taken.status_code, taken.url) == (302, "/partners/acme/")
    partner.refresh_from_db()
    change = partner.stage_changes.get()
    assert (partner.stage, change.reason, change.changed_by) == ("active", "Signed", manager)


def test_integration_leads_to_its_partner(client, manager):
    integration = IntegrationFactory(name="Ledger", slug="ledger", partner__name="Acme", partner__slug="acme")

    page = soup_of(client, integration.get_absolute_url())
    listed = soup_of(client, "/integrations/")

    assert text_of(page.select_one('a[href="/partners/acme/"]')) == "Acme"
    assert text_of(listed.select_one('td a[href="/partners/acme/"]')) == "Acme"


def test_api_begins_in_any_stage_and_goes_on_by_steps():
    tool = role_client("tool_partnerships")
    made = tool.post(f"{BASE}/partners/", {"name": "Acme", "slug": "acme", "stage": "negotiating"})
    url = f"{BASE}/partners/{made.json()['id']}/"

    same = tool.patch(url, {"stage": "negotiating", "kind": "supplier"})
    jumped = tool.patch(url, {"stage": "active"})
    step = tool.post(f"{url}stage-changes/", {"stage": "active", "reason": "Signed"})
    wrong = tool.post(f"{url}stage-changes/", {"stage": "negotiating", "reason": "Again"})

    assert (made.status_code, same.status_code, step.status_code) == (201, 200, 201)
    assert timezone.now() - Partner.objects.get().added_at < timedelta(minutes=1)
    assert (jumped.status_code, [e["field"] for e in problem(jumped)["errors"]]) == (400, ["stage"])
    assert (step.json()["old_stage"], step.json()["new_stage"]) == ("negotiating", "active")
    assert (wrong.status_code, problem(wrong)["allowed"]) == (409, ["paused", "ended"])
    (error,) = problem(wrong)["errors"]
    assert error["field"] == "stage"
    assert error["detail"] == "active cannot become negotiating. Allowed: paused, ended."
    assert Partner.objects.get().kind == "supplier"


def test_api_refuses_a_second_primary_contact_and_a_reserved_address():
    tool = role_client("tool_partnerships")
    contact = PartnerContactFactory(is_primary=True)

    second = tool.post(f"{BASE}/partner-contacts/", {"partner": contact.partner_id, "name": "Ann", "is_primary": True})
    reserved = tool.post(f"{BASE}/partners/", {"name": "E", "slug": "experiments"})

    assert (second.status_code, [e["field"] for e in problem(second)["errors"]]) == (400, ["non_field_errors"])
    assert (reserved.status_code, [e["field"] for e in problem(reserved)["errors"]]) == (400, ["slug"])
