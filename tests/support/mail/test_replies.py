"""Replies by mail, through the outbox to a real server: once, in the thread, with files, and shown where they fail."""

import base64
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from foundation.errors import InvalidInputError
from foundation.kept_files import KeptFile
from operations.models import OutboxMessage
from operations.services.sending import send_due_messages
from support.mail.parsing import parse_mail
from support.mail.tokens import message_id_of, reply_address, ticket_of_address, ticket_of_message_id
from support.models import Ticket, TicketAttachment, TicketEvent
from support.services.inbound_mail import receive_mail
from support.services.messages import add_note, add_reply
from tests.api_client import BASE, problem, role_client
from tests.factories import NOW, CustomerFactory, TicketFactory, UserFactory
from tests.operations.notifications.receivers import smtp_server
from tests.support.mail.samples import mail

pytestmark = pytest.mark.django_db
PDF = KeptFile("Answer \u202e.pdf", b"%PDF-1.7 x")


@pytest.fixture
def mailbox(settings):
    with smtp_server() as box:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
        yield box


@pytest.fixture
def anns():
    return TicketFactory(subject="Holidays", customer=CustomerFactory(name="Ann", email="ann@example.org"))


def reply(ticket, at=NOW, body="It is 26 days.", **more):
    return add_reply(ticket_id=ticket.pk, body=body, actor=more.pop("actor", None) or UserFactory(), at=at, **more)


def test_a_reply_is_mailed_in_its_thread(mailbox):
    took = receive_mail(raw=mail(Message_ID="<first@example.org>"), at=NOW).row
    event = reply(took.ticket)
    send_due_messages(at=NOW)
    second = reply(took.ticket, at=NOW + timedelta(minutes=1), body="And more.")
    send_due_messages(at=NOW + timedelta(minutes=1))

    first, then = mailbox.mails
    ours = message_id_of(ticket_id=took.ticket_id, event_id=event.pk)
    assert (first["Subject"], first["To"]) == (f"Re: Holidays [T-{took.ticket_id}]", "ann@example.org")
    assert (first["From"], first["Message-ID"]) == ("Example Support <support@example.com>", ours)
    assert first["Reply-To"] == reply_address(took.ticket_id)
    assert (first["In-Reply-To"], first["References"]) == ("<first@example.org>", "<first@example.org>")
    assert first["Auto-Submitted"] is None
    assert first.get_payload().strip() == "It is 26 days."
    assert then["In-Reply-To"] == ours
    assert then["References"].split() == ["<first@example.org>", ours]
    assert then["Message-ID"] == message_id_of(ticket_id=took.ticket_id, event_id=second.pk)
    assert ticket_of_message_id(ours) == ticket_of_address(reply_address(took.ticket_id)) == took.ticket_id


def test_what_we_mailed_and_comes_back_is_ignored_and_its_answer_is_not(mailbox, anns):
    reply(anns)
    send_due_messages(at=NOW)
    (ours,) = mailbox.mails
    answer = mail(In_Reply_To=ours["Message-ID"], text="Thanks.")

    assert parse_mail(ours.as_bytes(), largest=10**6).automatic == "A mail of ours that came back."
    assert receive_mail(raw=ours.as_bytes(), at=NOW).row.outcome == "ignored"
    row = receive_mail(raw=answer, at=NOW).row
    assert (row.outcome, row.ticket) == ("appended", anns)


def test_a_reply_of_a_tool_says_that_no_person_wrote(mailbox, anns):
    reply(anns, actor=UserFactory(is_service=True))
    send_due_messages(at=NOW)

    assert mailbox.mails[0]["Auto-Submitted"] == "auto-generated"


def test_only_replies_to_customers_with_an_address_are_mailed(anns, settings):
    add_note(ticket_id=anns.pk, body="Ours.", actor=None, at=NOW)
    reply(TicketFactory())
    reply(TicketFactory(customer=CustomerFactory()))
    reply(TicketFactory(customer=CustomerFactory(email="support+t1.x@example.com")))
    settings.SUPPORT_EMAIL = ""
    reply(anns)

    assert not OutboxMessage.objects.exists()


def test_line_ends_in_subject_and_name_begin_no_header(mailbox):
    customer = CustomerFactory(name="A\r\nBcc: eve@example.net", email="ann@example.org")
    ticket = TicketFactory(subject="Re: A\r\nBcc: eve@example.net\r\n\r\nBody " + "x" * 250, customer=customer)
    reply(ticket)
    send_due_messages(at=NOW)

    (sent,) = mailbox.mails
    subject = " ".join(sent["Subject"].split())
    assert (sent["Bcc"], sent["To"]) == (None, "ann@example.org")
    assert subject.startswith("Re: A Bcc: eve@example.net Body xx")
    assert subject.endswith(f"[T-{ticket.pk}]")


