import itertools
from datetime import timedelta

import pytest

from foundation.errors import InvalidInputError, RefusedTransitionError, StaleWriteError
from support.models import EventKind, Priority, Ticket, TicketEvent, TicketState, Via
from support.services.messages import add_customer_message, add_note, add_reply
from support.services.ticket_fields import change_ticket_fields
from support.services.ticket_states import ALLOWED, StateChange, list_allowed_states
from support.services.tickets import (
    NewTicket,
    assign_ticket,
    change_ticket_state,
    open_ticket,
)
from tests.factories import NOW, SolvedTicketFactory, TeamFactory, TicketFactory, UserFactory

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)
HOUR = timedelta(hours=1)


def ticket_in(state, **fields):
    """A ticket in the state, with the times that it needs there."""
    ended = {
        "solved": {"resolved_at": NOW},
        "closed": {"closed_at": NOW},
        "merged": {"closed_at": NOW},
        "spam": {"closed_at": NOW},
    }
    return TicketFactory(**{"state": state, "category": "Login", **ended.get(state, {}), **fields})


def change(ticket, state, at=LATER, **more):
    version = more.pop("version", None)
    actor = more.pop("actor", None)
    return change_ticket_state(
        ticket_id=ticket.pk, change=StateChange(TicketState(state), **more), actor=actor, at=at, version=version
    )


ENOUGH = {"reason": "because", "wake_at": LATER + HOUR}


@pytest.mark.parametrize(("old", "new"), list(itertools.product(TicketState.values, repeat=2)))
def test_every_step_is_taken_or_refused_with_the_allowed_ones(old, new):
    ticket = ticket_in(old)

    if new in ALLOWED[old]:
        into = {"into": TicketFactory().pk} if new == "merged" else {}
        changed = change(ticket, new, **ENOUGH, **into)
        event = TicketEvent.objects.get(ticket=ticket)
        assert (changed.state, event.old_state, event.new_state, event.at) == (new, old, new, LATER)
        assert Ticket.objects.get(pk=ticket.pk).version == 2
    else:
        with pytest.raises(RefusedTransitionError) as caught:
            change(ticket, new, **ENOUGH)
        assert caught.value.allowed == list_allowed_states(old)
        assert not TicketEvent.objects.exists()
        assert Ticket.objects.get().state == old


def test_allowed_steps_are_those_of_the_specification():
    open_states = ["open", "pending_customer", "on_hold_vendor", "on_hold_internal"]

    assert ALLOWED["new"] == (*open_states, "solved", "merged", "spam")
    for state in open_states:
        assert set(ALLOWED[state]) == {*open_states, "solved", "merged"} - {state}
    assert ALLOWED["solved"] == ("open", "closed")
    assert [ALLOWED[state] for state in ("closed", "merged", "spam")] == [(), (), ()]


@pytest.mark.parametrize(
    ("reason", "wake_at", "field"),
    [
        ("", LATER + HOUR, "reason"),
        ("parts", None, "wake_at"),
        ("parts", LATER, "wake_at"),
        ("  ", LATER + HOUR, "reason"),
    ],
)
def test_on_hold_needs_a_reason_and_a_later_time(reason, wake_at, field):
    with pytest.raises(InvalidInputError) as caught:
        change(ticket_in("open"), "on_hold_vendor", reason=reason, wake_at=wake_at)

    assert caught.value.field == field
    assert Ticket.objects.get().state == "open"


def test_on_hold_remembers_when_it_comes_back_and_forgets_it_after():
    ticket = ticket_in("open")

    assert change(ticket, "on_hold_internal", **ENOUGH).wake_at == LATER + HOUR
    assert change(ticket, "open", at=LATER + HOUR).wake_at is None


def test_solving_needs_a_category():
    ticket = ticket_in("open", category="")

    with pytest.raises(InvalidInputError) as caught:
        change(ticket, "solved")
    solved = change(ticket, "solved", category=" Login ")

    assert caught.value.field == "category"
    assert (solved.category, solved.resolved_at) == ("Login", LATER)
    assert TicketEvent.objects.get().changes == {"category": ["", "Login"]}


@pytest.mark.parametrize("fields", [{"priority": Priority.HIGH}, {"priority": Priority.URGENT}, {"reopen_count": 1}])
def test_solving_what_was_urgent_or_came_back_needs_the_root_cause(fields):
    ticket = ticket_in("open", **fields)

    with pytest.raises(InvalidInputError) as caught:
        change(ticket, "solved")

    assert caught.value.field == "reason"
    assert change(ticket, "solved", reason="a wrong setting").state == "solved"


def test_reopening_clears_the_end_and_counts():
    ticket = ticket_in("solved")

    reopened = change(ticket, "open")

    assert (reopened.resolved_at, reopened.closed_at, reopened.reopen_count) == (None, None, 1)
    assert change(ticket, "solved", at=LATER + HOUR, reason="again").resolved_at == LATER + HOUR


def test_closing_keeps_the_resolution_and_ends_the_ticket():
    closed = change(ticket_in("solved"), "closed")

    assert (closed.resolved_at, closed.closed_at) == (NOW, LATER)


