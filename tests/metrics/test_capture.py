"""Marks appear for the old and the new event time, whichever way a row is written, and only when a value may move."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from metrics.models import DirtyMark
from support.models import Team, Ticket
from tests.factories import CustomerFactory, TeamFactory
from tests.factories_operations import EscalationFactory
from tests.factories_support import TicketClockFactory

T0 = datetime(2026, 3, 1, 10, 30, tzinfo=UTC)


def hour(moment):
    return int(moment.timestamp()) // 3600


def marks(source="tickets_opened"):
    return set(DirtyMark.objects.filter(source=source).values_list("utc_hour", flat=True))


@pytest.fixture
def ticket(db):
    row = Ticket.objects.create(subject="a", opened_at=T0)
    DirtyMark.objects.all().delete()
    return row


@pytest.mark.django_db
def test_insert_marks_the_event_hour():
    Ticket.objects.create(subject="a", opened_at=T0)

    assert marks() == {hour(T0)}
    assert marks("ticket_backlog") == {hour(T0)}
    assert marks("tickets_resolved") == set()


@pytest.mark.parametrize(
    "moment", [datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC), datetime(1960, 2, 29, 1, 0, tzinfo=UTC)]
)
@pytest.mark.django_db
def test_hours_before_1970_are_right(moment):
    Ticket.objects.create(subject="a", opened_at=moment)

    assert marks() == {int(moment.timestamp() // 3600)}


def test_a_move_marks_both_hours(ticket):
    Ticket.objects.filter(pk=ticket.pk).update(opened_at=T0 - timedelta(days=40))

    assert marks() == {hour(T0), hour(T0 - timedelta(days=40))}


def test_delete_marks(ticket):
    ticket.delete()

    assert marks() == {hour(T0)}


def test_an_edit_that_moves_no_value_leaves_no_mark(ticket):
    Ticket.objects.filter(pk=ticket.pk).update(subject="other", priority=ticket.priority)

    assert marks() == marks("ticket_backlog") == set()


def test_resolving_marks_resolved_and_backlog(ticket):
    later = T0 + timedelta(hours=5)
    Ticket.objects.filter(pk=ticket.pk).update(state="solved", resolved_at=later)

    assert marks("tickets_resolved") == {hour(later)}
    assert marks("ticket_backlog") == {hour(T0), hour(later)}


def test_raw_sql_and_bulk_writes_are_seen(ticket):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE support_ticket SET category = 'x' WHERE id = %s", [ticket.pk])
    Ticket.objects.bulk_create([Ticket(subject=str(i), opened_at=T0 + timedelta(hours=i)) for i in range(5)])

    assert marks() == {hour(T0 + timedelta(hours=i)) for i in range(5)}


def test_upsert_is_seen(ticket):
    row = Ticket(pk=ticket.pk, subject="b", opened_at=T0 + timedelta(days=1))
    Ticket.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["id"], update_fields=["subject", "opened_at"]
    )

    assert {hour(T0), hour(T0 + timedelta(days=1))} <= marks()


def test_a_rolled_back_write_leaves_no_mark(ticket):
    with pytest.raises(RuntimeError), transaction.atomic():
        Ticket.objects.filter(pk=ticket.pk).update(category="y")
        raise RuntimeError

    assert marks() == set()


def test_a_mark_set_aside_does_not_swallow_a_new_one(ticket):
    DirtyMark.objects.create(
        source="tickets_opened", utc_hour=hour(T0), attempts=2, not_before=T0 + timedelta(days=900)
    )
    Ticket.objects.filter(pk=ticket.pk).update(category="z")

    assert DirtyMark.objects.filter(source="tickets_opened", utc_hour=hour(T0), attempts=0).exists()


@pytest.mark.django_db
def test_what_belongs_to_a_row_marks_when_that_row_happens():
    """A first reply's clock marks the opening of its ticket; the others none of the first replies."""
    ticket = Ticket.objects.create(subject="a", opened_at=T0)
    DirtyMark.objects.all().delete()

    TicketClockFactory(ticket=ticket, metric="agent_work", started_at=T0, running_since=T0)
    assert marks("ticket_first_replies") == set()
    clock = TicketClockFactory(ticket=ticket, started_at=T0 + timedelta(hours=3), running_since=T0 + timedelta(hours=3))
    assert marks("ticket_first_replies") == {hour(T0)}

    DirtyMark.objects.all().delete()
    clock.delete()
    assert marks("ticket_first_replies") == {hour(T0)}


@pytest.mark.django_db
def test_a_change_reaches_rows_that_are_two_steps_away_or_name_it_in_a_text():
    team = TeamFactory(slug="front")
    tickets = [
        Ticket.objects.create(subject="a", opened_at=T0, team=team),
        Ticket.objects.create(subject="b", opened_at=T0),
    ]
    for number, ticket in enumerate(tickets, start=1):
        ended = {"state": "fulfilled", "running_since": None, "ended_at": T0 + timedelta(hours=number)}
        TicketClockFactory(ticket=ticket, started_at=T0, **ended)
        EscalationFactory(subject=f"ticket:{ticket.pk}", raised_at=T0 + timedelta(hours=10 * number))
    DirtyMark.objects.all().delete()

    Team.objects.filter(pk=team.pk).update(slug="back")

    assert marks("ticket_clocks_ended") == {hour(T0 + timedelta(hours=1))}
    assert marks("ticket_escalations") == {hour(T0 + timedelta(hours=10))}
    Ticket.objects.filter(pk=tickets[1].pk).update(state="spam", closed_at=T0)
    assert marks("ticket_clocks_ended") == {hour(T0 + timedelta(hours=count)) for count in (1, 2)}
    assert marks("ticket_escalations") == {hour(T0 + timedelta(hours=count)) for count in (10, 20)}


def test_hours_later_are_marked(ticket):
    Ticket.objects.filter(pk=ticket.pk).update(category="z")

    assert marks("ticket_backlog_age") == {hour(T0 + timedelta(days=days)) for days in (7, 30)}


def test_siblings_are_marked_when_a_row_leaves_them(ticket):
    one, other = CustomerFactory(), CustomerFactory()
    solved = Ticket.objects.create(
        subject="b", state="solved", opened_at=T0, resolved_at=T0 + timedelta(hours=5), customer=one
    )
    Ticket.objects.filter(pk=ticket.pk).update(customer=one)
    DirtyMark.objects.all().delete()

    Ticket.objects.filter(pk=ticket.pk).update(customer=other)

    assert hour(solved.resolved_at) in marks("ticket_repeats")
