"""What becomes of mail: a ticket, more on a ticket, or a row with a reason; once, and never by a guess."""

import base64
from datetime import timedelta
from email.message import EmailMessage

import pytest

from support.mail.tokens import message_id_of, reply_address, ticket_of_address, ticket_of_message_id
from support.models import Customer, InboundMail, Ticket, TicketAttachment, TicketEvent
from support.selectors.mail_threads import get_thread
from support.services.inbound_mail import receive_mail
from tests.api_client import BASE, problem, role_client
from tests.factories import NOW, CustomerFactory, SolvedTicketFactory, TicketFactory, UserFactory
from tests.support.mail.samples import mail, sample

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def take(raw, at=NOW, **more):
    return receive_mail(raw=raw, at=at, **more).row


@pytest.fixture
def anns():
    return TicketFactory(customer=CustomerFactory(name="Ann", email="Ann@Example.org"))


def test_a_mail_opens_a_ticket_of_a_new_customer():
    row = take(mail(sender="Ann Lee <ANN@example.org>", subject="Holidays", text="My days are wrong."))

    ticket = Ticket.objects.select_related("customer").get()
    event = TicketEvent.objects.get()
    assert (row.outcome, row.ticket, row.event, row.reason) == ("created", ticket, event, "")
    assert (ticket.subject, ticket.channel, ticket.state, ticket.opened_at) == ("Holidays", "email", "new", NOW)
    assert (ticket.customer.name, ticket.customer.email, ticket.customer.joined_at) == (
        "Ann Lee",
        "ann@example.org",
        NOW,
    )
    assert (event.kind, event.body, event.via, event.actor) == ("opened", "My days are wrong.", "mail", None)


def test_a_known_customer_is_found_however_the_address_is_written():
    known = CustomerFactory(email="Ann@Example.org")
    CustomerFactory(email="ann@example.org")  # A double of later.

    take(mail(sender="ann@EXAMPLE.org"))

    assert Ticket.objects.get().customer == known
    assert Customer.objects.count() == 2


@pytest.mark.parametrize("message_id", ["<1@example.org>", None])
def test_the_same_mail_twice_does_nothing(message_id):
    raw = mail() if message_id is None else mail(Message_ID=message_id)
    if message_id is None:
        raw = b"\n".join(line for line in raw.split(b"\n") if not line.startswith(b"Message-ID"))

    first, again = take(raw), receive_mail(raw=raw, at=NOW + MINUTE)

    assert (again.row, again.is_new) == (first, False)
    assert (InboundMail.objects.count(), Ticket.objects.count(), TicketEvent.objects.count()) == (1, 1, 1)
    assert first.message_key == (message_id or f"sha256:{first.sha256}")


def test_an_answer_to_our_mail_goes_on_with_the_ticket_and_opens_it_again(anns):
    Ticket.objects.filter(pk=anns.pk).update(state="pending_customer")
    ours = message_id_of(ticket_id=anns.pk, event_id=77)

    row = take(mail(References=f"<other@example.org> {ours}", text="Still wrong.\n\nOn Monday Bob wrote:\n> Hello"))

    anns.refresh_from_db()
    said = TicketEvent.objects.get(kind="customer")
    assert (row.outcome, row.ticket, row.event, anns.state) == ("appended", anns, said, "open")
    assert (said.body, said.actor_name, said.via) == ("Still wrong.", "Ann <ann@example.org>", "mail")
    assert row.text == "Still wrong.\n\nOn Monday Bob wrote:\n> Hello"


def test_an_answer_to_an_earlier_mail_goes_on_with_its_ticket():
    first = take(mail(Message_ID="<1@example.org>", Cc="bob@example.org"))

    again = take(mail(Message_ID="<2@example.org>", In_Reply_To="<1@example.org>", text="And more."))
    in_copy = take(mail(sender="bob@example.org", In_Reply_To="<1@example.org>", text="Me too."))
    stranger = take(mail(sender="eve@example.net", In_Reply_To="<1@example.org>", text="Let me in."))

    assert [again.ticket, in_copy.ticket] == [first.ticket] * 2
    assert (stranger.outcome, stranger.ticket == first.ticket) == ("created", False)


def test_the_signed_address_is_enough_whoever_writes(anns):
    row = take(mail(sender="colleague@example.org", to=reply_address(anns.pk).upper()))

    assert (row.outcome, row.ticket) == ("appended", anns)
    assert TicketEvent.objects.get(kind="customer").actor_name == "colleague@example.org"


def test_a_number_in_the_subject_counts_for_the_customer_and_those_who_wrote(anns):
    subject = f"RE: Holidays [t-{anns.pk}]"

    guess = take(mail(sender="eve@example.net", subject=subject))
    ours = take(mail(subject=subject))
    take(mail(sender="bob@example.org", to=reply_address(anns.pk)))
    known = take(mail(sender="bob@example.org", subject=subject, text="Again"))

    assert (guess.outcome, guess.ticket == anns) == ("created", False)
    assert [(row.outcome, row.ticket) for row in (ours, known)] == [("appended", anns)] * 2