def test_files_go_with_the_reply(mailbox, anns):
    event = reply(anns, files=[PDF])
    send_due_messages(at=NOW)

    (sent,) = mailbox.mails
    text, file = sent.get_payload()
    assert text.get_payload().strip() == "It is 26 days."
    assert (file.get_filename(), file.get_content_type()) == ("Answer _.pdf", "application/pdf")
    assert file.get_payload(decode=True) == PDF.content
    assert TicketAttachment.objects.get().event == event


def test_a_file_that_is_gone_is_said_and_nothing_sent(mailbox, anns, settings):
    reply(anns, files=[PDF])
    for path in settings.MEDIA_ROOT.glob("tickets/*"):
        path.unlink()
    send_due_messages(at=NOW)

    row = OutboxMessage.objects.get(address="ann@example.org")
    assert (row.state, row.last_error, mailbox.mails) == ("dead", "a file is not kept any more: Answer _.pdf", [])


@pytest.mark.parametrize(
    "file",
    [
        KeptFile("a.exe", b"MZ"),
        KeptFile("a.pdf", b"MZ"),
        KeptFile("a.pdf", b""),
        KeptFile("a.svg", b"<svg onload=alert(1)>"),
        KeptFile("a.html", b"<script>"),
        KeptFile("a.zip", b"PK\x03\x04"),
        KeptFile("a.txt", b"a\x00b"),
        KeptFile("a.png", b"\x89PNG\r\n\x1a\n" + b"x" * 10 * 1024**2),
    ],
    ids=lambda file: file.name,
)
def test_a_file_of_another_kind_is_refused_with_all_that_was_said(anns, file):
    with pytest.raises(InvalidInputError) as caught:
        reply(anns, files=[file])

    assert caught.value.field == "attachments"
    assert not (TicketEvent.objects.exists() or OutboxMessage.objects.exists())


def shown(client, ticket):
    page = BeautifulSoup(client.get(ticket.get_absolute_url()).content, "html.parser")
    return " ".join(page.main.get_text(" ").split())


@pytest.fixture
def agent(client):
    client.force_login(UserFactory(permissions=["support.view_ticket", "support.change_ticket"]))
    return client


def test_the_ticket_says_how_far_the_mail_is(mailbox, anns, agent):
    mailbox.refusals["ann@example.org"] = "550 no such user"
    reply(anns)
    before = shown(agent, anns)
    send_due_messages(at=NOW)
    refused = shown(agent, anns)
    OutboxMessage.objects.filter(address="ann@example.org").update(state="cancelled")
    dismissed = shown(agent, anns)

    assert "mail to ann@example.org waits" in before
    assert "Not delivered to ann@example.org: address refused: 550" in refused
    assert "not delivered to ann@example.org; dismissed" in dismissed


def test_a_report_about_the_delivery_shows_on_the_ticket(anns, agent):
    receive_mail(raw=mail(sender="mailer-daemon@mx.example", to=reply_address(anns.pk), subject="Failure"), at=NOW)

    words = shown(agent, anns)
    assert "Mail that changed nothing mailer-daemon@mx.example Failure Written by a mail server." in words


def test_files_are_sent_with_the_form_and_come_as_downloads(agent, anns):
    html = SimpleUploadedFile("x\u202ey.txt", b"<script>alert(1)</script>", content_type="text/html")
    url = f"/tickets/{anns.pk}/message/"

    done = agent.post(
        url, {"kind": "note", "body": "See", "attachments": [html, SimpleUploadedFile("a.pdf", b"%PDF-")]}
    )
    odd = agent.post(url, {"kind": "note", "body": "See", "attachments": [SimpleUploadedFile("a.exe", b"MZ")]})
    many = [SimpleUploadedFile(f"{number}.txt", b"x") for number in range(11)]
    refused = agent.post(url, {"kind": "note", "body": "See", "attachments": many})

    assert (done.status_code, odd.status_code, refused.status_code) == (302, 422, 422)
    assert b"Must be one of" in odd.content
    assert b"At most 10 files." in refused.content
    text, pdf = TicketAttachment.objects.all()
    answer = agent.get(f"/tickets/{anns.pk}/attachments/{text.pk}/")
    assert b"".join(answer.streaming_content) == b"<script>alert(1)</script>"
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith('attachment; filename="xy.txt"')
    assert "\n" not in answer["Content-Disposition"]
    assert f"/tickets/{anns.pk}/attachments/{pdf.pk}/" in agent.get(anns.get_absolute_url()).content.decode()
    answer.close()  # Closes the connection, too.


