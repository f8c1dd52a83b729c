"""Two people on one ticket: they see each other, and no reply passes over what came meanwhile."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from support.models import TicketEvent
from support.selectors.presence import SECONDS, list_present
from support.services.messages import NewerMessagesError, add_customer_message, add_note, add_reply
from support.services.presence import forget_presence, note_presence
from support.services.tickets import NewTicket, open_ticket
from tests.api_client import BASE, client_of, problem
from tests.factories import NOW, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_cache")]


MINUTE = timedelta(minutes=1)


@pytest.fixture
def ticket():
    return open_ticket(new=NewTicket("Broken", body="Help"), actor=None, at=NOW)


@pytest.fixture
def ann():
    return UserFactory(groups=["support_agent"], name="Ann Ode")


@pytest.fixture
def ben():
    return UserFactory(groups=["support_agent"], name="Ben Ray")


def here(ticket, person, at=NOW, *, writes=False):
    note_presence(ticket_id=ticket.pk, user=person, is_writing=writes, at=at)


def seen_by(ticket, person, at=NOW):
    return [(one.name, one.is_writing) for one in list_present(ticket.pk, but=person.pk, at=at)]


def newest(ticket):
    return TicketEvent.objects.filter(ticket=ticket).latest("pk").pk


def test_others_are_seen_while_they_are_there(ticket, ann, ben):
    here(ticket, ann)
    here(ticket, ben, writes=True)
    other = open_ticket(new=NewTicket("Other"), actor=None, at=NOW)

    assert seen_by(ticket, ann) == [("Ben Ray", True)]
    assert seen_by(ticket, ben) == [("Ann Ode", False)]
    assert seen_by(other, ann) == []
    here(ticket, ann, NOW + MINUTE)
    assert seen_by(ticket, ann, NOW + timedelta(seconds=SECONDS)) == []
    assert seen_by(ticket, ben, NOW + MINUTE) == [("Ann Ode", False)]


def test_who_stops_writing_is_there_still_and_who_leaves_is_not(ticket, ann, ben):
    here(ticket, ben, writes=True)
    assert seen_by(ticket, ann, NOW + timedelta(seconds=50)) == [("Ben Ray", False)]

    forget_presence(ticket_id=ticket.pk, user=ben, at=NOW)
    assert seen_by(ticket, ann) == []


def test_those_who_write_are_named_first(ticket, ann):
    for name, writes in (("Cid", False), ("Bea", True), ("Abe", False)):
        here(ticket, UserFactory(name=name), writes=writes)

    assert seen_by(ticket, ann) == [("Bea", True), ("Abe", False), ("Cid", False)]


def test_reply_to_an_older_view_is_refused_and_writes_nothing(ticket, ann, ben):
    seen = newest(ticket)
    add_customer_message(ticket_id=ticket.pk, body="And it is urgent", at=NOW)
    add_note(ticket_id=ticket.pk, body="I call them.", actor=ben, at=NOW)
    add_note(ticket_id=ticket.pk, body="My own", actor=ann, at=NOW)

    with pytest.raises(NewerMessagesError) as refused:
        add_reply(ticket_id=ticket.pk, body="Hello", actor=ann, at=NOW, seen=seen)

    assert refused.value.count == 2
    assert not TicketEvent.objects.filter(kind="reply").exists()
    assert add_reply(ticket_id=ticket.pk, body="Hello", actor=ann, at=NOW, seen=newest(ticket)).body == "Hello"
    assert add_reply(ticket_id=ticket.pk, body="Again", actor=ann, at=NOW).body == "Again"


def message(client, ticket, **fields):
    return client.post(reverse("support:ticket_message", args=[ticket.pk]), {"kind": "reply", **fields})


def field(answer, name):
    form = BeautifulSoup(answer.content, "html.parser").select_one("form[action$='/message/']")
    found = form.select_one(f"[name={name}]")
    return found.text.strip() if found.name == "textarea" else found["value"]


def test_page_keeps_the_words_and_sends_them_the_second_time(client, ticket, ann, ben):
    client.force_login(ann)
    opened = client.get(ticket.get_absolute_url())
    seen = field(opened, "seen")
    add_reply(ticket_id=ticket.pk, body="Ben was faster.", actor=ben, at=NOW)

    refused = message(client, ticket, body="My long answer", seen=seen)

    assert refused.status_code == 409
    shown = refused.content.decode()
    assert "1 message came since you opened this ticket" in shown
    assert "Ben was faster." in shown
    assert field(refused, "body") == "My long answer"
    again = message(client, ticket, body=field(refused, "body"), seen=field(refused, "seen"))
    assert again.status_code == 302
    assert list(TicketEvent.objects.filter(kind="reply").order_by("pk").values_list("body", flat=True)) == [
        "Ben was faster.",
        "My long answer",
    ]


def test_note_needs_no_newest_view(client, ticket, ann, ben):
    client.force_login(ann)
    seen = newest(ticket)
    add_reply(ticket_id=ticket.pk, body="Ben was faster.", actor=ben, at=NOW)

    assert message(client, ticket, body="For us", kind="note", seen=seen).status_code == 302


def test_page_and_its_script_say_who_else_is_there_and_what_is_new(client, ticket, ann, ben, monkeypatch):
    url = reverse("support:ticket_presence", args=[ticket.pk])
    client.force_login(ben)
    assert client.post(url, {"writing": "1"}).content.strip() == b""
    client.force_login(ann)

    shown = client.get(ticket.get_absolute_url()).content.decode()
    told = client.post(url, {"seen": newest(ticket)}).content.decode()
    add_customer_message(ticket_id=ticket.pk, body="One more thing", at=NOW)
    later = client.post(url, {"seen": newest(ticket) - 1, "writing": "1"}).content.decode()
    client.force_login(ben)
    left = client.post(url, {"leaving": "1"})
    client.force_login(ann)
    alone = client.post(url, {"seen": newest(ticket)}).content.decode()

    assert "Ben Ray is writing." in shown
    assert "Ben Ray is writing." in told
    assert "1 message came since" in later
    assert (left.status_code, left.content, alone.strip()) == (204, b"", "")


@pytest.mark.parametrize("form", [{"seen": "x"}, {"seen": "9" * 40}, {"writing": "\x00"}, {}])
def test_odd_words_of_a_script_do_no_harm(client, ticket, ann, form):
    client.force_login(ann)

    assert client.post(reverse("support:ticket_presence", args=[ticket.pk]), form).status_code == 200
    assert client.post("/tickets/999999/presence/", form).status_code == 404


def test_api_refuses_a_reply_to_an_older_view_with_its_code(ticket, ann, ben):
    seen = newest(ticket)
    add_reply(ticket_id=ticket.pk, body="Ben was faster.", actor=ben, at=NOW)
    api = client_of(ann)

    refused = api.post(f"{BASE}/tickets/{ticket.pk}/replies/", {"body": "Me too", "seen": seen}, format="json")
    sent = api.post(f"{BASE}/tickets/{ticket.pk}/replies/", {"body": "Me too", "seen": newest(ticket)}, format="json")

    assert (refused.status_code, problem(refused)["code"]) == (409, "newer_messages")
    assert sent.status_code == 201
