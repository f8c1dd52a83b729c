import csv
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from scipy.stats import binomtest

from foundation.errors import InvalidInputError
from partnerships.models import Fault, Incident, IncidentEvent, IncidentLink, VendorIncident, VendorIncidentUpdate
from partnerships.probes.stories import Story, StoryUpdate, read_slack, read_statuspage
from partnerships.selectors.incident_evidence import list_evidence
from partnerships.selectors.partner_honesty import PartnerHonesty, get_partner_honesty
from partnerships.services.incidents import Said, decide_link, set_fault
from partnerships.services.incidents.evidence import propose_links
from partnerships.services.results import ProbeResult, record_results
from tests.factories import NOW, HealthCheckFactory, IntegrationFactory, PartnerFactory, SuperuserFactory, UserFactory
from tests.factories_incidents import (
    AffectedIntegrationFactory,
    IncidentFactory,
    IncidentLinkFactory,
    VendorIncidentFactory,
)

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
db = pytest.mark.django_db


def test_a_recorded_statuspage_is_read(shared_data):
    document = json.loads(shared_data("status/github_summary_2020-04-02_major_outage.json").read_text())

    (story,) = read_statuspage(document)

    assert (story.external_id, story.title) == ("80d0cs6kpsps", "Incident on 2020-04-02 20:20 UTC")
    assert (story.status, story.impact, story.url) == ("investigating", "major", "http://stspg.io/n0wskg2n6bvy")
    assert story.started_at == datetime(2020, 4, 2, 20, 20, 54, 5000, UTC)
    assert (story.announced_at, story.ended_at) == (datetime(2020, 4, 2, 20, 20, 54, 13000, UTC), None)
    assert [update.external_id for update in story.updates] == ["yqsdhyw44qzj", "bd69p75gd9y8"]


def test_a_recorded_slack_page_is_read(shared_data):
    document = json.loads(shared_data("status/slack_current_active_docs.json").read_text())

    (story,) = read_slack(document)

    assert (story.external_id, story.status, story.impact) == ("546", "active", "incident")
    assert story.started_at == datetime(2018, 9, 7, 21, 35, tzinfo=UTC)
    assert (len(story.updates), story.updates[0].said_at) == (1, datetime(2018, 9, 8, 1, 34, 15, tzinfo=UTC))


@pytest.mark.parametrize(
    "incident",
    [
        {},
        {"id": "a", "name": "b"},
        {"id": "a", "name": "b", "created_at": "soon"},
        {"id": "a", "name": "b", "created_at": "0001-01-01T00:00:00+23:00"},
        {"id": True, "name": "b", "created_at": "2026-01-01T00:00:00Z"},
        {"id": "a", "name": ["b"], "created_at": "2026-01-01T00:00:00Z"},
        "words",
    ],
)
def test_what_cannot_be_told_is_left_out(incident):
    assert read_statuspage({"incidents": [incident]}) == ()


def test_hostile_text_is_made_storable():
    one = {"id": "a\x00", "name": "x" * 999 + "\ud800", "created_at": "2026-01-01T00:00:00", "status": "resolved"}

    (story,) = read_statuspage({"incidents": [one]})

    assert (story.external_id, len(story.title)) == ("a", 300)
    assert story.ended_at == story.started_at == datetime(2026, 1, 1, tzinfo=UTC)


STORY = Story(
    external_id="a",
    title="Errors",
    status="investigating",
    impact="major",
    url="",
    started_at=NOW,
    announced_at=NOW + MINUTE,
    ended_at=None,
    updates=(StoryUpdate("u1", "investigating", "We look", NOW + MINUTE),),
)


def tell(check, at, *stories):
    """What a poll of the feed records."""
    result = ProbeResult(check.pk, at, at, at, "degraded", stories=stories)
    record_results(results=[result], at=at)


