"""Words on tickets are words: the pages, the API and mail keep to one rule."""

import pytest
from django.urls import reverse

from support.models import InboundMail, SavedView, Ticket, TicketEvent
from support.services.inbound_mail import receive_mail
from support.services.mail_aside import open_from_mail, put_on_ticket
from support.services.messages import add_customer_message
from tests.api_client import BASE, problem, superuser_client
from tests.factories import NOW, TicketFactory, UserFactory
from tests.factories_mail import InboundMailFactory
from tests.support.mail.samples import mail

pytestmark = pytest.mark.django_db

STEPS = ("support.view_ticket", "support.add_ticket", "support.change_ticket", "support.add_savedview")
NEW = {"subject": "Broken", "body": "It is", "priority": "normal"}


@pytest.fixture
def page(client):
    client.force_login(UserFactory(permissions=STEPS))
    return client


@pytest.mark.parametrize(
    "wrong", [{"subject": "a\x07b"}, {"subject": "one\ntwo"}, {"subject": "\u200b"}, {"body": "a\x85b"}]
)
def test_new_tickets_page_refuses_what_nobody_can_read(page, wrong):
    answer = page.post(reverse("support:ticket_new"), {**NEW, **wrong})

    assert (answer.status_code, Ticket.objects.count()) == (422, 0)


def test_bodies_may_have_lines_and_tabs(page):
    page.post(reverse("support:ticket_new"), {**NEW, "body": "one\n\ttwo"})

    assert TicketEvent.objects.get(kind="opened").body.splitlines() == ["one", "\ttwo"]


@pytest.mark.parametrize("kind", ["reply", "note", "customer"])
@pytest.mark.parametrize("body", ["a\x07b", "a\x9fb", "\u200b\u200d"])
def test_what_is_said_on_a_page_is_refused_as_over_the_api(page, kind, body):
    ticket = TicketFactory()

    answer = page.post(reverse("support:ticket_message", args=[ticket.pk]), {"kind": kind, "body": body})

    assert (answer.status_code, ticket.events.count()) == (422, 0)


def test_name_of_a_view_is_one_line(page):
    page.post(reverse("support:view_new"), {"name": "a\x07b"})
    page.post(reverse("support:view_new"), {"name": "one\ntwo"})

    assert not SavedView.objects.exists()


@pytest.mark.parametrize("subject", ["line1\nBcc: x", "\u200b", "a\x85b", "one\u2028two"])
def test_api_refuses_subjects_that_are_not_one_line(subject):
    ticket, api = TicketFactory(), superuser_client()

    opened = api.post(f"{BASE}/tickets/", {"subject": subject}, format="json")
    changed = api.patch(
        f"{BASE}/tickets/{ticket.pk}/", {"subject": subject}, format="json", headers={"If-Match": '"1"'}
    )

    for answer in (opened, changed):
        assert (answer.status_code, problem(answer)["errors"][0]["field"]) == (400, "subject")
    assert list(Ticket.objects.values_list("subject", flat=True)) == [ticket.subject]


def test_mail_is_taken_without_what_nobody_can_read():
    raw = mail(subject="SUBJECT", text="a\x07b\x80c").replace(b"SUBJECT", b"=?utf-8?q?Inv=C2=85oice_=C2=9F7?=")

    row = receive_mail(raw=raw, at=NOW).row

    assert (row.outcome, row.ticket.subject, row.event.body) == ("created", "Invoice 7", "abc")


@pytest.mark.parametrize("nothing", ["\u200b", " \u2060 "])
def test_mail_of_which_nothing_can_be_seen_is_taken(nothing):
    row = receive_mail(raw=mail(subject=nothing, text=nothing), at=NOW).row

    assert (row.outcome, row.ticket.subject, row.event.body) == ("created", "(no subject)", "(no text)")


def test_mail_that_was_kept_with_control_characters_is_still_seen_to():
    rows = [
        InboundMailFactory(
            outcome="ignored", reason="No.", subject="a\x85b\nc", text="one\x80two", sender=f"{n}@a.example"
        )
        for n in range(2)
    ]

    opened = open_from_mail(mail_id=rows[0].pk, actor=UserFactory(), at=NOW)
    put = put_on_ticket(mail_id=rows[1].pk, ticket=opened.event.ticket, actor=UserFactory(), at=NOW)

    assert (opened.event.ticket.subject, opened.event.body, put.event.body) == ("ab c", "onetwo", "onetwo")
    assert InboundMail.objects.filter(handling__isnull=True).count() == 0


def test_follow_up_of_a_ticket_with_an_odd_subject_is_opened():
    odd = TicketFactory(state="spam", closed_at=NOW, subject="a\x07b\nc")

    followed = add_customer_message(ticket_id=odd.pk, body="Again", at=NOW)

    assert followed.subject == f"Follow-up of {odd.reference}: ab c"
