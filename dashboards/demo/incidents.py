"""Two incidents of the demo company: one that is worked on, one that is resolved and in review."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from dashboards.demo.integrations import Watched
from dashboards.demo.people import People
from dashboards.demo.story import Story
from foundation.words import duration
from operations.models import User
from partnerships.models import Incident, IncidentState, Integration, StatusInterval, VendorIncident
from partnerships.services.incidents import (
    NewAction,
    NewCause,
    NewCommunication,
    NewIncident,
    Said,
    add_action,
    add_cause,
    add_note,
    approve_communication,
    assign_role,
    change_incident_state,
    decide_link,
    declare_incident,
    draft_communication,
    send_communication,
    start_post_mortem,
    write_post_mortem,
)
from partnerships.services.incidents.evidence import propose_links

MINUTE = timedelta(minutes=1)


def add_incidents(story: Story, people: People, watched: Sequence[Watched]) -> None:
    """Save both, with what people did in them."""
    production = [one for one in watched if one.planned.tier == "production"]
    first, second = people.coo, people.lead_of("partner_manager")
    one, outage = _longest_outage(production, story)
    _add_reviewed(one, outage, (first, second), due_on=(story.now + timedelta(days=9)).date())
    _add_open(production[-1].integration, story.now, first, second)


def _add_open(integration: Integration, now: datetime, first: User, second: User) -> None:
    began = now - 24 * MINUTE
    new = NewIncident(
        title=f"{integration}: calls are slow",
        summary="Calls that write take several seconds. Reading works.",
        impact="medium",
        urgency="high",
        effect="degraded",
        integrations=[integration],
        started_at=began,
        detected_at=began + 2 * MINUTE,
    )
    incident = declare_incident(new=new, said=Said(began + 4 * MINUTE, first))
    _work_on(incident, began + 6 * MINUTE, first, second)
    new_message = NewCommunication(audience="executives", phase="holding")
    draft_communication(incident_id=incident.pk, new=new_message, said=Said(began + 12 * MINUTE, second))


def _work_on(incident: Incident, at: datetime, first: User, second: User) -> None:
    assign_role(incident_id=incident.pk, role="commander", user=first, said=Said(at, first))
    assign_role(incident_id=incident.pk, role="comms_lead", user=second, said=Said(at, first))
    change_incident_state(incident_id=incident.pk, state="investigating", said=Said(at + MINUTE, first))
    note = "Support has seven tickets about it, the first from before our check noticed."
    said = Said(at + 3 * MINUTE, second, occurred_at=at - MINUTE)
    add_note(incident_id=incident.pk, text=note, said=said)


def _longest_outage(production: Sequence[Watched], story: Story) -> tuple[Watched, StatusInterval]:
    """The longest outage of production between a day and a quarter of a year ago, and whose it was."""
    by_check = {one.check.pk: one for one in production}
    first, last = story.now - timedelta(days=90), story.now - timedelta(days=1)
    spans = StatusInterval.objects.filter(health_check__in=by_check, state="down")
    ended = spans.filter(started_at__gte=first, ended_at__lt=last).order_by("pk")
    longest = max(ended, key=lambda span: (span.ended_at or span.started_at) - span.started_at)
    return by_check[longest.health_check_id], longest


def _add_reviewed(one: Watched, outage: StatusInterval, people: tuple[User, User], *, due_on: date) -> None:
    first, second = people
    began, ended = outage.started_at, outage.ended_at or outage.started_at
    lasted = duration(ended - began)
    new = NewIncident(
        title=f"{one.integration}: tokens refused",
        summary=f"Every call was refused for {lasted}.",
        impact="high",
        urgency="medium",
        integrations=[one.integration],
        started_at=began,
        detected_at=began + 3 * MINUTE,
    )
    incident = declare_incident(new=new, said=Said(began + 3 * MINUTE, first))
    _work_on(incident, began + 5 * MINUTE, first, second)
    _tell(incident, began + 15 * MINUTE, first, second)
    _blame(incident, one, outage, first)
    found = began + 40 * MINUTE
    over = max(ended, found) + 3 * MINUTE
    for at, state, occurred_at in (
        (found, IncidentState.IDENTIFIED, None),
        (over, IncidentState.RESOLVED, ended),
        (over + 15 * MINUTE, IncidentState.REVIEW, None),
    ):
        said = Said(at, first, occurred_at=occurred_at)
        change_incident_state(incident_id=incident.pk, state=state, said=said)
    _learn(incident, lasted, over + timedelta(hours=2), people, due_on=due_on)


def _tell(incident: Incident, at: datetime, first: User, second: User) -> None:
    new = NewCommunication(audience="customers", phase="holding", recipients="status-list@fieldlight.example")
    draft = draft_communication(incident_id=incident.pk, new=new, said=Said(at, second))
    approve_communication(communication_id=draft.pk, said=Said(at + MINUTE, first))
    send_communication(communication_id=draft.pk, said=Said(at + 2 * MINUTE, second))


def _blame(incident: Incident, one: Watched, outage: StatusInterval, person: User) -> None:
    """Their page told of it 19 minutes after we noticed."""
    began = outage.started_at
    ended = max(outage.ended_at or began, began + 30 * MINUTE) + 8 * MINUTE
    VendorIncident.objects.create(
        partner=one.integration.partner,
        external_id="demo-tokens",
        health_check=one.check,
        title="Authentication errors",
        status="resolved",
        impact="major",
        started_at=began + 10 * MINUTE,
        announced_at=began + 22 * MINUTE,
        ended_at=ended,
        first_seen_at=began + 23 * MINUTE,
        last_seen_at=ended,
    )
    propose_links(at=began + 30 * MINUTE)
    for link in incident.vendor_links.all():
        decide_link(link_id=link.pk, is_same=True, said=Said(began + 35 * MINUTE, person))


def _learn(incident: Incident, lasted: str, at: datetime, people: tuple[User, User], *, due_on: date) -> None:
    first, second = people
    post_mortem = start_post_mortem(incident_id=incident.pk, said=Said(at, first))
    write_post_mortem(
        post_mortem_id=post_mortem.pk,
        said=Said(at, first),
        owner=second,
        impact=f"All widgets of the integration were empty for {lasted}.",
        detection="Our check noticed within three minutes; their page told of it 19 minutes later.",
        went_well="One person led, and customers heard of it within a quarter of an hour.",
    )
    cause = add_cause(
        post_mortem_id=post_mortem.pk,
        new=NewCause("dependency", "Token rotation", "Their rotation left no time in which both tokens held."),
        said=Said(at, second),
    )
    action = NewAction("Ask for a second token a week ahead", "prevent", second, due_on, cause)
    add_action(post_mortem_id=post_mortem.pk, new=action, said=Said(at, first))