@db
def test_a_feed_is_stored_once_with_every_wording():
    feed = HealthCheckFactory(counts_for_uptime=False)
    edited = replace(STORY, updates=(StoryUpdate("u1", "investigating", "We looked", NOW + MINUTE),))

    for minutes, story in enumerate((STORY, STORY, edited), start=2):
        tell(feed, NOW + minutes * MINUTE, story)

    found = VendorIncident.objects.get()
    assert (found.partner, found.title) == (feed.integration.partner, "Errors")
    assert (found.first_seen_at, found.last_seen_at, found.ended_at) == (NOW + 2 * MINUTE, NOW + 4 * MINUTE, None)
    assert list(VendorIncidentUpdate.objects.order_by("pk").values_list("body", flat=True)) == ["We look", "We looked"]


@db
def test_what_is_no_longer_listed_is_over_and_comes_back_open():
    feed = HealthCheckFactory(counts_for_uptime=False)
    tell(feed, NOW + 2 * MINUTE, STORY)

    tell(feed, NOW + 5 * MINUTE)
    found = VendorIncident.objects.get()
    assert (found.ended_at, found.is_end_inferred) == (NOW + 2 * MINUTE, True)

    tell(feed, NOW + 6 * MINUTE, replace(STORY, status="resolved", ended_at=NOW + 3 * MINUTE))
    found.refresh_from_db()
    assert (found.status, found.ended_at, found.is_end_inferred) == ("resolved", NOW + 3 * MINUTE, False)


@db
def test_a_feed_that_cannot_be_read_ends_nothing():
    feed = HealthCheckFactory(counts_for_uptime=False)
    tell(feed, NOW + 2 * MINUTE, STORY)
    at = NOW + 5 * MINUTE

    record_results(results=[ProbeResult(feed.pk, at, at, at, "error")], at=at)

    assert VendorIncident.objects.get().ended_at is None


@db
@pytest.mark.parametrize(
    ("began", "ended", "expected"),
    [
        (-60, -1, 0),
        (-60, 0, 0),
        (-60, 1, 1),
        (0, None, 1),
        (30, 70, 1),
        (31, 70, 0),
        (59, 70, 0),
        (60, 70, 0),
        (30, None, 1),
    ],
)
def test_pairs_are_proposed_by_overlap_and_beginning(began, ended, expected):
    """Ours lasts from NOW for an hour; theirs from `began` to `ended` minutes."""
    partner = PartnerFactory()
    period = AffectedIntegrationFactory(
        integration=IntegrationFactory(partner=partner), started_at=NOW, ended_at=NOW + HOUR
    )
    theirs = VendorIncidentFactory(
        partner=partner,
        started_at=NOW + began * MINUTE,
        ended_at=None if ended is None else NOW + ended * MINUTE,
    )

    assert [propose_links(at=NOW + 2 * HOUR), propose_links(at=NOW + 2 * HOUR)] == [expected, 0]
    assert list(IncidentLink.objects.values_list("incident", "vendor_incident")) == (
        [(period.incident_id, theirs.pk)] * expected
    )


@db
def test_only_a_declared_dependency_is_compared_and_no_drill():
    AffectedIntegrationFactory(started_at=NOW)
    partner = PartnerFactory()
    drill = IncidentFactory(is_drill=True)
    AffectedIntegrationFactory(incident=drill, integration=IntegrationFactory(partner=partner), started_at=NOW)
    VendorIncidentFactory(partner=partner, started_at=NOW)

    assert propose_links(at=NOW + HOUR) == 0


@db
def test_a_confirmed_pair_makes_it_theirs_where_nobody_has_judged():
    person = UserFactory()
    unjudged, judged, rejected = IncidentLinkFactory(), IncidentLinkFactory(), IncidentLinkFactory()
    set_fault(incident_id=judged.incident_id, fault="both", said=Said(NOW, person), text="Our retry storm")

    for link, is_same in ((unjudged, True), (judged, True), (rejected, False)):
        decide_link(link_id=link.pk, is_same=is_same, said=Said(NOW, person))

    faults = [Incident.objects.get(pk=link.incident_id).fault for link in (unjudged, judged, rejected)]
    assert faults == ["theirs", "both", "unknown"]
    assert IncidentEvent.objects.filter(incident=unjudged.incident_id).count() == 2
    with pytest.raises(InvalidInputError):
        decide_link(link_id=unjudged.pk, is_same=False, said=Said(NOW))
    with pytest.raises(InvalidInputError):
        set_fault(incident_id=judged.incident_id, fault="aliens", said=Said(NOW, person))


