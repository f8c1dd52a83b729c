"""Trying promises out: which one a ticket would get, why, and what other terms would change."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from support.models import SlaPolicy, SlaPolicyVersion, TicketClock, TicketEvent
from support.selectors.dry_run import compare_draft, try_policies
from support.services.sla import NewTerms, create_policy
from support.services.tickets import NewTicket, open_ticket
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def promise(name, position, seconds, conditions=None, metric="first_reply"):
    targets = {metric: {"seconds": seconds, "hours": "calendar"}}
    terms = NewTerms(targets, conditions or {})
    policy = SlaPolicy(name=name, position=position)
    return create_policy(policy=policy, terms=terms, at=timezone.now(), by=None)


@pytest.fixture
def policies():
    urgent = promise("Urgent", 1, 3600, {"priority": ["urgent"], "tier": ["gold", "silver"]})
    return urgent, promise("Web", 2, 7200, {"channel": ["web"]}), promise("All", 3, 14_400)


@pytest.fixture
def page(client, policies):
    client.force_login(UserFactory(groups=["support_agent"]))
    return lambda **query: client.get("/tickets/promises/", query)


def ticket(**fields):
    return open_ticket(new=NewTicket("It fails", **fields), actor=None, at=timezone.now() - HOUR, via="api")


def test_every_condition_of_every_policy_is_met_or_not(policies):
    found = ticket(channel="web", priority="urgent")

    tried = try_policies(found)

    assert [(one.version.policy.name, one.fits, one.is_taken) for one in tried] == [
        *(("Urgent", False, False), ("Web", True, True), ("All", True, False)),
    ]
    assert [(each.name, each.has, each.is_met) for each in tried[0].conditions] == [
        *(("priority", "urgent", True), ("tier", "", False)),
    ]


def test_the_page_says_what_a_ticket_gets_and_changes_nothing(page):
    found = ticket(channel="web")
    before = list(TicketEvent.objects.values()), list(TicketClock.objects.values())

    answer = page(ticket=found.pk, step="")

    assert answer.status_code == 200
    assert str(answer.context["version"]) == "Web, version 1"
    assert [clock["name"] for clock in answer.context["clocks"]] == ["First reply"]
    assert (list(TicketEvent.objects.values()), list(TicketClock.objects.values())) == before


def test_a_new_ticket_is_described_by_what_it_would_have(page):
    urgent = page(priority="urgent", tier="gold", opened_at="2026-03-02T10:00")
    rest = page(priority="low", city="Berlin")

    assert str(urgent.context["version"]) == "Urgent, version 1"
    assert "11:00" in urgent.context["clocks"][0]["due"]
    assert str(rest.context["version"]) == "All, version 1"


@pytest.mark.parametrize(
    ("query", "form", "field"),
    [
        ({"ticket": "99999"}, "try_form", "ticket"),
        ({"ticket": "x"}, "try_form", "ticket"),
        ({"ticket": str(2**63)}, "try_form", "ticket"),
        ({"priority": "soon"}, "try_form", "priority"),
        ({"tier": "a\x07"}, "try_form", "tier"),
        ({"opened_at": "soon"}, "try_form", "opened_at"),
        ({"step": "compare", "targets": "{}"}, "draft_form", "targets"),
        ({"step": "compare", "targets": "["}, "draft_form", "targets"),
        ({"step": "compare", "targets": '{"first_reply": {"seconds": 0}}'}, "draft_form", "targets"),
        ({"step": "compare", "conditions": '{"mood": ["bad"]}'}, "draft_form", "conditions"),
        ({"step": "compare", "policy": "0"}, "draft_form", "policy"),
    ],
)
def test_what_cannot_be_tried_is_said_at_its_field(page, query, form, field):
    answer = page(**query)

    assert answer.status_code == 422
    assert field in answer.context[form].errors


def test_a_draft_is_compared_over_the_open_tickets(policies):
    urgent, web, _ = policies
    for channel in ("web", "web", "mail"):
        ticket(channel=channel)
    ticket(channel="web", priority="urgent")
    at = timezone.now()

    def draft(policy, targets, conditions):
        return compare_draft(SlaPolicyVersion(policy=policy, targets=targets, conditions=conditions), at=at)

    reply = {"first_reply": {"seconds": 3600, "hours": "calendar"}}
    sooner = draft(web, reply, {"channel": ["web"]})
    assert (sooner.tickets, sooner.changed, sooner.sooner, sooner.later) == (4, 3, 3, 0)
    narrower = draft(web, web.versions.get().targets, {"channel": ["fax"]})
    assert (narrower.changed, narrower.sooner, narrower.later) == (3, 0, 3)
    other = draft(web, {"customer_wait": {"seconds": 60, "hours": "calendar"}}, {"channel": ["web"]})
    assert (other.changed, other.gained, other.lost) == (3, 3, 3)
    same = draft(web, web.versions.get().targets, {"channel": ["web"]})
    assert (same.changed, same.same) == (0, 3)
    wider = draft(urgent, reply, {"priority": ["urgent"]})
    assert (wider.changed, wider.sooner) == (1, 1)
    assert not SlaPolicyVersion.objects.filter(number__gt=1).exists()


def test_the_comparison_is_shown(page, policies):
    ticket(channel="web")
    targets = json.dumps({"first_reply": {"seconds": 60, "hours": "calendar"}})

    answer = page(step="compare", policy=policies[1].pk, conditions='{"channel": ["web"]}', targets=targets)

    assert dict(answer.context["comparison"])["Promises due sooner"] == "1"
    assert b"What the draft would change" in answer.content
