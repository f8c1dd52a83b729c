import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from partnerships.models import AffectedIntegration, Communication, Incident, IncidentEvent, PostMortemAction
from tests.api_client import BASE, problem, superuser_client
from tests.factories import NOW, IntegrationFactory, SuperuserFactory, UserFactory
from tests.factories_incidents import (
    AffectedIntegrationFactory,
    IncidentEventFactory,
    IncidentFactory,
    IncidentLinkFactory,
    IncidentRoleFactory,
    ResolvedIncidentFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client):
    client.force_login(SuperuserFactory(name="Robin Root"))
    return client


def text_of(response, status=200):
    assert response.status_code == status
    return response.content.decode()


def post(page, incident, name, **data):
    return page.post(reverse(f"incidents:incident_{name}", args=[incident.pk]), {"version": incident.version, **data})


def test_list_filters_and_tabs(page):
    slack = IntegrationFactory(name="Slack", slug="slack")
    IncidentFactory(title="Payouts fail", severity="sev1", integration=slack)
    ResolvedIncidentFactory(title="Tokens refused")
    IncidentFactory(title="Fire drill", is_drill=True)
    other = IncidentFactory(title="Logins slow")
    AffectedIntegrationFactory(incident=other, integration=slack)

    def titles(query):
        found = list(csv.DictReader(io.StringIO(b"".join(page.get(f"/incidents/incidents.csv?{query}")).decode())))
        shown = text_of(page.get(f"/incidents/?{query}"))
        assert all(row["title"] in shown for row in found)
        return {row["title"] for row in found}

    assert titles("") == {"Payouts fail", "Tokens refused", "Logins slow"}
    assert titles("drills=1") == {"Payouts fail", "Tokens refused", "Logins slow", "Fire drill"}
    assert titles("tab=open") == {"Payouts fail", "Logins slow"}
    assert titles("tab=review") == {"Tokens refused"}
    assert titles("severity=sev1") == {"Payouts fail"}
    assert titles("integration=slack") == {"Payouts fail", "Logins slow"}
    assert titles(f"partner={slack.partner.slug}") == {"Payouts fail"}
    assert titles(f"q=INC-{other.pk}") == {"Logins slow"}
    assert titles("q=99999999999999999999") == set()
    assert titles("severity=odd&tab=odd&partner=%00") == {"Payouts fail", "Tokens refused", "Logins slow"}


def test_page_shows_what_is_known(page):
    incident = IncidentFactory(title="Payouts fail", started_at=NOW - timedelta(minutes=9), summary="All of them")
    IncidentRoleFactory(incident=incident, user=UserFactory(name="Kim Commander"))
    AffectedIntegrationFactory(incident=incident, integration=IntegrationFactory(name="Asana Tasks"))
    IncidentEventFactory(incident=incident, text="<b>Looking</b>", occurred_at=NOW - timedelta(minutes=5))

    shown = text_of(page.get(incident.get_absolute_url()))

    for words in ("Payouts fail", "All of them", "Kim Commander", "Asana Tasks", "&lt;b&gt;Looking", "after 9 min"):
        assert words in shown
    assert "written " in shown


def test_a_merged_incident_leads_to_the_other(page):
    target = IncidentFactory()
    merged = ResolvedIncidentFactory(state="closed", closed_at=NOW + timedelta(hours=1), merged_into=target)

    response = page.get(merged.get_absolute_url())
    assert (response.status_code, response["Location"]) == (302, target.get_absolute_url())
    assert target.reference in text_of(page.get(f"{merged.get_absolute_url()}?stay=1"))
    assert f"{merged.get_absolute_url()}?stay=1" in text_of(page.get(target.get_absolute_url()))
    assert page.get("/incidents/999999/").status_code == 404


def test_forms_do_what_they_say(page):
    integration = IntegrationFactory(tier="production")
    new = {"title": "Down", "impact": "high", "urgency": "high", "effect": "down", "integrations": [integration.pk]}
    page.post("/incidents/new/", new)
    incident = Incident.objects.get()
    assert (incident.severity, incident.opened_by.name) == ("sev1", "Robin Root")
    other = IncidentFactory()
    person = UserFactory(groups=["partner_manager"])

    for name, data in (
        ("note", {"text": "Looking"}),
        ("role", {"role": "commander", "user": person.pk}),
        ("severity", {"impact": "low", "urgency": "low"}),
        ("affected", {"integration": integration.pk, "effect": "over"}),
        ("state", {"state": "resolved", "text": "Fixed"}),
        ("reopen", {"text": "Back"}),
        ("merge", {"into": other.pk}),
    ):
        incident.refresh_from_db()
        response = post(page, incident, name, **data)
        assert response.status_code == 302, (name, text_of(response, response.status_code))

    incident.refresh_from_db()
    assert (incident.severity, incident.reopen_count, incident.merged_into) == ("sev4", 1, other)
    assert AffectedIntegration.objects.get().ended_at is not None
    kinds = IncidentEvent.objects.filter(incident=incident).order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["opened", "note", "role", "severity", "affected", "state", "reopened", "merged"]


def test_refused_forms_say_why(page):
    incident = IncidentFactory(version=2)

    stale = post(page, IncidentFactory.build(pk=incident.pk, version=1, opened_by=None), "state", state="resolved")
    assert "changed by somebody else" in text_of(stale, 409)
    future = post(page, incident, "note", text="x", occurred_at="2199-01-01T10:00")
    assert "lies in the future" in text_of(future, 422)
    assert text_of(post(page, incident, "state", state="odd"), 422)
    assert text_of(page.post("/incidents/new/", {"title": "x" * 201}), 422)
    assert not IncidentEvent.objects.exists()
    assert page.post("/incidents/999999/note/", {"text": "x"}).status_code == 404


