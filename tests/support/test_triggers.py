"""Tickets that climb to the COO: by rules, each once an occasion, and because a person says so."""

from datetime import timedelta

import pytest
from django.utils import timezone

from foundation.errors import InvalidInputError
from operations.models import Escalation, EscalationTrigger
from operations.services.escalation_steps import advance_due_escalations
from support.models import TicketState, TicketTrigger, TriggerFiring
from support.services.messages import add_customer_message, add_note
from support.services.ticket_escalations import make_ladder
from support.services.ticket_fields import change_ticket_fields
from support.services.ticket_states import StateChange
from support.services.tickets import NewTicket, assign_ticket, change_ticket_state, open_ticket
from support.services.triggers import check_words, notice_silence
from tests.api_client import BASE, client_of, problem
from tests.factories import NOW, CustomerFactory, TeamFactory, TicketFactory, UserFactory
from tests.factories_support import TicketTriggerFactory

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _no_shipped_rules():
    TicketTrigger.objects.update(is_active=False)


def opened(subject="Broken", **more):
    return open_ticket(new=NewTicket(subject, **more), actor=None, at=NOW)


def move(ticket, state, at, **more):
    return change_ticket_state(ticket_id=ticket.pk, change=StateChange(state, **more), actor=None, at=at)


def test_shipped_rules_hold_where_nobody_chose():
    shipped = dict(TicketTrigger.objects.values_list("kind", "name"))

    assert set(shipped) == {"reopens", "vip", "priority", "keyword", "silence"}


def test_reopening_so_often_escalates_each_time_and_not_before():
    TicketTriggerFactory(name="Reopened twice or more", kind="reopens", count=2)
    ticket = opened(category="Bug")
    counts = []
    for number in range(3):
        move(ticket, TicketState.SOLVED, NOW + number * HOUR, reason="found")
        add_customer_message(ticket_id=ticket.pk, body="again", at=NOW + number * HOUR + HOUR / 2)
        counts.append(TriggerFiring.objects.count())

    assert counts == [0, 1, 2]
    assert set(TriggerFiring.objects.values_list("occasion", flat=True)) == {"reopen:2", "reopen:3"}


def test_very_important_customer_escalates_once():
    TicketTriggerFactory(kind="vip", severity="critical")
    customer = CustomerFactory(is_vip=True)

    ticket = opened(customer=customer)
    add_customer_message(ticket_id=ticket.pk, body="Hello?", at=NOW + HOUR)
    opened(customer=CustomerFactory())

    escalation = Escalation.objects.get()
    assert (escalation.subject, escalation.severity) == (f"ticket:{ticket.pk}", "critical")
    assert EscalationTrigger.objects.count() == 1


@pytest.mark.parametrize(("least", "raised"), [("urgent", False), ("high", True), ("normal", True)])
def test_priority_escalates_with_all_more_urgent_ones(least, raised):
    TicketTriggerFactory(kind="priority", priority=least)
    ticket = opened(priority="low")

    change_ticket_fields(ticket_id=ticket.pk, fields={"priority": "high"}, actor=None, at=NOW + HOUR)

    assert Escalation.objects.exists() is raised


@pytest.mark.parametrize(
    ("said", "raised"),
    [
        ("My LAWYER will write", True),
        ("charge-back!", True),
        ("lawyers of the world", False),
        ("a flawyer", False),
        ("", False),
    ],
)
def test_words_of_the_customer_escalate_whole_and_in_any_case(said, raised):
    TicketTriggerFactory(kind="keyword", words=["lawyer", "charge-back"])

    ticket = opened(body=said)
    add_note(ticket_id=ticket.pk, body="lawyer? we say that ourselves", actor=None, at=NOW)

    assert Escalation.objects.exists() is raised


def test_each_word_of_a_rule_escalates_once_whichever_comes_first():
    TicketTriggerFactory(kind="keyword", words=["lawyer", "refundxyz"])
    ticket = opened(body="my LAWYER says")
    found = []
    for body in ("lawyer again", "lawyer again, refundxyz now!", "refundxyz, lawyer"):
        add_customer_message(ticket_id=ticket.pk, body=body, at=NOW + HOUR)
        found.append(sorted(TriggerFiring.objects.values_list("occasion", flat=True)))

    assert found == [["word:lawyer"], *([["word:lawyer", "word:refundxyz"]] * 2)]
    assert Escalation.objects.count() == 1


