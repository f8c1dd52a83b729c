"""The public page and what machines read of it: what is told, and what is not."""

import json
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from foundation.words import instant
from partnerships.probes.statuspage import PROBE
from tests.api_client import BASE, problem, role_client
from tests.factories import HealthCheckFactory, IntegrationFactory, StatusIntervalFactory, UserFactory
from tests.factories_incidents import (
    AffectedIntegrationFactory,
    CommunicationFactory,
    IncidentFactory,
    ResolvedIncidentFactory,
)
from tests.factories_status import StatusComponentFactory, StatusPageFactory

pytestmark = pytest.mark.django_db
ADDRESSES = ("/status/", "/status/api/v2/summary.json", "/status/badge.svg", "/status/feed.atom")


@pytest.fixture
def published():
    return StatusPageFactory(title="How we are", is_published=True)


def component(page, name, *states, **fields):
    """A component whose integration has one check in each of these states for the last ten days."""
    integration = IntegrationFactory(name=f"Internal {name}", description="Secret notes")
    since = timezone.now() - timedelta(days=10)
    for number, state in enumerate(states):
        check = HealthCheckFactory(
            integration=integration, state=state, state_since=since, monitored_from=since, name=f"Secret check {number}"
        )
        StatusIntervalFactory(health_check=check, state=state, started_at=since)
    return StatusComponentFactory(page=page, integration=integration, public_name=name, **fields)


def incident(row, *, effect="down", **fields):
    found = IncidentFactory(title="Secret title", summary="Secret summary", **fields)
    AffectedIntegrationFactory(incident=found, integration=row.integration, effect=effect)
    return found


def summary(client):
    response = client.get("/status/api/v2/summary.json")
    assert response.status_code == 200
    return json.loads(response.content)


def soup(client):
    return BeautifulSoup(client.get("/status/").content, "html.parser")


def words(found):
    return [" ".join(one.get_text(" ").split()) for one in found]


@pytest.mark.parametrize("address", ADDRESSES)
def test_nothing_is_there_until_a_page_is_published(client, address):
    StatusPageFactory()

    assert client.get(address).status_code == 404


@pytest.mark.parametrize("address", ADDRESSES)
def test_everybody_may_read_it_and_caches_keep_it(client, published, address):
    component(published, "Board", "up")

    stranger = client.get(address)
    client.force_login(UserFactory(name="Ann Employee"))
    person = client.get(address)

    assert stranger.status_code == person.status_code == 200
    assert stranger["Cache-Control"] == "public, max-age=60"
    assert "Ann Employee" not in person.content.decode()
    assert not stranger.cookies


def test_page_tells_components_in_groups_with_ninety_days(client, published):
    component(published, "Board", "up", group="Acme", position=1)
    component(published, "Mail", "down", group="Acme", position=2)
    component(published, "Chat", "up", "down", position=3)

    page = soup(client)

    assert words(page.select("h2"))[:3] == ["Major disruption", "Acme", "Components"]
    assert words(page.select(".rows h3")) == ["Board", "Mail", "Chat"]
    assert words(page.select(".rows .due")) == ["Operational", "Outage", "Partial outage"]
    assert "100 % up in 90 days" in words(page.select(".what"))[0]
    assert "0.00 % up in 90 days" in words(page.select(".what"))[1]


@pytest.mark.parametrize(
    ("states", "indicator", "status"),
    [
        (("up",), "none", "operational"),
        (("degraded",), "minor", "degraded_performance"),
        (("up", "down"), "minor", "partial_outage"),
        (("down", "down"), "critical", "major_outage"),
        (("unknown",), "minor", "degraded_performance"),
        ((), "minor", "degraded_performance"),
    ],
    ids=["up", "degraded", "partial", "down", "unknown", "no_check"],
)
def test_summary_is_read_by_our_own_reader_of_statuspages(client, published, states, indicator, status):
    component(published, "Board", *states)

    document = summary(client)

    outcome = {"none": "ok", "minor": "degraded", "critical": "fail"}[indicator]
    assert (document["status"]["indicator"], document["components"][0]["status"]) == (indicator, status)
    assert PROBE.read(document, {}).outcome == outcome
    by_component = {"operational": "ok", "major_outage": "fail"}.get(status, "degraded")
    assert PROBE.read(document, {"components": ["Board"]}).outcome == by_component
    assert PROBE.read(document, {"components": ["Nobody's"]}).reason == "component_missing"


def test_silent_check_is_never_called_operational(client, published):
    row = component(published, "Board", "up")
    row.integration.checks.update(stale_at=timezone.now() - timedelta(hours=1))

    assert words(soup(client).select(".rows .due")) == ["Not measured"]


@pytest.mark.parametrize(
    ("fields", "effect", "indicator", "status"),
    [
        ({"severity": "sev1"}, "down", "critical", "major_outage"),
        ({"severity": "sev3"}, "degraded", "minor", "degraded_performance"),
        ({"severity": "sev2"}, "at_risk", "major", "operational"),
        ({"severity": "sev1", "is_drill": True}, "down", "none", "operational"),
    ],
    ids=["sev1", "sev3", "at_risk", "drill"],
)
def test_open_incident_counts_beside_what_is_measured(client, published, fields, effect, indicator, status):
    row = component(published, "Board", "up")
    component(published, "Mail", "up")
    incident(row, effect=effect, **fields)

    document = summary(client)

    assert (document["status"]["indicator"], document["components"][0]["status"]) == (indicator, status)
    assert document["components"][1]["status"] == "operational"