def test_api_declares_moves_and_refuses():
    client, integration = superuser_client(), IntegrationFactory(tier="production")

    made = client.post(f"{BASE}/incidents/", {"title": "Down", "integrations": [integration.pk]}, format="json")
    assert (made.status_code, made.json()["state"], made["ETag"]) == (201, "declared", '"1"')
    url = f"{BASE}/incidents/{made.json()['id']}"
    stale = client.post(f"{url}/transitions/", {"state": "resolved"}, format="json", HTTP_IF_MATCH='"7"')
    assert problem(stale)["status"] == 412
    assert problem(client.post(f"{url}/transitions/", {"state": "closed"}, format="json"))["allowed"] == [
        "investigating", "identified", "monitoring", "resolved",
    ]  # fmt: skip
    note = client.post(f"{url}/notes/", {"text": "a", "occurred_at": "2026-01-01T00:00:00Z"}, format="json")
    assert (note.status_code, note.json()["occurred_at"]) == (201, "2026-01-01T00:00:00Z")
    future = client.post(f"{url}/notes/", {"text": "a", "occurred_at": "2999-01-01T00:00:00Z"}, format="json")
    assert problem(future)["status"] == 400
    done = client.post(f"{url}/transitions/", {"state": "resolved", "text": "ok"}, format="json")
    assert (done.status_code, done.json()["state"], done.json()["version"]) == (201, "resolved", 3)
    assert client.patch(f"{url}/", {"summary": "All"}, format="json").json()["summary"] == "All"


def test_messages_pairs_and_post_mortem_from_the_page(page, client):
    link = IncidentLinkFactory(incident__severity="sev1")
    incident = link.incident
    person = SuperuserFactory()

    def go(step, /, *numbers, **data):
        incident.refresh_from_db()
        url = reverse(f"incidents:incident_{step}", args=[incident.pk, *numbers])
        response = client.post(url, {"version": incident.version, **data})
        assert response.status_code == 302, (step, response.content.decode())

    go("draft", audience="customers", phase="holding", recipients="list@x.example")
    draft = Communication.objects.get()
    go("message_step", draft.pk, "approve")  # By its author: refused.
    client.force_login(person)
    go("message_step", draft.pk, "approve")
    go("message_step", draft.pk, "send")
    go("link_step", link.pk, "confirm")
    go("state", state="resolved")
    go("post_mortem", impact="All", detection="A check", went_well="The call")
    go("cause", category="change", name="Token rotation")
    go("plan", title="Rotate in steps", kind="prevent", owner=person.pk, due_on="2026-04-01")
    shown = text_of(client.get(incident.get_absolute_url()))
    action = PostMortemAction.objects.get()
    go("action_end", action.pk, how="done", words="It held")
    go("finish")
    go("state", state="closed")

    draft.refresh_from_db(), incident.refresh_from_db(), action.refresh_from_db()
    assert (draft.state, draft.approved_by, incident.state, incident.fault) == ("sent", person, "closed", "theirs")
    assert (action.state, action.evidence) == ("done", "It held")
    for words in ("Token rotation", "Rotate in steps", "list@x.example", "Elevated errors", "Overdue"):
        assert words in shown
    for name, numbers in (("message_step", [draft.pk, "burn"]), ("link_step", [link.pk, "x"]), ("action_end", [0])):
        url = reverse(f"incidents:incident_{name}", args=[incident.pk, *numbers])
        assert client.post(url).status_code == 404


def test_open_incidents_stand_on_the_integration_and_the_overview(page):
    integration = IntegrationFactory(tier="production")
    incident = IncidentFactory(title="Payouts fail", integration=integration)
    done = ResolvedIncidentFactory(title="Tokens refused", integration=integration)

    overview = text_of(page.get("/"))
    assert incident.get_absolute_url() in overview
    assert done.get_absolute_url() not in overview
    shown = text_of(page.get(integration.get_absolute_url()))
    assert shown.index("Payouts fail") < shown.index("Tokens refused")


def test_beginning_is_corrected_on_the_page_and_over_the_api(page):
    began = timezone.now().replace(second=0, microsecond=0) - timedelta(hours=3)
    incident = IncidentFactory(started_at=began, detected_at=timezone.now(), opened_at=timezone.now())
    client, url = superuser_client(), f"{BASE}/incidents/{incident.pk}/"

    earlier, far = began - timedelta(hours=1), began - timedelta(days=400)
    changed = client.patch(url, {"started_at": earlier.isoformat(), "title": "Slow"}, format="json")
    refused = client.patch(url, {"started_at": far.isoformat()}, format="json")
    incident.refresh_from_db()
    posted = post(page, incident, "began", started_at=f"{began:%Y-%m-%dT%H:%M}")

    assert (changed.status_code, changed.json()["title"], incident.started_at) == (200, "Slow", earlier)
    assert [error["field"] for error in problem(refused)["errors"]] == ["started_at"]
    assert posted.status_code == 302
    incident.refresh_from_db()
    assert incident.started_at == began
    assert "began: " in text_of(page.get(incident.get_absolute_url()))


def test_admin_says_what_is_wrong_with_a_beginning(client):
    client.force_login(SuperuserFactory())
    far = {"started_at_0": "2020-01-01", "started_at_1": "10:00"}

    response = client.post(
        "/admin/partnerships/incident/add/", {"title": "A", "impact": "low", "urgency": "low", **far}
    )

    assert response.status_code == 200
    assert "days before the incident was declared" in response.content.decode()
