"""What is written to a ticket that is over or was merged is never lost, nor done where nobody looks."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.urls import reverse

from support.models import InboundMail, Ticket, TicketClock, TicketEvent, TicketState
from support.selectors.continuations import find_end
from support.services.inbound_mail import receive_mail
from support.services.mail_aside import put_on_ticket
from support.services.messages import add_customer_message, add_reply
from support.services.ticket_events import MergedError
from support.services.ticket_fields import change_ticket_fields
from support.services.ticket_states import StateChange
from support.services.tickets import NewTicket, assign_ticket, change_ticket_state, open_ticket
from tests.api_client import BASE, problem, superuser_client
from tests.factories import NOW, CustomerFactory, TeamFactory, TicketFactory, UserFactory
from tests.factories_mail import InboundMailFactory
from tests.support.mail.samples import mail

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
LATER = NOW + timedelta(days=30)
STEPS = ("support.view_ticket", "support.change_ticket")


@pytest.fixture(autouse=True)
def _support_mail(settings):
    settings.SUPPORT_EMAIL = "Example Support <support@example.com>"


def opened(subject="Broken widget", **more):
    return open_ticket(new=NewTicket(subject, **more), actor=None, at=NOW)


def move(ticket, *states, **more):
    for state in states:
        change = StateChange(TicketState(state), category="Bug", **more)
        ticket = change_ticket_state(ticket_id=ticket.pk, change=change, actor=None, at=ticket.opened_at + HOUR)
    return ticket


def write(ticket, words="Again!", at=LATER, **more):
    return add_customer_message(ticket_id=ticket.pk, body=words, at=at, **more)


@pytest.fixture
def pair():
    """One ticket, merged into another one of the same customer."""
    ann = CustomerFactory(email="ann@example.org")
    one, two = opened("One", customer=ann), opened("Two", customer=ann)
    return move(one, "merged", into=two.pk), two


def test_what_a_customer_writes_to_spam_opens_one_ticket_that_takes_the_rest():
    spam = move(opened(customer=CustomerFactory()), "spam")

    first = write(spam, "I am real.", at=NOW + 2 * HOUR)
    second, third = write(spam, "Hello?"), write(first, "Hello??")

    assert (first.follow_up_of, first.state, first.customer) == (spam, "new", spam.customer)
    assert second == third == first
    assert list(first.events.values_list("kind", "body")) == [
        ("opened", "I am real."),
        ("customer", "Hello?"),
        ("customer", "Hello??"),
    ]
    assert Ticket.objects.get(pk=spam.pk).state == "spam"


def test_spam_that_was_followed_by_spam_opens_one_more():
    spam = move(opened(), "spam")
    again = move(write(spam), "spam")

    last = write(spam)

    assert (last.follow_up_of, write(spam)) == (again, last)


def test_thanks_on_spam_change_nothing():
    spam = move(opened(), "spam")

    assert write(spam, no_reply_needed=True) == spam
    assert Ticket.objects.count() == 1


def test_mails_that_answer_spam_come_to_one_new_ticket():
    first = receive_mail(raw=mail(Message_ID="<1@example.org>"), at=NOW).row
    move(first.ticket, "spam")

    answers = [
        receive_mail(raw=mail(In_Reply_To="<1@example.org>", Message_ID=f"<2{n}@example.org>"), at=LATER).row
        for n in range(3)
    ]

    assert [row.outcome for row in answers] == ["created", "appended", "appended"]
    (followed,) = {row.ticket for row in answers}
    assert followed.follow_up_of == first.ticket
    assert Ticket.objects.filter(state="new").get() == followed


def test_mail_that_is_put_on_spam_comes_to_a_new_ticket():
    spam, aside = move(opened(), "spam"), InboundMailFactory(outcome="ignored", reason="No.", text="Read me.")

    done = put_on_ticket(mail_id=aside.pk, ticket=spam, actor=UserFactory(), at=LATER)

    assert (done.event.body, done.event.ticket.follow_up_of, done.event.ticket.state) == ("Read me.", spam, "new")


def test_customer_message_over_the_api_answers_with_the_follow_up():
    spam, api = move(opened(), "spam"), superuser_client()

    made = [api.post(f"{BASE}/tickets/{spam.pk}/customer-messages/", {"body": "Hi"}, format="json") for _ in range(2)]

    assert [answer.json()["follow_up_of"] for answer in made] == [spam.pk, spam.pk]
    assert made[0].json()["id"] == made[1].json()["id"]


def test_closed_ticket_has_one_open_follow_up():
    closed = move(opened(), "solved", "closed")

    first, second = write(closed), write(closed)

    assert (first, first.follow_up_of) == (second, closed)


def test_merged_ticket_whose_target_is_long_closed_has_one_follow_up(pair):
    one, two = pair
    move(two, "solved", "closed")

    told = {write(one), write(two), write(one)}

    assert len(told) == 1
    assert told.pop().follow_up_of == two


def test_mails_that_answer_a_merged_ticket_come_to_one_follow_up():
    first = receive_mail(raw=mail(Message_ID="<1@example.org>"), at=NOW).row
    two = opened("Two", customer=first.ticket.customer)
    move(first.ticket, "merged", into=two.pk)
    move(two, "solved", "closed")

    rows = [
        receive_mail(raw=mail(In_Reply_To="<1@example.org>", Message_ID=f"<2{n}@example.org>"), at=LATER).row
        for n in range(3)
    ]

    assert len({row.ticket_id for row in rows}) == 1
    assert InboundMail.objects.filter(outcome="created").count() == 2


def test_follow_up_that_was_merged_leads_on():
    closed = move(opened(), "solved", "closed")
    other = opened("Other")
    move(write(closed), "merged", into=other.pk)

    assert write(closed) == other


def test_open_follow_up_is_taken_before_a_newer_one_that_is_over():
    closed = move(opened(), "solved", "closed")
    still_open = TicketFactory(state="open", follow_up_of=closed)
    TicketFactory(state="closed", closed_at=LATER, follow_up_of=closed)

    assert write(closed) == still_open


def test_merged_ticket_of_an_import_that_leads_nowhere_is_followed():
    lost = TicketFactory(state="merged", closed_at=NOW, external_source="desk", external_id="7")

    assert write(lost).follow_up_of == lost


def test_end_of_a_ticket_that_goes_on_is_itself():
    assert [find_end(move(opened(), *states).pk) == Ticket.objects.latest("pk").pk for states in ((), ("open",))] == [
        True,
        True,
    ]


def test_reply_to_a_merged_ticket_is_refused_with_the_one_in_which_it_goes_on(pair):
    one, two = pair

    with pytest.raises(MergedError) as caught:
        add_reply(ticket_id=one.pk, body="We look into it.", actor=None, at=LATER)

    assert (caught.value.into, str(two) in str(caught.value)) == (two, True)
    assert not TicketEvent.objects.filter(kind="reply").exists()
    assert TicketClock.objects.get(ticket=two, metric="first_reply").state == "running"


def test_api_refuses_what_is_done_to_a_merged_ticket_and_names_the_other(pair):
    one, two = pair
    api, url = superuser_client(), f"{BASE}/tickets/{one.pk}/"

    replied = api.post(f"{url}replies/", {"body": "Hello"}, format="json")
    given = api.post(f"{url}assignments/", {"team": TeamFactory().pk}, format="json")
    changed = [
        api.patch(url, fields, format="json", headers={"If-Match": f'"{Ticket.objects.get(pk=one.pk).version}"'})
        for fields in ({"priority": "urgent"}, {"customer": CustomerFactory().pk}, {"tags": ["late"]})
    ]

    for answer in (replied, given, *changed):
        assert (answer.status_code, problem(answer)["code"]) == (409, "merged")
        assert answer.json()["merged_into"] == two.pk
    assert Ticket.objects.get(pk=one.pk).customer == two.customer


def test_services_refuse_changes_of_merged_tickets_whichever_version_was_read(pair):
    one, _ = pair

    for version in (None, 1):
        with pytest.raises(MergedError):
            change_ticket_fields(ticket_id=one.pk, fields={"priority": "low"}, actor=None, at=LATER, version=version)
        with pytest.raises(MergedError):
            assign_ticket(ticket_id=one.pk, assignee=UserFactory(), actor=None, at=LATER, version=version)


def test_page_keeps_the_words_of_a_reply_to_a_ticket_merged_meanwhile(client, pair):
    one, two = pair
    client.force_login(UserFactory(permissions=STEPS))

    answer = client.post(reverse("support:ticket_message", args=[one.pk]), {"kind": "reply", "body": "My words"})

    page = BeautifulSoup(answer.content, "html.parser")
    assert answer.status_code == 409
    assert page.select_one("textarea[name=body]").text.strip() == "My words"
    alert = page.select_one("[role=alert]")
    assert (alert.a["href"], two.reference in alert.text) == (two.get_absolute_url(), True)


def test_page_of_a_merged_ticket_offers_no_change(client, pair):
    client.force_login(UserFactory(permissions=STEPS))

    page = BeautifulSoup(client.get(f"/tickets/{pair[0].pk}/?itself").content, "html.parser")

    actions = {form["action"].split("/")[-2] for form in page.select("main form[method=post]")}
    assert actions == {"message"}


def test_refused_change_of_an_old_page_links_to_the_ticket(client):
    ticket = opened()
    move(ticket, "open")
    client.force_login(UserFactory(permissions=STEPS))

    asked = {"version": 1, "state": "pending_customer"}
    answer = client.post(reverse("support:ticket_state", args=[ticket.pk]), asked)

    alert = BeautifulSoup(answer.content, "html.parser").select_one("[role=alert]")
    assert (answer.status_code, alert.a["href"]) == (409, ticket.get_absolute_url())


@pytest.mark.parametrize("action", ["state", "assign", "fields", "macro", "merge", "message", "escalate"])
def test_address_of_an_action_leads_back_to_the_ticket(client, action):
    ticket = opened()
    client.force_login(UserFactory(permissions=STEPS))

    answer = client.get(reverse(f"support:ticket_{action}", args=[ticket.pk]))

    assert (answer.status_code, answer["Location"]) == (302, ticket.get_absolute_url())


def test_admin_changes_no_merged_ticket(client, pair):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))

    answer = client.post(reverse("admin:support_ticket_change", args=[pair[0].pk]), {"priority": "urgent"})

    assert answer.status_code == 403


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time")
@pytest.mark.django_db(transaction=True)
def test_messages_at_once_come_to_one_follow_up():
    closed = move(opened(), "solved", "closed")

    def attempt(number):
        try:
            return write(closed, f"Message {number}").pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(attempt, range(4)))

    assert len(found) == 1
    assert Ticket.objects.count() == 2