def test_ticket_that_has_ended_is_not_escalated():
    TicketTriggerFactory(kind="keyword", words=["refund"])
    ticket = opened()
    move(ticket, TicketState.SPAM, NOW)

    goes_on = add_customer_message(ticket_id=ticket.pk, body="refund", at=NOW + HOUR)

    assert list(TriggerFiring.objects.values_list("ticket", flat=True)) == [goes_on.pk]
    assert goes_on.pk != ticket.pk


def test_silence_after_it_was_given_out_counts_open_time_only_and_once():
    TicketTriggerFactory(kind="silence", minutes=120)
    friday = NOW + timedelta(days=4, hours=11)  # Friday 23:00: an hour is left of the last open day.
    agent = UserFactory()
    ticket, worked, nobodys = opened(), opened(), opened()
    for one in (ticket, worked):
        assign_ticket(ticket_id=one.pk, assignee=agent, actor=None, at=friday)
    add_note(ticket_id=worked.pk, body="I look", actor=agent, at=friday + HOUR / 2)
    add_note(ticket_id=ticket.pk, body="somebody else", actor=UserFactory(), at=friday + HOUR / 2)

    fired = [notice_silence(at=friday + step) for step in (2 * HOUR, 40 * HOUR, 50 * HOUR, 51 * HOUR)]

    assert fired == [0, 0, 1, 0]
    assert Escalation.objects.get().subject == f"ticket:{ticket.pk}"
    assert nobodys.assignee is None
    assign_ticket(ticket_id=ticket.pk, assignee=UserFactory(), actor=None, at=friday + 60 * HOUR)
    assert notice_silence(at=friday + 63 * HOUR) == 1


def test_ladder_is_assignee_lead_operations_coo():
    lead, agent = UserFactory(), UserFactory()
    ticket = TicketFactory(team=TeamFactory(lead=lead), assignee=agent)

    rungs = make_ladder(ticket, "normal").levels

    assert [rung.name for rung in rungs] == ["Assignee", "Lead", "Operations manager", "COO"]
    assert [rung.users for rung in rungs[:2]] == [(agent.pk,), (lead.pk,)]
    assert [rung.roles for rung in rungs[2:]] == [("operations",), ("coo",)]
    assert [rung.name for rung in make_ladder(TicketFactory(assignee=lead, team=ticket.team), "normal").levels] == [
        *("Assignee", "Operations manager", "COO")
    ]


def test_unanswered_escalation_reaches_the_coo_and_ends_with_the_ticket():
    UserFactory(groups=["operations"])
    UserFactory(groups=["coo"])
    agent = UserFactory(groups=["support_agent"])
    ticket = open_ticket(new=NewTicket("Broken", assignee=agent, category="Bug"), actor=None, at=NOW)
    asked = {"reason": "The customer is furious.", "is_critical": True}

    answer = client_of(agent).post(f"{BASE}/tickets/{ticket.pk}/escalations/", asked, format="json")
    for minutes in (0, 11, 30, 60):
        advance_due_escalations(at=timezone.now() + timedelta(minutes=minutes))

    assert answer.status_code == 201
    escalation = Escalation.objects.get(pk=answer.json()["escalation"])
    assert escalation.run.level == 3
    move(ticket, TicketState.SOLVED, timezone.now() + 2 * HOUR)
    escalation.refresh_from_db()
    assert escalation.state == "resolved"


def test_help_is_asked_for_with_a_reason_and_while_the_ticket_is_open(client):
    agent = UserFactory(groups=["support_agent"])
    client.force_login(agent)
    ticket = opened()

    empty = client.post(f"/tickets/{ticket.pk}/escalate/", {"reason": " "})
    done = client.post(f"/tickets/{ticket.pk}/escalate/", {"reason": "I am stuck."}, follow=True)
    move(ticket, TicketState.SPAM, NOW + HOUR)
    late = client_of(agent).post(f"{BASE}/tickets/{ticket.pk}/escalations/", {"reason": "x"}, format="json")

    assert (empty.status_code, b"Escalated" in done.content) == (422, True)
    assert (late.status_code, problem(late)["errors"][0]["field"]) == (400, "reason")


@pytest.mark.parametrize("words", ["lawyer", [1], [""], ["x" * 61], ["x"] * 51, {"a": 1}, None])
def test_words_that_are_no_short_list_of_texts_are_refused(words):
    with pytest.raises(InvalidInputError):
        check_words(words)