def test_a_file_is_found_under_its_own_ticket_by_those_who_may_see_it(client, anns):
    add_note(ticket_id=anns.pk, body="See", actor=None, at=NOW, files=[PDF])
    row, other = TicketAttachment.objects.get(), TicketFactory()
    url = f"/tickets/{anns.pk}/attachments/{row.pk}/"

    anonymous = client.get(url).status_code
    client.force_login(UserFactory(groups=["tool_metrics"]))
    stranger = client.get(url).status_code
    client.force_login(UserFactory(groups=["support_agent"]))
    elsewhere = client.get(url.replace(f"/{anns.pk}/", f"/{other.pk}/", 1)).status_code
    found = client.get(url)
    found.close()

    assert (anonymous, stranger, elsewhere, found.status_code) == (302, 403, 404, 200)


def test_files_over_the_api(anns):
    tool = role_client("tool_support")
    content = base64.b64encode(PDF.content).decode()
    url = f"{BASE}/tickets/{anns.pk}/replies/"

    made = tool.post(url, {"body": "See", "attachments": [{"name": "a.pdf", "content": content}]})
    large = {"name": "b.txt", "content": base64.b64encode(b"x" * 2 * 1024**2).decode()}
    more = tool.post(f"{BASE}/tickets/{anns.pk}/customer-messages/", {"body": "See", "attachments": [large]})
    for wrong in (
        [{"name": "a.exe", "content": content}],
        [{"name": "a.pdf", "content": "§"}],
        [{"name": "a.pdf", "content": content, "more": 1}],
        [{"name": "a.pdf"}],
        [5],
    ):
        assert problem(tool.post(url, {"body": "See", "attachments": wrong}))["status"] == 400
    listed = tool.get(f"{BASE}/ticket-attachments/?ticket={anns.pk}").json()["results"]
    answer = tool.get(f"{BASE}/ticket-attachments/{listed[1]['id']}/content/")

    assert (made.status_code, more.status_code) == (201, 201)
    assert [(row["name"], row["media_type"]) for row in listed] == [
        ("b.txt", "text/plain"),
        ("a.pdf", "application/pdf"),
    ]
    assert b"".join(answer.streaming_content) == PDF.content
    assert answer["Content-Disposition"] == 'attachment; filename="a.pdf"'
    answer.close()


def test_who_opens_a_ticket_by_mail_is_told_once_an_hour(mailbox, settings):
    settings.SUPPORT_MAIL_ACKNOWLEDGES = True
    first = receive_mail(raw=mail(Message_ID="<1@example.org>", text="1"), at=NOW).row
    receive_mail(raw=mail(text="2"), at=NOW + timedelta(minutes=59))
    receive_mail(raw=mail(text="more", In_Reply_To="<1@example.org>"), at=NOW + timedelta(minutes=59))
    send_due_messages(at=NOW + timedelta(minutes=59))
    (told,) = mailbox.mails
    back = receive_mail(raw=mail(Auto_Submitted="auto-replied", to=told["Reply-To"]), at=NOW).row
    receive_mail(raw=mail(text="3"), at=NOW + timedelta(minutes=61))

    assert (told["Auto-Submitted"], told["In-Reply-To"]) == ("auto-replied", "<1@example.org>")
    assert told["Subject"] == f"Re: Holidays [T-{first.ticket_id}]"
    assert f"opened T-{first.ticket_id} for it" in told.get_payload()
    assert back.outcome == "ignored"
    assert OutboxMessage.objects.count() == 2


def test_nobody_is_told_unless_it_is_wanted():
    receive_mail(raw=mail(), at=NOW)

    assert not OutboxMessage.objects.exists()


KILLED = """
    from operations.models import OutboxMessage
    from support.models import TicketEvent
    from support.services.messages import add_reply
    from tests.factories import NOW, CustomerFactory, TicketFactory, UserFactory
    from tests.kills import kill_before_each

    agent, tickets = UserFactory(), []

    def prepare():
        tickets.append(TicketFactory(customer=CustomerFactory(email="ann@example.org")))

    def work():
        add_reply(ticket_id=tickets[-1].pk, body="Hello", actor=agent, at=NOW)

    def check():
        events = list(TicketEvent.objects.filter(ticket=tickets[-1]).values_list("pk", flat=True))
        rows = list(OutboxMessage.objects.filter(event__in=[f"ticket-reply:{pk}" for pk in events]))
        assert len(events) == len(rows) < 2, (events, rows)

    print(kill_before_each(prepare, work, check))
"""


@pytest.mark.slow
def test_a_reply_and_its_mail_are_stored_together_or_not_at_all(own_database):
    own_database.env["SUPPORT_EMAIL"] = "support@example.com"

    assert int(own_database.run_code(KILLED)) >= 4


def test_a_closed_ticket_that_was_followed_is_gone_on_with_in_the_last_one(anns):
    Ticket.objects.filter(pk=anns.pk).update(state="closed", closed_at=timezone.now() - timedelta(days=30))
    rows = [receive_mail(raw=mail(to=reply_address(anns.pk), text=str(n)), at=timezone.now()).row for n in range(2)]

    assert [row.outcome for row in rows] == ["created", "appended"]
    assert rows[0].ticket == rows[1].ticket != anns