def outage(partner, *, opened, minutes, fault=Fault.THEIRS, announced=None, state="confirmed"):
    """An incident of ours of so many minutes, which they told of `announced` minutes after we noticed."""
    began = NOW + opened * MINUTE
    incident = IncidentFactory(fault=fault, started_at=began, detected_at=began, opened_at=began)
    integration = IntegrationFactory(partner=partner)
    AffectedIntegrationFactory(
        incident=incident, integration=integration, started_at=began, ended_at=began + minutes * MINUTE
    )
    if announced is not None:
        theirs = VendorIncidentFactory(partner=partner, announced_at=began + announced * MINUTE)
        decided = {} if state == "proposed" else {"decided_at": NOW, "decided_by": UserFactory()}
        IncidentLinkFactory(incident=incident, vendor_incident=theirs, state=state, **decided)
    return incident


@db
def test_honesty_lead_and_minutes_by_hand():
    partner = PartnerFactory()
    first = outage(partner, opened=0, minutes=60, announced=19)
    outage(partner, opened=30, minutes=60, announced=-5)  # Overlaps the first by half an hour.
    outage(partner, opened=200, minutes=10)  # Never admitted.
    outage(partner, opened=300, minutes=10, announced=1, state="proposed")
    outage(partner, opened=400, minutes=10, fault=Fault.OURS, announced=1)
    outage(partner, opened=5000, minutes=10)  # Opened later than asked for.
    outage(PartnerFactory(), opened=0, minutes=99, announced=1)

    found = get_partner_honesty(partner, start=NOW, end=NOW + 1000 * MINUTE, now=NOW + 6000 * MINUTE)

    minute = 60_000_000
    assert found == PartnerHonesty(outages=4, admitted=2, vendor_us=110 * minute, lead_us=7 * minute)
    assert found.honesty_ratio == 0.5
    assert [one.lead for one in list_evidence(first)] == [19 * MINUTE]
    empty = get_partner_honesty(partner, start=NOW - HOUR, end=NOW, now=NOW)
    assert (empty, empty.honesty_ratio) == (PartnerHonesty(0, 0, 0, None), None)


@db
def test_what_partners_admit_is_listed_with_its_interval(client):
    client.force_login(SuperuserFactory())
    often, never, clean = (PartnerFactory(name=name, slug=name.lower()) for name in ("Often", "Never", "Clean"))
    for number in range(5):
        outage(often, opened=100 * number, minutes=10, announced=(3 + 2 * number) if number < 4 else None)
    outage(never, opened=0, minutes=90)
    outage(clean, opened=0, minutes=90, fault=Fault.OURS)
    Incident.objects.update(opened_at=timezone.now() - timedelta(days=40))

    page = client.get("/incidents/honesty/").text
    rows = list(csv.reader(client.get("/incidents/honesty.csv?days=365").getvalue().decode().splitlines()))
    short = client.get("/incidents/honesty/?days=30").text
    odd = client.get("/incidents/honesty/?days=x")

    low, high = binomtest(4, 5).proportion_ci(method="wilson")
    assert [row[0] for row in rows[1:]] == ["Never", "Often"]  # Most minutes first; of our own outages none is told.
    assert rows[2][2:5] == ["5", "4", "0.8"]
    assert [float(cell) for cell in rows[2][5:]] == pytest.approx([low, high, 6.0, 50.0])
    assert rows[1][2:4] + rows[1][7:] == ["1", "0", "", "90.0"]
    assert "Partners admitted 4 of 6 outages" in page
    assert f"{low:.0%} to {high:.0%}" in page
    assert ">80%<" in page
    assert "0 of 1" in page
    assert "No outage was theirs" in short
    assert odd.status_code == 200
