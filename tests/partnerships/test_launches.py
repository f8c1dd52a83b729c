"""Launches on their pages and over the API."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from operations.migrations._shipped_playbooks import ship_playbooks
from operations.models import GateCheck, Playbook, PlaybookRun
from partnerships.models import Launch
from tests.api_client import BASE, superuser_client
from tests.factories import IntegrationFactory, SuperuserFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _shipped(db):
    """What the migration adds, which tests that empty tables take away."""
    ship_playbooks(apps, None)


@pytest.fixture
def version():
    return Playbook.objects.get(key="integration-rollout").versions.get(state="published")


@pytest.fixture
def coo(client):
    client.force_login(SuperuserFactory(name="Casey"))
    return client


@pytest.fixture
def launch(coo, version):
    given = {"name": "Goals for all", "kind": "rollout", "playbook_version": version.pk, "partner": ""}
    given |= {"anchor_on": "2026-04-01", "integration": IntegrationFactory(slug="goals").pk}
    assert coo.post("/launches/new/", given).status_code == 302
    return Launch.objects.get()


def act(client, launch, **given):
    return client.post(reverse("launches:launch_action", args=[launch.pk]), given)


def test_launch_begins_with_its_run_and_partner(launch):
    assert (launch.run.subject, launch.partner) == ("integration:goals", launch.integration.partner)
    assert launch.run.steps.count() == 9


def test_launch_without_a_subject_is_refused_on_the_form(coo, version):
    given = {"name": "X", "kind": "rollout", "playbook_version": version.pk, "anchor_on": "2026-04-01"}

    page = coo.post("/launches/new/", given)

    assert page.status_code == 422
    assert "integration" in page.context["form"].errors
    assert PlaybookRun.objects.count() == 0


def test_steps_are_done_on_the_page_and_refusals_are_said(coo, launch):
    scope, build = launch.run.steps.get(key="scope"), launch.run.steps.get(key="build")

    refused = act(coo, launch, action="done", step=build.pk, evidence="x")
    bare = act(coo, launch, action="done", step=scope.pk)
    done = act(coo, launch, action="done", step=scope.pk, evidence="Minutes of 2 March")

    assert (refused.status_code, bare.status_code, done.status_code) == (422, 422, 302)
    assert "These come first" in refused.text
    assert "Minutes of 2 March" in coo.get(launch.get_absolute_url()).text
    assert act(coo, launch, action="done", step="9" * 30).status_code == 422
    assert act(coo, launch, action="explode").status_code == 422


def test_gate_is_offered_to_who_may_decide_it_and_names_who_did(coo, launch):
    gate, now, user = launch.run.steps.get(is_gate=True), timezone.now(), SuperuserFactory()
    launch.run.steps.exclude(pk=gate.pk).update(state="done", done_at=now, done_by=user)
    launch.run.steps.filter(pk=gate.pk).update(owner_role="coo", owner=UserFactory(name="Chief", groups=["coo"]))
    other = Client()
    other.force_login(UserFactory(groups=["operations"]))

    assert 'value="decide"' not in other.get(launch.get_absolute_url()).text
    refused = act(other, launch, action="decide", step=gate.pk, decision="no_go")
    act(coo, launch, action="decide", step=gate.pk, decision="go", note="All is well")

    assert (refused.status_code, "or the COO" in refused.text) == (422, True)
    assert "Decided by Casey" in coo.get(launch.get_absolute_url()).text


def test_gate_is_decided_on_the_page_with_its_values(coo, launch):
    gate = launch.run.steps.get(is_gate=True)
    now = timezone.now()
    user = SuperuserFactory()
    launch.run.steps.exclude(pk=gate.pk).update(state="done", done_at=now, done_by=user)

    page = coo.get(launch.get_absolute_url())
    refused = act(coo, launch, action="decide", step=gate.pk, decision="go")
    act(coo, launch, action="decide", step=gate.pk, decision="go", note="The pilot went well")

    assert "no data" in page.text
    assert refused.status_code == 422
    check = GateCheck.objects.get()
    assert (check.decision, check.verdict, check.decided_by.name) == ("go", "conditional", "Casey")
    assert len(check.snapshot) == 3
    assert "The pilot went well" in coo.get(launch.get_absolute_url()).text
    assert "Go" in coo.get("/launches/?state=done").text


def test_launch_day_moves_and_the_launch_ends(coo, launch):
    act(coo, launch, action="anchor", anchor_on="2026-05-06")
    act(coo, launch, action="cancel", reason="They were bought")

    launch.run.refresh_from_db()
    assert (str(launch.run.anchor_on), launch.run.state) == ("2026-05-06", "cancelled")
    assert "They were bought" in coo.get(launch.get_absolute_url()).text


def test_list_filters_and_csv(coo, launch):
    assert len(coo.get("/launches/").context["rows"]) == 1
    assert coo.get("/launches/?kind=marketing").context["rows"] == []
    assert coo.get("/launches/?state=none&kind=%00").context["rows"] != []
    text = b"".join(coo.get("/launches/launches.csv").streaming_content).decode()
    assert text.splitlines()[1].startswith("Goals for all,Integration rollout,Running,")


def test_playbook_pages(coo):
    assert "Integration rollout" in coo.get("/playbooks/").text
    page = coo.get("/playbooks/integration-rollout/").text
    assert "T−30" in page
    assert "Ticket backlog at most 150 tickets (warns)" in page


def test_api_from_draft_to_decision(version):
    client = superuser_client()
    book = client.post(f"{BASE}/playbooks/", {"key": "x", "name": "X", "kind": "general"}).json()
    steps = [{"key": "a", "phase": "P", "title": "A"}, {"key": "g", "phase": "P", "title": "G", "is_gate": True}]

    draft = client.post(f"{BASE}/playbooks/{book['id']}/drafts/", {"steps": steps}).json()
    circle = client.post(f"{BASE}/playbooks/{book['id']}/drafts/", {"steps": [steps[0] | {"after_key": "a"}]})
    url = f"{BASE}/playbook-versions/{draft['id']}"
    early = client.post(f"{url}/runs/", {"name": "R", "anchor_on": "2026-04-01"})
    published = client.post(f"{url}/publications/").json()
    again = client.post(f"{url}/publications/")
    run = client.post(f"{url}/runs/", {"name": "R", "anchor_on": "2026-04-01"}).json()
    steps = client.get(f"{BASE}/run-steps/?run={run['id']}").json()["results"]
    gate, first = steps[0], steps[1]
    done = client.post(f"{BASE}/run-steps/{first['id']}/completions/", {"evidence": "x"})
    decided = client.post(f"{BASE}/run-steps/{gate['id']}/decisions/", {"decision": "go"})

    assert (circle.status_code, early.status_code, again.status_code) == (400, 400, 409)
    assert published["state"] == "published"
    assert (done.status_code, decided.status_code, decided.json()["verdict"]) == (201, 201, "go")
    assert client.get(f"{BASE}/playbook-runs/{run['id']}/").json()["state"] == "done"


def test_api_starts_a_launch_and_refuses_what_is_none(version):
    client, integration = superuser_client(), IntegrationFactory()
    day = (timezone.now() + timedelta(days=30)).date().isoformat()
    given = {"kind": "rollout", "name": "L", "playbook_version": version.pk, "anchor_on": day}

    bare = client.post(f"{BASE}/launches/starts/", given)
    odd = client.post(f"{BASE}/launches/starts/", given | {"integration": integration.pk, "people": {"coo": "x"}})
    far = client.post(f"{BASE}/launches/starts/", given | {"integration": integration.pk, "anchor_on": "9999-12-31"})
    made = client.post(f"{BASE}/launches/starts/", given | {"integration": integration.pk})

    assert [one.status_code for one in (bare, odd, far, made)] == [400, 400, 400, 201]
    assert made.json()["partner"] == integration.partner_id