def forgeries(ticket):
    """Names of the ticket that we did not sign, and signed ones of others."""
    other = TicketFactory().pk
    address, message_id = reply_address(other), message_id_of(ticket_id=other, event_id=1)
    signature = address.partition(".")[2].partition("@")[0]
    yield {"to": f"support+t{ticket.pk}.{signature}@example.com"}
    yield {"to": f"support+t{ticket.pk}.@example.com"}
    yield {"to": reply_address(ticket.pk).replace("@example.com", "@example.net")}
    yield {"to": reply_address(ticket.pk)[:-13] + "a@example.com"}
    yield {"In_Reply_To": message_id.replace(f"<t{other}", f"<t{ticket.pk}")}
    yield {"In_Reply_To": message_id_of(ticket_id=ticket.pk, event_id=5).replace(".e5.", ".e6.")}
    yield {"In_Reply_To": f"<t{ticket.pk}.e1.{signature}@example.com>"}
    yield {"In_Reply_To": f"<t{2**70}.e1.{signature}@example.com>"}
    yield {"subject": f"[T-{ticket.pk}] {'[T-' + '9' * 18 + ']'}"}


def test_a_guess_never_joins_a_ticket(anns):
    for number, forged in enumerate(forgeries(anns)):
        row = take(mail(sender="eve@example.net", Message_ID=f"<{number}@e.example>", text=str(number), **forged))
        assert (row.outcome, row.ticket == anns) == ("created", False), forged

    assert not anns.events.exists()


def test_a_signature_outlives_the_change_of_the_key(anns, settings):
    address, message_id = reply_address(anns.pk), message_id_of(ticket_id=anns.pk, event_id=1)
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another"

    assert (ticket_of_address(address), ticket_of_message_id(message_id)) == (None, None)
    settings.SECRET_KEY_FALLBACKS = [old]
    assert (ticket_of_address(address), ticket_of_message_id(message_id)) == (anns.pk, anns.pk)


def test_an_answer_long_after_the_end_follows_in_a_new_ticket():
    closed = SolvedTicketFactory(
        state="closed", closed_at=NOW, customer=CustomerFactory(email="ann@example.org"), subject="Holidays"
    )

    row = take(mail(to=reply_address(closed.pk)), at=NOW + timedelta(days=8))

    assert (row.outcome, row.ticket == closed) == ("created", False)
    assert row.ticket.subject == f"Follow-up of {closed.reference}: Holidays"
    assert row.event == row.ticket.events.get()


@pytest.mark.parametrize(
    ("result", "named"),
    [
        ("mx.example.com; dmarc=pass header.from=example.com", True),
        ("mx.example.com; spf=pass; dmarc=fail", False),
        ("mx.evil.example; dmarc=pass", False),
        ("", False),
    ],
)
def test_mail_of_staff_is_a_note_and_theirs_only_where_it_is_proven(anns, settings, result, named):
    settings.MAIL_AUTHSERV_ID = "mx.example.com"
    agent = UserFactory(email="agent@example.com")
    proof = {"Authentication_Results": result} if result else {}

    row = take(mail(sender="Agent@example.com", to=reply_address(anns.pk), text="Call them.", **proof))

    note = TicketEvent.objects.get()
    assert (row.outcome, row.ticket, note.kind, note.body) == ("noted", anns, "note", "Call them.")
    assert note.actor == (agent if named else None)
    assert ("unverified" in note.actor_name, "vouches" in row.reason) == (not named, not named)
    assert Ticket.objects.get(pk=anns.pk).state == "open"


def test_without_a_trusted_server_no_word_on_senders_counts(anns):
    UserFactory(email="agent@example.com")

    take(mail(sender="agent@example.com", to=reply_address(anns.pk), Authentication_Results="; dmarc=pass"))

    assert TicketEvent.objects.get().actor is None


def test_staff_who_are_the_ticket_s_customer_write_as_such():
    UserFactory(email="agent@example.com")
    opened = take(mail(sender="agent@example.com"))

    again = take(mail(sender="agent@example.com", to=reply_address(opened.ticket_id), text="More."))

    assert (opened.outcome, again.outcome, again.event.kind) == ("created", "appended", "customer")


@pytest.mark.parametrize("name", ["holiday", "bounce", "list"])
def test_what_no_person_wrote_is_kept_and_changes_nothing(anns, name):
    ours = message_id_of(ticket_id=anns.pk, event_id=3)
    row = take(
        sample(name).replace(b"<20260302@mx.example.org>", b"<b@mx.example.org>").replace(b"OUR-ID", ours.encode())
    )

    assert (row.outcome, bool(row.reason), bool(row.text)) == ("ignored", True, True)
    assert row.ticket == (anns if name == "bounce" else None)  # What it reports on.
    assert not TicketEvent.objects.exists()


