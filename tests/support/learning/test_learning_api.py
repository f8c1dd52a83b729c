"""What tickets teach, over the API."""

from datetime import timedelta

import pytest
from django.utils import timezone

from support.models import Change, Insight, InsightTicket, RequesterNotice
from tests.api_client import BASE, problem, role_client, superuser_client
from tests.factories import CustomerFactory, TicketFactory, UserFactory
from tests.factories_learning import ChangeOutcomeFactory, InsightFactory, InsightTicketFactory, RequesterNoticeFactory

pytestmark = pytest.mark.django_db


def test_from_a_ticket_to_a_shipped_change():
    api, ticket = superuser_client(), TicketFactory(customer=CustomerFactory())
    today = timezone.now().date()
    given = {"statement": "Payouts are shown twice", "kind": "defect", "cause": "payout", "tickets": [ticket.pk]}

    insight = api.post(f"{BASE}/insights/", given).json()
    url = f"{BASE}/insights/{insight['id']}/"
    twice = problem(api.post(f"{BASE}/insights/", given))
    refused = problem(api.post(f"{url}transitions/", {"state": "measured"}))
    validated = api.post(f"{url}transitions/", {"state": "validated"})
    plan = {
        "insight": insight["id"],
        "kind": "product",
        "title": "Show each once",
        "statement": "Nobody has to ask.",
        "before_start_on": str(today - timedelta(days=28)),
        "before_end_on": str(today - timedelta(days=1)),
        "expected_change": 1.5,
        "check_on": str(today + timedelta(days=30)),
        "owner": UserFactory().pk,
    }
    change = api.post(f"{BASE}/changes/", plan)
    edited = api.patch(f"{BASE}/changes/{change.json()['id']}/", {"reference": "FL-12"})
    shipped = api.post(f"{BASE}/changes/{change.json()['id']}/shippings/")

    assert twice["status"] == 400
    assert refused["status"] == 409
    assert "validated" in refused["detail"]
    assert (validated.status_code, validated.json()["state"]) == (201, "validated")
    assert (change.status_code, edited.json()["reference"], shipped.status_code) == (201, "FL-12", 201)
    assert api.get(url).json()["state"] == "shipped"
    (notice,) = api.get(f"{BASE}/requester-notices/").json()["results"]
    told = api.post(f"{BASE}/requester-notices/{notice['id']}/replies/", {"body": "It is fixed."})
    assert (told.status_code, told.json()["way"]) == (201, "reply")
    assert problem(api.post(f"{BASE}/requester-notices/{notice['id']}/told-by-hand/"))["status"] == 400
    assert (Insight.objects.count(), Change.objects.count(), RequesterNotice.objects.count()) == (1, 1, 1)


def test_evidence_is_added_and_taken_away_below_the_insight():
    api, insight, ticket = superuser_client(), InsightFactory(), TicketFactory()
    url = f"{BASE}/insights/{insight.pk}/"

    added = api.post(f"{url}evidence/", {"tickets": [ticket.pk]})
    removed = api.post(f"{url}evidence-removals/", {"ticket": ticket.pk})
    again = problem(api.post(f"{url}evidence-removals/", {"ticket": ticket.pk}))
    none = problem(api.post(f"{url}evidence/", {"tickets": [10**12]}))

    assert (added.status_code, added.json()) == (201, {"added": 1})
    assert (removed.status_code, again["status"], none["status"]) == (201, 400, 400)
    assert InsightTicket.objects.get().removed_by == api.user


def test_a_verdict_is_given_once_and_needs_enough_rows():
    api = superuser_client()
    good, thin = ChangeOutcomeFactory(), ChangeOutcomeFactory(after_n=3)
    Insight.objects.update(state="measured")
    body = {"verdict": "confirmed", "note": "It held."}

    given = api.post(f"{BASE}/change-outcomes/{good.pk}/verdicts/", body)
    again = problem(api.post(f"{BASE}/change-outcomes/{good.pk}/verdicts/", body))
    refused = problem(api.post(f"{BASE}/change-outcomes/{thin.pk}/verdicts/", body))

    assert (given.status_code, again["status"], refused["status"]) == (201, 400, 400)


def test_needs_are_sorted_as_asked():
    api, many, payer = superuser_client(), InsightFactory(), CustomerFactory(yearly_revenue_minor=700)
    for customer in (CustomerFactory(), CustomerFactory()):
        InsightTicketFactory(insight=many, ticket=TicketFactory(customer=customer))
    InsightTicketFactory(insight=(rich := InsightFactory()), ticket=TicketFactory(customer=payer))

    rows = api.get(f"{BASE}/insights/needs/").json()
    by_revenue = api.get(f"{BASE}/insights/needs/?sort=revenue").json()

    assert [row["insight"] for row in rows] == [many.pk, rich.pk]
    assert [(row["insight"], row["revenue_minor"]) for row in by_revenue] == [(rich.pk, 700), (many.pk, None)]
    assert problem(api.get(f"{BASE}/insights/needs/?sort=luck"))["status"] == 400


def test_agents_may_teach_but_not_keep_the_catalogue():
    agent, lead = role_client("support_agent"), role_client("support_lead")
    body = {"code": "sync", "name": "Sync is late"}

    assert agent.post(f"{BASE}/causes/", body).status_code == 403
    assert lead.post(f"{BASE}/causes/", body).status_code == 201
    assert agent.post(f"{BASE}/insights/", {"statement": "Sync is late on Mondays"}).status_code == 201
    RequesterNoticeFactory()
    assert agent.get(f"{BASE}/requester-notices/").status_code == 200
