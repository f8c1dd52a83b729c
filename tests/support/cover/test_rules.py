"""What becomes of the tickets of somebody who is out, rule by rule."""

from datetime import timedelta

import pytest

from operations.models import Notification
from support.models import AbsenceHandover, Ticket, TicketClock, TicketEvent, TicketState
from support.selectors.absences import BY_ABSENCE, without_absences
from support.services.absences import advance_absences, cancel_absence, change_absence
from support.services.due_tickets import wake_due_tickets
from support.services.messages import add_customer_message, add_note
from support.services.ticket_states import StateChange
from support.services.tickets import NewTicket, assign_ticket, change_ticket_state, open_ticket
from tests.factories import NOW, SolvedTicketFactory, TicketFactory, UserFactory
from tests.support.cover.people import DAY, agent, assignments, out, owner_of, team

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def customer_writes(ticket, at=NOW):
    add_customer_message(ticket_id=ticket.pk, body="Well?", at=at)
    return owner_of(ticket)


def test_b_a_substitute_then_the_queue_then_the_lead_then_the_coo():
    lead, coo = UserFactory(name="Lead"), UserFactory(name="Coo", groups=["coo"])
    desk = team(lead=lead)
    owner, substitute = UserFactory(name="Owner"), UserFactory(name="Sub")
    queue = agent(desk, "Queue")
    absence = out(owner, substitute)

    def next_owner():
        return customer_writes(TicketFactory(team=desk, assignee=owner))

    assert next_owner() == substitute
    out(substitute)
    assert next_owner() == queue
    out(queue)
    assert next_owner() == lead
    out(lead)
    assert next_owner() == coo
    out(coo)
    assert next_owner() is None  # Back in the queue, where everybody sees it.
    assert AbsenceHandover.objects.filter(absence=absence).count() == 5


def test_b_a_reopened_ticket_of_who_is_out_goes_on_unless_they_reopen_it_themselves():
    owner, substitute = UserFactory(), UserFactory()
    out(owner, substitute)
    mine, theirs = SolvedTicketFactory.create_batch(2, assignee=owner)
    change = StateChange(TicketState.OPEN)

    change_ticket_state(ticket_id=theirs.pk, change=change, actor=UserFactory(), at=NOW)
    change_ticket_state(ticket_id=mine.pk, change=change, actor=owner, at=NOW)

    assert (owner_of(theirs), owner_of(mine)) == (substitute, owner)


def test_b_a_queue_that_is_worked_by_hand_has_it_while_somebody_is_on_duty():
    lead = UserFactory()
    desk, owner = team(has_auto_assignment=False, lead=lead), UserFactory()
    out(owner)
    ticket = TicketFactory(team=desk, assignee=owner)
    assert customer_writes(ticket) == lead
    agent(desk, "Ana")

    other = TicketFactory(team=desk, assignee=owner)

    assert customer_writes(other) is None
    assert assignments(other) == [("", "absence")]


def test_b_a_thank_you_and_somebody_who_is_there_change_nothing():
    owner, there = UserFactory(), UserFactory()
    out(owner, there)
    ticket = TicketFactory(assignee=owner)

    add_customer_message(ticket_id=ticket.pk, body="Thanks", no_reply_needed=True, at=NOW)

    assert owner_of(ticket) == owner
    assert customer_writes(TicketFactory(assignee=there)) == there


def test_c_substitutes_of_substitutes_are_followed_and_circles_end_above():
    a, b, c, lead = (UserFactory(name=name) for name in "ABCL")
    desk = team(has_auto_assignment=False, lead=lead)
    out(a, b)
    last = out(b, c)

    assert customer_writes(TicketFactory(team=desk, assignee=a)) == c
    out(c, a)
    assert customer_writes(TicketFactory(team=desk, assignee=a)) == lead
    cancel_absence(absence_id=last.pk, by=lead, at=NOW)
    assert customer_writes(TicketFactory(team=desk, assignee=a)) == b


