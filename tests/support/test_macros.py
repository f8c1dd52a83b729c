"""What is often done to a ticket, in one step."""

import pytest

from foundation.errors import InvalidInputError, StaleWriteError
from support.models import Ticket, TicketEvent
from support.services.macros import apply_macro
from support.services.tickets import NewTicket, open_ticket
from tests.api_client import BASE, client_of, problem
from tests.factories import NOW, CustomerFactory, UserFactory
from tests.factories_support import MacroFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket():
    return open_ticket(new=NewTicket("Broken", customer=CustomerFactory(name="Ann"), tags=["old"]), actor=None, at=NOW)


def test_all_of_it_is_done_with_its_events(ticket):
    agent = UserFactory(name="Ben")
    macro = MacroFactory(
        body="Dear {customer}, {agent} looks at {ticket}. {other}",
        priority="high",
        tags="late",
        state="pending_customer",
        category="Sync",
    )

    done = apply_macro(ticket_id=ticket.pk, macro=macro, actor=agent, at=NOW)

    assert (done.priority, done.category, done.state) == ("high", "Sync", "pending_customer")
    assert sorted(tag.name for tag in done.tags.all()) == ["late", "old"]
    reply = TicketEvent.objects.get(kind="reply")
    assert (reply.body, reply.actor) == (f"Dear Ann, Ben looks at {ticket.reference}. {{other}}", agent)


def test_nothing_is_done_where_one_part_is_refused(ticket):
    macro = MacroFactory(
        body="Done.", priority="urgent", state="solved", category="Sync"
    )  # Urgent: needs a root cause.

    with pytest.raises(InvalidInputError):
        apply_macro(ticket_id=ticket.pk, macro=macro, actor=UserFactory(), at=NOW)

    assert Ticket.objects.get().priority == "normal"
    assert not TicketEvent.objects.filter(kind="reply").exists()


def test_note_goes_to_nobody_else_and_a_stale_page_is_refused(ticket):
    macro, agent = MacroFactory(is_note=True), UserFactory()

    apply_macro(ticket_id=ticket.pk, macro=macro, actor=agent, at=NOW)
    with pytest.raises(StaleWriteError):
        apply_macro(ticket_id=ticket.pk, macro=macro, actor=agent, at=NOW, version=ticket.version + 1)

    assert list(TicketEvent.objects.filter(body="Hello Ann").values_list("kind", flat=True)) == ["note"]


def test_page_and_api_apply_it(client, ticket):
    agent, macro = UserFactory(groups=["support_agent"]), MacroFactory(body="", priority="high")
    client.force_login(agent)

    asked = {"macro": macro.pk, "version": ticket.version}
    page = client.post(f"/tickets/{ticket.pk}/macro/", asked, follow=True)
    again = client_of(agent).post(f"{BASE}/tickets/{ticket.pk}/macros/", {"macro": macro.pk}, format="json")
    macro.is_active = False
    macro.save()
    unused = client_of(agent).post(f"{BASE}/tickets/{ticket.pk}/macros/", {"macro": macro.pk}, format="json")

    assert b"is done" in page.content
    assert (again.status_code, again.json()["priority"]) == (201, "high")
    assert (unused.status_code, problem(unused)["errors"][0]["field"]) == (400, "macro")


def test_tags_of_a_macro_are_tags():
    lead = client_of(UserFactory(groups=["support_lead"]))

    wrong = lead.post(f"{BASE}/macros/", {"name": "X", "tags": "two!"}, format="json")
    right = lead.post(f"{BASE}/macros/", {"name": "X", "tags": " late  vip "}, format="json")

    assert (wrong.status_code, right.status_code, right.json()["tags"]) == (400, 201, "late vip")