@pytest.mark.parametrize("sender", ["support@example.com", "SUPPORT+t1.x@example.com", "fieldlight@localhost"])
def test_we_do_not_answer_ourselves(sender, settings):
    settings.DEFAULT_FROM_EMAIL = "Fieldlight <notices@example.com>"
    sender = sender.replace("fieldlight@localhost", "notices@example.com")

    assert take(mail(sender=sender)).reason == "It comes from our own address."


def test_a_flood_of_one_sender_is_kept_but_opens_nothing_more(settings):
    settings.MAIL_SENDER_HOURLY = 2
    rows = [take(mail(text=str(number))) for number in range(4)]
    other = take(mail(sender="bob@example.org"))
    later = take(mail(text="later"), at=NOW + timedelta(minutes=61))

    assert [row.outcome for row in rows] == ["created", "created", "ignored", "ignored"]
    assert (other.outcome, later.outcome) == ("created", "created")


def test_what_cannot_be_read_is_kept_with_the_reason(settings):
    settings.MAIL_MAX_MIB = 1
    row = take(mail(Message_ID="<big@example.org>", text="x\n" * 700_000))

    assert (row.outcome, row.reason) == ("refused", "The mail is larger than 1 MB.")
    assert (row.sender, row.message_key, row.ticket) == ("ann@example.org", "<big@example.org>", None)


def test_files_are_kept_by_what_is_in_them():
    row = take(sample("outlook"))

    kept = TicketAttachment.objects.get()
    assert (kept.event, kept.name, kept.media_type, kept.size) == (
        row.event,
        "Rechnung März.pdf",
        "application/pdf",
        15,
    )
    assert row.event.body.endswith("(File not kept. setup.exe: Must be one of: .csv, .docx, .eml, .gif, .jpeg, .jpg, "
                                   ".log, .ods, .odt, .pdf, .png, .pptx, .txt, .webp, .xlsx.)")  # fmt: skip


def test_a_mail_of_odd_bytes_is_stored():
    row = take(sample("charset"))

    assert (row.outcome, row.text) == ("created", "Grüße and �� more.")


def test_a_tool_brings_mail_as_it_is_or_in_json():
    tool = role_client("tool_support")
    raw = sample("plain") + b"x" * 2 * 1024**2

    made = tool.generic("POST", f"{BASE}/inbound-mail/", raw, content_type="message/rfc822")
    again = tool.post(f"{BASE}/inbound-mail/", {"raw": base64.b64encode(raw).decode()})
    ignored = tool.generic("POST", f"{BASE}/inbound-mail/", sample("list"), content_type="message/rfc822")
    listed = tool.get(f"{BASE}/inbound-mail/?outcome=ignored").json()["results"]

    assert (made.status_code, again.status_code, ignored.status_code) == (201, 200, 201)
    assert made.json()["id"] == again.json()["id"]
    assert (made.json()["outcome"], made.json()["sender"]) == ("created", "ann@example.org")
    assert [row["id"] for row in listed] == [ignored.json()["id"]]
    assert Ticket.objects.count() == 1


@pytest.mark.parametrize("body", [{}, {"raw": ""}, {"raw": "§"}, {"raw": "YQ==", "more": 1}, [], {"raw": ["YQ=="]}])
def test_what_is_no_mail_is_refused(body):
    problem(role_client("tool_support").post(f"{BASE}/inbound-mail/", body, format="json"))

    assert not InboundMail.objects.exists()


def test_only_tools_and_operations_bring_mail():
    for role, status in [("support_agent", 403), ("tool_metrics", 403), ("operations", 201)]:
        answer = role_client(role).generic(
            "POST", f"{BASE}/inbound-mail/", sample("plain"), content_type="message/rfc822"
        )
        assert answer.status_code == status


def test_a_thread_is_found_by_few_queries(django_assert_max_num_queries):
    from support.mail.parsing import parse_mail

    long = " ".join(f"<{number}@example.org>" for number in range(90))
    found = parse_mail(mail(References=long), largest=10**6)

    with django_assert_max_num_queries(3):
        assert get_thread(found) is None


def test_long_named_file_is_kept_and_an_empty_one_is_named():
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "ann@example.org", "support@example.com", "Files"
    message.set_content("See")
    message.add_attachment("words", filename="n" * 300 + ".txt")
    message.add_attachment(b"", maintype="text", subtype="plain", filename="empty.txt")

    row = take(message.as_bytes())

    assert TicketAttachment.objects.get().name == "n" * 100 + ".txt"
    assert row.event.body == "See\n\n(File not kept. empty.txt: Is empty.)"