def test_nothing_internal_is_told(client, published):
    row = component(published, "Board", "down")
    incident(row, severity="sev1")
    component(StatusPageFactory(), "Unpublished", "down")
    IntegrationFactory(name="Secret experiment", tier="experimental")

    told = "".join(client.get(address).content.decode() for address in ADDRESSES)

    assert "Board" in told
    for secret in ("Secret", "Internal", "Unpublished"):
        assert secret not in told


def test_badge_and_feed_say_the_state(client, published):
    component(published, "Board", "down")
    component(published, "Mail", "up")

    badge = ET.fromstring(client.get("/status/badge.svg").content)
    feed = ET.fromstring(client.get("/status/feed.atom").content)

    assert badge.attrib["aria-label"] == "status: major disruption"
    atom = "{http://www.w3.org/2005/Atom}"
    assert [entry.findtext(f"{atom}title") for entry in feed.iter(f"{atom}entry")] == ["Major disruption"]
    assert [entry.findtext(f"{atom}summary") for entry in feed.iter(f"{atom}entry")] == ["Board"]


def test_costs_the_same_for_any_size(client, published):
    counts = []
    for size in (1, 4):
        for _ in range(size):
            told(incident(component(published, f"Board {size}", "up", "down")), "We look", minutes=1)
        with CaptureQueriesContext(connection) as captured:
            client.get("/status/")
        counts.append(len(captured))

    assert counts[0] == counts[1] < 22


def test_second_published_page_is_refused():
    client = role_client("operations")
    StatusPageFactory(is_published=True)
    other = StatusPageFactory()

    response = client.patch(
        f"{BASE}/status-pages/{other.pk}/", {"is_published": True}, headers={"If-Match": f'"{other.version}"'}
    )

    assert response.status_code == 400
    assert problem(response)["errors"][0]["field"] == "is_published"


def told(found, subject, *, minutes, **fields):
    at = timezone.now() - timedelta(minutes=minutes)
    steps = {"state": "sent", "approved_at": at, "approved_by": UserFactory(), "sent_at": at, "sent_by": UserFactory()}
    return CommunicationFactory(
        incident=found,
        subject=subject,
        drafted_at=at,
        **{"audience": "customers", "recipients": "Secret list", "body": "We look.", **steps, **fields},
    )


def test_incident_is_told_in_the_words_that_customers_were_sent(client, published):
    row = component(published, "Board", "up")
    found = incident(row, severity="sev2", state="identified")
    told(found, "Boards load slowly", minutes=30)
    told(found, "We found the cause", minutes=10, phase="update", body="A fix is under way.")
    told(found, "Secret to staff", minutes=5, audience="staff")
    draft = {"state": "draft", "approved_at": None, "approved_by": None, "sent_at": None, "sent_by": None}
    told(found, "Secret draft", minutes=5, **draft)
    told(
        found,
        "Secret approved",
        minutes=5,
        **draft | {"state": "approved", "approved_at": timezone.now(), "approved_by": UserFactory()},
    )

    (shown,) = summary(client)["incidents"]
    page = soup(client)

    assert (shown["name"], shown["status"], shown["impact"]) == ("Boards load slowly", "identified", "major")
    assert [(one["status"], one["body"]) for one in shown["incident_updates"]] == [
        ("identified", "A fix is under way."),
        ("investigating", "We look."),
    ]
    assert [one["name"] for one in shown["components"]] == ["Board"]
    assert "A fix is under way." in page.get_text()
    assert "Secret" not in "".join(client.get(address).content.decode() for address in ADDRESSES)
    assert PROBE.read(summary(client), {"components": ["Board"]}).outcome == "fail"


@pytest.mark.parametrize(("days", "names"), [(13, ["Boards load slowly"]), (15, [])], ids=["lately", "long_ago"])
def test_incident_that_is_over_stays_on_the_page_for_two_weeks(client, published, days, names):
    row = component(published, "Board", "up")
    ended = timezone.now() - timedelta(days=days)
    found = ResolvedIncidentFactory(resolved_at=ended, restored_at=ended)
    AffectedIntegrationFactory(incident=found, integration=row.integration, ended_at=ended)
    told(found, "Boards load slowly", minutes=0)

    assert summary(client)["incidents"] == []
    assert words(soup(client).select("h4")) == [
        f"{name}, {instant(found.communications.get().sent_at)}" for name in names
    ]
    assert summary(client)["status"]["indicator"] == "none"


def test_drill_is_not_told(client, published):
    row = component(published, "Board", "up")
    told(incident(row, is_drill=True), "Secret drill", minutes=1)

    assert summary(client)["incidents"] == []


def test_feed_is_read_also_where_a_control_character_was_stored(client, published):
    component(published, "Bo\x0bard", "down")
    published.title = "Sta\x08tus"
    published.save()

    response = client.get("/status/feed.atom")

    assert response.status_code == 200
    atom = "{http://www.w3.org/2005/Atom}"
    feed = ET.fromstring(response.content)
    assert feed.findtext(f"{atom}title") == "Status"
    assert [entry.findtext(f"{atom}summary") for entry in feed.iter(f"{atom}entry")] == ["Board"]
