"""Mail that was kept aside: seen to by a person, once."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from foundation.errors import InvalidInputError
from support.models import Customer, InboundMail, MailHandling, Ticket, TicketEvent
from support.selectors.mail_aside import PAGE, count_waiting, get_aside_page
from support.services.inbound_mail import receive_mail
from support.services.mail_aside import HandledError, discard_mail, open_from_mail, put_on_ticket
from support.services.tickets import NewTicket, open_ticket
from tests.api_client import BASE, client_of, problem, role_client
from tests.factories import NOW, CustomerFactory, UserFactory
from tests.factories_mail import InboundMailFactory

pytestmark = pytest.mark.django_db

LISTED = b"""From: Ann Ode <ann@example.org>
To: support@example.com
Subject: Invoice <b>77</b>
Message-ID: <1@example.org>
List-Id: <all.example.org>

I was charged <script>alert(1)</script> twice.

> what you wrote
"""


@pytest.fixture
def mail():
    return receive_mail(raw=LISTED, at=NOW).row


@pytest.fixture
def agent(client):
    person = UserFactory(groups=["support_agent"], name="Ben Ray")
    client.force_login(person)
    return person


def url(name, mail):
    return reverse(f"support:{name}", args=[mail.pk])


def soup_of(answer):
    return BeautifulSoup(answer.content, "html.parser")


def test_mail_opens_a_ticket_for_its_sender(mail):
    person = UserFactory()

    done = open_from_mail(mail_id=mail.pk, actor=person, at=NOW)

    ticket = done.event.ticket
    assert (ticket.subject, ticket.channel, ticket.customer.email) == ("Invoice <b>77</b>", "email", "ann@example.org")
    assert (done.verdict, done.handled_by, done.event.via, done.event.kind) == ("opened", person, "mail", "opened")
    assert done.event.body.startswith("I was charged") and "what you wrote" not in done.event.body


def test_mail_opens_a_ticket_of_a_customer_that_is_known_with_another_subject(mail):
    known = CustomerFactory(email="Ann@Example.org")

    ticket = open_from_mail(mail_id=mail.pk, actor=UserFactory(), at=NOW, subject="Charged twice").event.ticket

    assert (ticket.customer, ticket.subject, Customer.objects.count()) == (known, "Charged twice", 1)


def test_mail_is_put_on_a_ticket_which_opens_again(mail):
    ticket = open_ticket(new=NewTicket("Charged", category="x"), actor=None, at=NOW)
    Ticket.objects.filter(pk=ticket.pk).update(state="pending_customer")

    done = put_on_ticket(mail_id=mail.pk, ticket=ticket, actor=UserFactory(), at=NOW)

    assert (done.verdict, done.event.ticket_id, done.event.kind) == ("put_on", ticket.pk, "customer")
    assert done.event.actor_name == "Ann Ode <ann@example.org>"
    assert Ticket.objects.get(pk=ticket.pk).state == "open"


def test_unreadable_mail_opens_a_ticket_that_says_why_it_has_no_words():
    mail = InboundMailFactory(
        outcome="refused", reason="The mail is larger than 25 MB.", text="", subject="", sender=""
    )

    event = open_from_mail(mail_id=mail.pk, actor=UserFactory(), at=NOW).event

    assert (event.ticket.subject, event.ticket.customer) == ("(no subject)", None)
    assert event.body == "(The words of this mail are not kept. The mail is larger than 25 MB.)"


@pytest.mark.parametrize("again", ["open", "put", "discard"])
@pytest.mark.parametrize("first", ["open", "discard"])
def test_mail_is_seen_to_once(mail, first, again):
    ann, ticket = UserFactory(name="Ann"), open_ticket(new=NewTicket("Other"), actor=None, at=NOW)
    acts = {
        "open": lambda: open_from_mail(mail_id=mail.pk, actor=ann, at=NOW),
        "put": lambda: put_on_ticket(mail_id=mail.pk, ticket=ticket, actor=ann, at=NOW),
        "discard": lambda: discard_mail(mail_id=mail.pk, reason="A list.", actor=ann, at=NOW),
    }
    acts[first]()
    before = (Ticket.objects.count(), TicketEvent.objects.count())

    with pytest.raises(HandledError, match="Ann has seen to this mail"):
        acts[again]()

    assert (Ticket.objects.count(), TicketEvent.objects.count(), MailHandling.objects.count()) == (*before, 1)


def test_mail_that_came_to_its_ticket_and_one_that_is_not_there_are_refused():
    event = open_ticket(new=NewTicket("Other"), actor=None, at=NOW).events.get()
    taken = InboundMailFactory(outcome="created", reason="", ticket=event.ticket, event=event)

    with pytest.raises(HandledError, match="by itself"):
        discard_mail(mail_id=taken.pk, reason="x", actor=UserFactory(), at=NOW)
    with pytest.raises(InboundMail.DoesNotExist):
        discard_mail(mail_id=10**9, reason="x", actor=UserFactory(), at=NOW)


@pytest.mark.parametrize("reason", ["", "  ", "a\x08b"])
def test_discarding_needs_a_reason(mail, reason):
    with pytest.raises(InvalidInputError):
        discard_mail(mail_id=mail.pk, reason=reason, actor=UserFactory(), at=NOW)

    assert count_waiting() == 1


def test_what_was_made_of_a_mail_stays(mail):
    done = discard_mail(mail_id=mail.pk, reason="A list.", actor=UserFactory(), at=NOW)

    with pytest.raises(DatabaseError), transaction.atomic():
        MailHandling.objects.filter(pk=done.pk).update(reason="Other")


def test_list_shows_what_waits_as_text_and_leads_to_each(client, agent, mail):
    discard_mail(mail_id=InboundMailFactory(subject="Offer").pk, reason="An advert.", actor=agent, at=NOW)
    InboundMailFactory(outcome="refused", subject="Big", reason="The mail is larger than 25 MB.")

    shown = soup_of(client.get(reverse("support:mail_aside")))
    seen = soup_of(client.get(reverse("support:mail_aside"), {"seen": "1"}))
    found = soup_of(client.get(reverse("support:mail_aside"), {"q": "larger"}))

    assert [row.text for row in shown.select("ul.rows .what > a")] == ["Big", "Invoice <b>77</b>"]
    assert "charged <script>alert(1)</script> twice" in shown.select("ul.rows li")[1].text
    assert "A mail of a list (List-Id)." in shown.text
    assert [row.text for row in seen.select("ul.rows .what > a")] == ["Offer"]
    assert ("An advert." in seen.text, "Ben Ray" in seen.text) == (True, True)
    assert [row.text for row in found.select("ul.rows .what > a")] == ["Big"]
    assert "2 mails wait for somebody." in shown.text


def test_pages_of_the_list_go_on(client, agent):
    InboundMailFactory.create_batch(PAGE + 3)

    first = soup_of(client.get(reverse("support:mail_aside")))
    second = soup_of(client.get(reverse("support:mail_aside") + first.select_one("a[rel=next]")["href"]))

    assert [len(page.select("ul.rows > li")) for page in (first, second)] == [PAGE, 3]
    assert get_aside_page(before=1).rows == []


def test_page_of_a_mail_opens_a_ticket_with_it(client, agent, mail):
    shown = soup_of(client.get(url("mail_page", mail)))

    done = client.post(url("mail_open", mail), {"subject": "Charged twice"})
    again = client.post(url("mail_open", mail), {"subject": "Charged twice"})

    assert (shown.script is None or "alert" not in shown.script.text, "alert(1)" in shown.text) == (True, True)
    ticket = Ticket.objects.get()
    assert (done.status_code, done["Location"], again.status_code) == (302, ticket.get_absolute_url(), 409)
    assert "Ben Ray has seen to this mail: opened a ticket." in again.content.decode()
    assert not soup_of(again).select("form[action*='/tickets/mail/']")


def test_page_puts_a_mail_on_a_ticket_by_its_number(client, agent, mail):
    ticket = open_ticket(new=NewTicket("Charged"), actor=None, at=NOW)

    wrong = client.post(url("mail_put_on", mail), {"ticket": "T-999999"})
    done = client.post(url("mail_put_on", mail), {"ticket": f"T-{ticket.pk}"})

    assert (wrong.status_code, "There is no such ticket." in wrong.content.decode()) == (422, True)
    assert (done.status_code, done["Location"]) == (302, ticket.get_absolute_url())


def test_page_discards_with_a_reason_and_knows_no_other_mail(client, agent, mail):
    wrong = client.post(url("mail_discard", mail), {"reason": ""})
    done = client.post(url("mail_discard", mail), {"reason": "A list."})

    assert (wrong.status_code, done.status_code) == (422, 302)
    assert MailHandling.objects.get().reason == "A list."
    assert client.get("/tickets/mail/999999/").status_code == 404
    assert client.post("/tickets/mail/999999/discard/", {"reason": "x"}).status_code == 404


def test_ticked_mails_are_discarded_together_but_for_those_that_are_seen_to(client, agent):
    mails = InboundMailFactory.create_batch(3)
    discard_mail(mail_id=mails[0].pk, reason="Before.", actor=agent, at=NOW)
    form = {"mail": [one.pk for one in mails], "reason": "Adverts."}

    done = client.post(reverse("support:mails_discard"), form, follow=True)
    odd = client.post(reverse("support:mails_discard"), {"mail": ["x", "9" * 30], "reason": "No."}, follow=True)
    none = client.post(reverse("support:mails_discard"), {"reason": "Adverts."}, follow=True)

    assert "2 discarded. 1 were seen to meanwhile." in done.content.decode()
    assert all("Tick mails" in answer.content.decode() for answer in (odd, none))
    assert sorted(MailHandling.objects.values_list("reason", flat=True)) == ["Adverts.", "Adverts.", "Before."]


def test_queue_says_how_many_wait_and_a_reader_may_only_look(client, mail):
    client.force_login(UserFactory(groups=["auditor"]))

    queue = client.get("/tickets/").content.decode()
    shown = soup_of(client.get(url("mail_page", mail)))

    assert "Mail aside 1" in queue
    assert not shown.select("main form")
    assert client.post(url("mail_open", mail)).status_code == 403


def test_ticket_shows_mail_aside_until_somebody_has_seen_to_it(client, agent):
    ticket = open_ticket(new=NewTicket("Charged"), actor=None, at=NOW)
    mail = InboundMailFactory(ticket=ticket, subject="Out of office")

    before = client.get(ticket.get_absolute_url()).content.decode()
    discard_mail(mail_id=mail.pk, reason="Seen.", actor=agent, at=NOW)
    after = client.get(ticket.get_absolute_url()).content.decode()

    assert (url("mail_page", mail) in before, "Out of office" in after) == (True, False)


def test_api_sees_to_a_mail_once(mail):
    api, other = client_of(UserFactory(groups=["support_agent"])), InboundMailFactory()
    path = f"{BASE}/inbound-mail/{mail.pk}"

    waiting = api.get(f"{BASE}/inbound-mail/", {"is_waiting": "true"}).json()["results"]
    opened = api.post(f"{path}/tickets/", {"subject": "Charged twice"}, format="json")
    again = api.post(f"{path}/discards/", {"reason": "No"}, format="json")
    onto = api.post(f"{BASE}/inbound-mail/{other.pk}/messages/", {"ticket": opened.json()["ticket"]}, format="json")
    missing = api.post(f"{BASE}/inbound-mail/999999/discards/", {"reason": "No"}, format="json")
    rows = api.get(f"{BASE}/mail-handlings/", {"verdict": "opened"}).json()["results"]

    assert [row["id"] for row in waiting] == [other.pk, mail.pk]
    assert (opened.status_code, opened.json()["verdict"]) == (201, "opened")
    assert (again.status_code, problem(again)["code"]) == (409, "handled")
    assert (onto.status_code, onto.json()["verdict"], missing.status_code) == (201, "put_on", 404)
    assert [row["mail"] for row in rows] == [mail.pk]
    assert api.get(f"{BASE}/inbound-mail/", {"is_waiting": "true"}).json()["results"] == []


def test_api_refuses_who_may_only_read(mail):
    answer = role_client("auditor").post(f"{BASE}/inbound-mail/{mail.pk}/discards/", {"reason": "No"}, format="json")

    assert answer.status_code == 403


def test_list_costs_the_same_with_more_mail(client, agent):
    def count():
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("support:mail_aside"), {"seen": "1"})
        return len(captured)

    def handle():
        mail = InboundMailFactory(received_at=NOW - timedelta(hours=1))
        open_from_mail(mail_id=mail.pk, actor=UserFactory(), at=NOW)

    handle()
    count()
    one = count()
    handle()
    handle()
    assert count() == one