def test_d_no_clock_pauses_for_an_absence():
    owner, substitute = UserFactory(), UserFactory()
    ticket = open_ticket(new=NewTicket("A", assignee=owner), actor=None, at=NOW - 2 * DAY)
    before = list(TicketClock.objects.filter(ticket=ticket).values())

    out(owner, substitute, handover="all")
    advance_absences(at=NOW - DAY)

    assert owner_of(ticket) == substitute
    assert list(TicketClock.objects.filter(ticket=ticket).values()) == before


@pytest.mark.parametrize(
    ("handover", "moved"), [("none", ""), ("new_only", ""), ("urgent", "urgent high"), ("all", "urgent high low")]
)
def test_as_it_begins_the_chosen_tickets_go(handover, moved):
    owner, substitute = UserFactory(), UserFactory()
    tickets = {name: TicketFactory(assignee=owner, priority=name) for name in ("urgent", "high", "low")}
    solved = SolvedTicketFactory(assignee=owner, priority="urgent")
    absence = out(owner, substitute, handover=handover)

    assert (advance_absences(at=NOW - DAY), advance_absences(at=NOW)) == (1, 0)

    gone = [name for name, ticket in tickets.items() if owner_of(ticket) == substitute]
    assert " ".join(gone) == moved
    assert owner_of(solved) == owner
    absence.refresh_from_db()
    assert (absence.begun_at, absence.next_step_at, absence.over_at) == (NOW - DAY, absence.ends_at, None)
    assert Notification.objects.filter(user=substitute).count() == (1 if moved else 0)


@pytest.mark.parametrize(("handover", "stays"), [("none", True), ("new_only", False)])
def test_what_arrives_for_who_is_out_goes_on_unless_nothing_is_handed_over(handover, stays):
    owner, substitute = UserFactory(), UserFactory()
    out(owner, substitute, handover=handover)
    held = TicketFactory(assignee=owner, state="on_hold_vendor", wake_at=NOW)
    given = TicketFactory()

    opened = open_ticket(new=NewTicket("A", assignee=owner), actor=None, at=NOW)
    assign_ticket(ticket_id=given.pk, assignee=owner, actor=UserFactory(), at=NOW)
    wake_due_tickets(at=NOW)

    assert [owner_of(one) == owner for one in (opened, given, held)] == [stays] * 3


def test_what_one_takes_while_out_stays_ones_own():
    owner = UserFactory()
    out(owner, UserFactory())
    ticket = TicketFactory()

    assign_ticket(ticket_id=ticket.pk, assignee=owner, actor=owner, at=NOW)

    assert owner_of(ticket) == owner


def test_e_what_nobody_worked_on_goes_back_at_the_end_and_the_rest_stays():
    owner, substitute, other = UserFactory(name="Owner"), UserFactory(name="Sub"), UserFactory(name="Other")
    untouched, written, noted, worked, passed_on, solved = TicketFactory.create_batch(6, assignee=owner, category="x")
    absence = out(owner, substitute, handover="all")
    advance_absences(at=NOW - DAY)
    add_customer_message(ticket_id=written.pk, body="Hello?", actor=substitute, at=NOW)
    add_note(ticket_id=noted.pk, body="Seen", actor=other, at=NOW)
    add_note(ticket_id=worked.pk, body="On it", actor=substitute, at=NOW)
    assign_ticket(ticket_id=passed_on.pk, assignee=other, actor=substitute, at=NOW)
    change_ticket_state(ticket_id=solved.pk, change=StateChange(TicketState.SOLVED), actor=substitute, at=NOW)

    assert (advance_absences(at=absence.ends_at), advance_absences(at=absence.ends_at + DAY)) == (1, 0)

    found = [owner_of(one).name for one in (untouched, written, noted, worked, passed_on, solved)]
    assert found == ["Owner", "Owner", "Owner", "Sub", "Other", "Sub"]
    assert assignments(untouched) == [("Sub", "absence"), ("Owner", "absence")]
    assert AbsenceHandover.objects.filter(returned_at=absence.ends_at).count() == 3