def test_stale_version_is_refused_and_the_right_one_taken():
    ticket = ticket_in("open")
    change(ticket, "pending_customer", version=1)

    with pytest.raises(StaleWriteError):
        change(ticket, "solved", version=1)

    assert change(ticket, "solved", version=2).version == 3


def test_failed_event_takes_the_change_back(monkeypatch):
    ticket = ticket_in("open")
    ghost = UserFactory()
    ghost.pk = None

    with pytest.raises(ValueError, match="unsaved"):
        change(ticket, "solved", actor=ghost)

    assert (Ticket.objects.get().state, TicketEvent.objects.count()) == ("open", 0)


def test_new_ticket_starts_with_its_event():
    person, team = UserFactory(), TeamFactory()

    ticket = open_ticket(new=NewTicket(subject=" Broken ", body="see", team=team), actor=person, at=NOW, via=Via.API)

    event = TicketEvent.objects.get()
    assert (ticket.subject, ticket.state, ticket.opened_at, ticket.team) == ("Broken", "new", NOW, team)
    assert (event.kind, event.new_state, event.body, event.actor, event.via) == (
        EventKind.OPENED,
        "new",
        "see",
        person,
        "api",
    )
    with pytest.raises(InvalidInputError):
        open_ticket(new=NewTicket(subject="  "), actor=person, at=NOW)


def test_assigning_tells_from_whom_to_whom_and_nothing_when_nothing_changes():
    ann, team = UserFactory(name="Ann"), TeamFactory(name="Blue")
    ticket = ticket_in("open")

    assign_ticket(ticket_id=ticket.pk, assignee=ann, team=team, actor=None, at=LATER)
    assign_ticket(ticket_id=ticket.pk, assignee=ann, actor=None, at=LATER)
    freed = assign_ticket(ticket_id=ticket.pk, assignee=None, actor=None, at=LATER)

    assert (freed.assignee, freed.team, freed.version) == (None, team, 3)
    changes = list(TicketEvent.objects.order_by("pk").values_list("changes", flat=True))
    key = str(ann.pk)
    given = {"assignee": ["", "Ann"], "holder_id": ["", key], "team": ["", "Blue"]}
    assert changes == [given, {"assignee": ["Ann", ""], "holder_id": [key, ""]}]


def test_fields_change_with_one_event_and_only_those_that_may():
    ticket = ticket_in("open", subject="Old")

    changed = change_ticket_fields(
        ticket_id=ticket.pk, fields={"subject": "New", "priority": "urgent"}, actor=None, at=LATER
    )

    assert (changed.subject, changed.priority, changed.version) == ("New", "urgent", 2)
    assert TicketEvent.objects.get().changes == {"subject": ["Old", "New"], "priority": ["normal", "urgent"]}
    for fields in ({"state": "solved"}, {"priority": "top"}, {"subject": " "}):
        with pytest.raises(InvalidInputError):
            change_ticket_fields(ticket_id=ticket.pk, fields=fields, actor=None, at=LATER)


def test_replies_and_notes_change_no_state():
    ticket = ticket_in("pending_customer")

    add_reply(ticket_id=ticket.pk, body="Hello", actor=None, at=LATER)
    add_note(ticket_id=ticket.pk, body="Hm", actor=None, at=LATER)

    assert list(TicketEvent.objects.order_by("pk").values_list("kind", "body")) == [("reply", "Hello"), ("note", "Hm")]
    assert Ticket.objects.get().state == "pending_customer"
    with pytest.raises(InvalidInputError):
        add_reply(ticket_id=ticket.pk, body=" \n", actor=None, at=LATER)


@pytest.mark.parametrize(
    ("state", "thanks", "result", "reopens"),
    [
        ("pending_customer", False, "open", 0),
        ("solved", False, "open", 1),
        ("closed", False, "open", 1),
        ("on_hold_vendor", False, "on_hold_vendor", 0),
        ("new", False, "new", 0),
        ("solved", True, "solved", 0),
        ("closed", True, "closed", 0),
    ],
)
def test_customer_message_opens_what_waits_or_was_solved(state, thanks, result, reopens):
    ticket = ticket_in(state)

    same = add_customer_message(ticket_id=ticket.pk, body="It is back", at=LATER, no_reply_needed=thanks)

    assert same.pk == ticket.pk
    assert (Ticket.objects.get().state, Ticket.objects.get().reopen_count) == (result, reopens)
    assert TicketEvent.objects.filter(kind=EventKind.CUSTOMER).count() == 1


def test_customer_message_long_after_the_end_opens_a_new_ticket():
    ticket = SolvedTicketFactory(state="closed", closed_at=NOW, subject="Broken", category="Login")

    within = add_customer_message(ticket_id=ticket.pk, body="again", at=NOW + timedelta(days=7), no_reply_needed=True)
    follow_up = add_customer_message(ticket_id=ticket.pk, body="again", at=NOW + timedelta(days=7, seconds=1))

    assert within.pk == ticket.pk
    assert follow_up.pk != ticket.pk
    assert (follow_up.subject, follow_up.state, follow_up.category) == (
        f"Follow-up of T-{ticket.pk}: Broken",
        "new",
        "Login",
    )
    assert Ticket.objects.get(pk=ticket.pk).state == "closed"
