"""Tickets found by words, on both databases alike."""

from datetime import timedelta

import pytest
from django.db import connection

from foundation.triggers import missing_triggers
from support.models import Ticket
from support.selectors.search import about
from support.services.messages import add_customer_message, add_note
from support.services.ticket_fields import change_ticket_fields
from support.services.tickets import NewTicket, open_ticket
from tests.api_client import BASE, superuser_client
from tests.factories import NOW, CustomerFactory, TicketEventFactory, TicketFactory

pytestmark = pytest.mark.django_db


def found(words):
    return set(Ticket.objects.filter(about(words)))


@pytest.fixture
def ticket():
    customer = CustomerFactory(name="Straße & Söhne", email="info@strasse.example")
    ticket = open_ticket(new=NewTicket("Widget doesn't load, e-mail too", customer=customer), actor=None, at=NOW)
    add_customer_message(ticket_id=ticket.pk, body="The PAYMENT of order_77 to a.b@shop.example was twice", at=NOW)
    add_note(ticket_id=ticket.pk, body="ask finance", actor=None, at=NOW)
    TicketFactory(subject="something else entirely")
    return ticket


@pytest.mark.parametrize(
    "words",
    [
        *("widget", "WIDG", "load widget", "payment twice", "pay", "77", "shop", "b@shop.example", "finance"),
        *("e-mail", "doesn't", "söhne", "strasse.example", "order_77", "  widget  "),
    ],
)
def test_ticket_is_found_by_the_beginnings_of_its_words(ticket, words):
    assert found(words) == {ticket}


@pytest.mark.parametrize(
    "words", ["ayment", "widget payments", "nothing", "&", "''", '"', "* NEAR *", "\\", "(", "!", ":*"]
)
def test_ticket_is_not_found_by_other_words_nor_by_the_databases_own_signs(ticket, words):
    assert found(words) == set()


def test_words_of_one_text_are_asked_together_not_over_several(ticket):
    assert found("widget finance") == set()


def test_ticket_is_found_by_its_number_and_by_that_of_the_system_it_came_from(ticket):
    imported = TicketFactory(external_source="sn", external_id="INC0012")

    assert (found(f"T-{ticket.pk}"), found("inc0012")) == ({ticket}, {imported})
    assert ticket in found(str(ticket.pk))
    assert found("9" * 300) == found("x" * 5000) == found("½") == set()


def test_words_follow_the_subject(ticket):
    change_ticket_fields(ticket_id=ticket.pk, fields={"subject": "Chart is empty"}, actor=None, at=NOW)

    assert (found("load"), found("chart")) == (set(), {ticket})


def test_rows_written_in_bulk_are_found_too():
    tickets = Ticket.objects.bulk_create([Ticket(subject=f"Bulk {n}", opened_at=NOW) for n in range(3)])

    assert found("bulk") == set(tickets)
    Ticket.objects.filter(pk=tickets[0].pk).update(subject="Other")
    assert found("bulk") == set(tickets[1:])


def test_long_text_is_found_by_what_it_begins_with():
    event = TicketEventFactory(kind="customer", body="zebra " + "lorem ipsum " * 90_000, at=NOW + timedelta(hours=1))

    assert found("zebra") == {event.ticket}


def test_each_database_keeps_the_index_by_what_it_needs():
    names = {name for name in missing_triggers(connection) if name.startswith("words_")}

    assert names == set()


def test_list_of_the_api_asks_alike(ticket):
    listed = superuser_client().get(f"{BASE}/tickets/", {"q": "payment"}).json()["results"]

    assert [row["id"] for row in listed] == [ticket.pk]