def test_e_a_ticket_that_its_owner_got_back_stays_when_the_substitute_returns():
    a, b, c = (UserFactory(name=name) for name in "ABC")
    ticket = TicketFactory(assignee=a)
    out(a, b, handover="all", until=NOW + 2 * DAY)
    advance_absences(at=NOW - DAY)
    out(b, c, handover="all", since=NOW, until=NOW + 5 * DAY)
    for day in (0, 2, 5):
        advance_absences(at=NOW + day * DAY)

    assert owner_of(ticket) == a


def test_e_a_ticket_goes_back_step_by_step_when_the_substitute_returns_first():
    a, b, c = (UserFactory(name=name) for name in "ABC")
    ticket = TicketFactory(assignee=a)
    out(a, b, handover="all", until=NOW + 5 * DAY)
    advance_absences(at=NOW - DAY)
    out(b, c, handover="all", since=NOW, until=NOW + 2 * DAY)
    holders = []
    for day in (0, 2, 5):
        advance_absences(at=NOW + day * DAY)
        holders.append(owner_of(ticket))

    assert holders == [c, b, a]


def test_e_a_ticket_that_went_on_to_the_substitutes_substitute_comes_back_too():
    a, b, c = (UserFactory(name=name) for name in "ABC")
    ticket = TicketFactory(assignee=a)
    out(a, b, handover="all", until=NOW + 2 * DAY)
    advance_absences(at=NOW - DAY)
    out(b, c, handover="all", since=NOW, until=NOW + 5 * DAY)
    advance_absences(at=NOW)
    assert owner_of(ticket) == c

    advance_absences(at=NOW + 2 * DAY)

    assert owner_of(ticket) == a


def test_e_nothing_goes_back_where_it_is_not_wanted_or_the_owner_stays_out():
    first, second, substitute = UserFactory(), UserFactory(), UserFactory()
    tickets = [TicketFactory(assignee=one) for one in (first, second)]
    out(first, substitute, handover="all", is_given_back=False)
    out(second, substitute, handover="all")
    out(second, substitute, since=NOW + DAY, until=NOW + 9 * DAY)
    advance_absences(at=NOW - DAY)

    advance_absences(at=NOW + DAY)

    assert [owner_of(one) for one in tickets] == [substitute, substitute]


def test_g_hand_overs_are_told_from_others():
    owner, substitute = UserFactory(name="Owner"), UserFactory(name="Sub")
    out(owner, substitute)
    ticket = TicketFactory(assignee=owner)
    customer_writes(ticket)
    assign_ticket(ticket_id=ticket.pk, assignee=UserFactory(), actor=substitute, at=NOW)

    handed = TicketEvent.objects.get(BY_ABSENCE)

    assert handed.reason.startswith("absence: Owner is out until ")
    assert handed.reason.endswith("; the substitute has it.")
    holders = [str(owner.pk), str(substitute.pk)]
    assert handed.changes == {"assignee": ["Owner", "Sub"], "holder_id": holders, "cause": ["", "absence"]}
    rest = without_absences(TicketEvent.objects.all())
    assert rest.count() == TicketEvent.objects.count() - 1
    assert handed not in rest


def test_an_absence_that_was_over_before_anybody_looked_moves_nothing():
    owner = UserFactory()
    ticket = TicketFactory(assignee=owner)
    absence = out(owner, UserFactory(), handover="all")

    assert advance_absences(at=NOW + 9 * DAY) == 2

    absence.refresh_from_db()
    assert (owner_of(ticket), absence.over_at) == (owner, NOW + 9 * DAY)


def test_ending_early_gives_back_and_a_change_moves_the_end():
    owner, substitute, by = UserFactory(), UserFactory(), UserFactory()
    ticket = TicketFactory(assignee=owner)
    absence = out(owner, substitute, handover="all")
    advance_absences(at=NOW - DAY)

    change_absence(absence_id=absence.pk, values={"ends_at": NOW + 3 * DAY}, at=NOW)
    assert advance_absences(at=NOW + 2 * DAY) == 0
    cancel_absence(absence_id=absence.pk, by=by, at=NOW + 2 * DAY)
    advance_absences(at=NOW + 2 * DAY)

    assert owner_of(ticket) == owner
    assert not Ticket.objects.filter(assignee=substitute).exists()
