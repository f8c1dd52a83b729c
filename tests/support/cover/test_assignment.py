from datetime import timedelta

import pytest

from support.models import AgentProfile, Ticket, TicketEvent
from support.services.assignment import (
    NotOpenError,
    TakenError,
    assign_automatically,
    assign_waiting_tickets,
    take_ticket,
)
from support.services.tickets import NewTicket, assign_ticket, open_ticket
from support.tasks import assign_waiting_tickets as task
from tests.factories import NOW, SolvedTicketFactory, TicketFactory, UserFactory
from tests.factories_cover import TicketSkillFactory
from tests.support.cover.people import agent, assignments, out, owner_of, team

pytestmark = pytest.mark.django_db


def assign(ticket):
    return assign_automatically(ticket_id=ticket.pk, at=NOW)


def test_the_first_who_takes_a_ticket_has_it_and_the_second_is_told_who():
    ana, ben, ticket = UserFactory(name="Ana"), UserFactory(name="Ben"), TicketFactory()

    take_ticket(ticket_id=ticket.pk, actor=ana, at=NOW)
    again = take_ticket(ticket_id=ticket.pk, actor=ana, at=NOW)
    with pytest.raises(TakenError, match="Ana has") as caught:
        take_ticket(ticket_id=ticket.pk, actor=ben, at=NOW)

    assert (again.assignee, caught.value.holder) == (ana, ana)
    event = TicketEvent.objects.get()
    assert (event.kind, event.actor, event.changes) == (
        "assigned",
        ana,
        {"assignee": ["", "Ana"], "holder_id": ["", str(ana.pk)]},
    )


def test_what_is_over_is_neither_taken_nor_given():
    ticket = SolvedTicketFactory()

    with pytest.raises(NotOpenError):
        take_ticket(ticket_id=ticket.pk, actor=UserFactory(), at=NOW)
    with pytest.raises(NotOpenError):
        assign(ticket)


def test_the_least_loaded_by_priority_gets_it_then_whoever_waited_longest():
    desk = team()
    ana, ben = agent(desk, "Ana"), agent(desk, "Ben")
    TicketFactory(assignee=ana, priority="urgent")
    TicketFactory.create_batch(3, assignee=ben, priority="low")
    SolvedTicketFactory(assignee=ben, priority="urgent")
    tickets = TicketFactory.create_batch(4, team=desk, priority="low")

    owners = []
    for number, ticket in enumerate(tickets):
        assign_automatically(ticket_id=ticket.pk, at=NOW + timedelta(minutes=number))
        owners.append(owner_of(ticket).name)

    assert owners == ["Ben", "Ana", "Ben", "Ana"]  # 4:3, 4:4 and Ana never had one, 5:4, 5:5 and Ben had his later.
    assert assignments(tickets[0]) == [("Ben", "automatic")]


def test_who_is_out_off_duty_full_or_not_taking_is_passed_over():
    desk = team()
    out(agent(desk, "Out"))
    agent(team(), "Elsewhere")
    agent(desk, "Full", cap=1)
    agent(desk, "Closed", is_accepting=False)
    there = agent(desk, "There", cap=2)
    first, second = TicketFactory.create_batch(2, team=desk)

    assert assign(first).ticket.assignee == there
    done = assign(second)

    assert (owner_of(second), done.reason) == (None, f"All who are on duty for {desk} have as much as they may.")
    assert Ticket.objects.get(pk=second.pk).queue_reason == done.reason
    assert not assignments(second)


def test_a_category_with_a_skill_goes_to_those_who_have_it():
    desk = team()
    skill = TicketSkillFactory(category="Payouts")
    agent(desk, "Ana")
    ticket = TicketFactory(team=desk, category="Payouts")

    assert assign(ticket).reason == f"Nobody on duty for {desk} takes tickets of “Payouts”."
    knows = agent(desk, "Ben")
    knows.agent_profile.skills.add(skill)
    TicketFactory(assignee=knows, priority="urgent")

    assert assign(ticket).ticket.assignee == knows
    assert Ticket.objects.get(pk=ticket.pk).queue_reason == ""


def test_opening_and_routing_give_out_only_where_the_team_wants_it():
    desk, other = team(), team(has_auto_assignment=False)
    ana = agent(desk, "Ana")
    agent(other, "Ben")

    opened = open_ticket(new=NewTicket("A", team=desk), actor=None, at=NOW)
    by_hand = open_ticket(new=NewTicket("B", team=other), actor=None, at=NOW)
    assert (owner_of(opened), owner_of(by_hand)) == (ana, None)
    routed = assign_ticket(ticket_id=by_hand.pk, team=desk, actor=None, at=NOW)

    assert routed.assignee == ana
    assert assignments(by_hand) == [("", ""), ("Ana", "automatic")]


def test_the_sweep_gives_out_urgent_ones_first_and_keeps_to_caps():
    desk = team()
    ana = agent(desk, "Ana", cap=5)
    low, normal, urgent = (TicketFactory(team=desk, priority=name) for name in ("low", "normal", "urgent"))
    TicketFactory(team=team(has_auto_assignment=False))

    assert assign_waiting_tickets(at=NOW) == 2
    task()

    assert [owner_of(one) for one in (urgent, normal, low)] == [ana, None, ana]
    assert "have as much as they may" in Ticket.objects.get(pk=normal.pk).queue_reason
    assert AgentProfile.objects.get().last_assigned_at == NOW


def test_giving_by_hand_ends_the_reason_why_it_waited():
    desk, ana = team(), UserFactory()
    ticket = TicketFactory(team=desk)
    assert assign(ticket).reason == f"Nobody of {desk} is on duty."

    assign_ticket(ticket_id=ticket.pk, assignee=ana, actor=None, at=NOW)

    assert Ticket.objects.get(pk=ticket.pk).queue_reason == ""
