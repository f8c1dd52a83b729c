from datetime import timedelta

import pytest

from support.models import Ticket, TicketEvent
from support.services import due_tickets
from support.services.due_tickets import close_settled_tickets, wake_due_tickets
from support.tasks import move_due_tickets
from tests.factories import NOW, SolvedTicketFactory, TicketFactory

pytestmark = pytest.mark.django_db


def states():
    return list(Ticket.objects.order_by("subject").values_list("subject", "state", "wake_at"))


def test_tickets_on_hold_come_back_when_their_time_has_come():
    TicketFactory(subject="a", state="on_hold_vendor", wake_at=NOW)
    TicketFactory(subject="b", state="on_hold_internal", wake_at=NOW + timedelta(seconds=1))
    TicketFactory(subject="c", state="pending_customer")

    assert (wake_due_tickets(at=NOW), wake_due_tickets(at=NOW)) == (1, 0)

    assert states() == [
        ("a", "open", None),
        ("b", "on_hold_internal", NOW + timedelta(seconds=1)),
        ("c", "pending_customer", None),
    ]
    event = TicketEvent.objects.get()
    assert (event.old_state, event.new_state, event.at, event.via) == ("on_hold_vendor", "open", NOW, "worker")


def test_solved_tickets_are_closed_after_four_days_and_keep_their_resolution():
    old = SolvedTicketFactory(subject="a", opened_at=NOW - timedelta(days=9), resolved_at=NOW - timedelta(days=4))
    SolvedTicketFactory(subject="b", opened_at=NOW - timedelta(days=9), resolved_at=NOW - timedelta(days=3, hours=23))
    SolvedTicketFactory(
        subject="c",
        external_source="desk",
        external_id="1",
        opened_at=NOW - timedelta(days=9),
        resolved_at=NOW - timedelta(days=8),
    )

    assert (close_settled_tickets(at=NOW), close_settled_tickets(at=NOW)) == (1, 0)

    old.refresh_from_db()
    assert (old.state, old.resolved_at, old.closed_at, old.version) == ("closed", NOW - timedelta(days=4), NOW, 2)
    assert [state for _, state, _ in states()] == ["closed", "solved", "solved"]


def test_more_than_a_batch_is_moved_in_one_call(monkeypatch):
    monkeypatch.setattr(due_tickets, "_BATCH", 3)
    for _ in range(7):
        TicketFactory(state="on_hold_vendor", wake_at=NOW)

    assert wake_due_tickets(at=NOW) == 7
    assert (Ticket.objects.filter(state="open").count(), TicketEvent.objects.count()) == (7, 7)


def test_task_does_both():
    TicketFactory(subject="a", state="on_hold_vendor", wake_at=NOW)
    SolvedTicketFactory(subject="b", opened_at=NOW - timedelta(days=9), resolved_at=NOW - timedelta(days=8))

    move_due_tickets()

    assert [state for _, state, _ in states()] == ["open", "closed"]
