"""Reading mails: as mail programs write them, and as nobody should."""

import time
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.mail.html_text import text_of_html
from support.mail.parsing import MOST_PARTS, MailError, parse_mail, read_head
from support.mail.quoting import trim_quotes
from tests.support.mail.samples import mail, sample

MIB = 1024**2


def parse(raw, largest=10 * MIB):
    return parse_mail(raw, largest=largest)


def test_gmail():
    found = parse(sample("gmail"))

    assert (found.sender, found.sender_name) == ("ann.lee@gmail.example", "Ann Lée")
    assert found.subject == "Re: Urlaubsanspruch ✅"
    assert found.message_id == "<CAF2+x=abc@mail.gmail.example>"
    assert found.references == ("<CAF1@mail.gmail.example>",)
    assert found.shown == "It still shows 24 days – please look again."
    assert "is it 26 days now?" in found.text
    assert (found.automatic, found.files, found.recipients) == ("", (), ("support@example.com",))


def test_outlook_shows_html_as_text_and_its_files():
    found = parse(sample("outlook"))

    assert found.shown == "Grüße, the invoice is wrong. See ours (https://corp.example/i/7)."
    assert "Here is your invoice." in found.text
    assert "alert" not in found.text
    assert found.recipients == ("cleo@corp.example", "support@example.com")
    assert [(file.name, file.content[:4]) for file in found.files] == [
        ("../../etc/Rechnung März.pdf", b"%PDF"),
        ("setup.exe", b"MZ\x90\x00"),
    ]


def test_what_is_no_text_becomes_text():
    found = parse(sample("charset"))

    assert found.text == "Grüße and �� more."
    assert found.subject.startswith("café and f")
    assert "\x00" not in found.subject


@pytest.mark.parametrize(
    ("name", "why"),
    [("holiday", "Auto-Submitted"), ("bounce", "report"), ("list", "Precedence"), ("plain", "")],
)
def test_what_no_person_wrote_is_known(name, why):
    assert why in parse(sample(name)).automatic
    assert bool(why) is bool(parse(sample(name)).automatic)


@pytest.mark.parametrize(
    ("headers", "is_automatic"),
    [
        ({"Auto_Submitted": "no"}, False),
        ({"Auto_Submitted": "auto-generated"}, True),
        ({"Precedence": "JUNK"}, True),
        ({"X_Auto_Response_Suppress": "OOF, AutoReply"}, True),
        ({"List_Id": "<a.example.org>"}, True),
        ({"Return_Path": "<>"}, True),
        ({"X_Loop": "anything"}, True),
        ({"X_Fieldlight_Mail": "example.com"}, True),
        ({"Return_Path": "<ann@example.org>"}, False),
        ({"sender": "mailer-daemon@example.org"}, True),
    ],
)
def test_each_mark_of_a_machine(headers, is_automatic):
    assert bool(parse(mail(**headers)).automatic) is is_automatic


@pytest.mark.parametrize("senders", ["ann@example.org, bob@example.org", "nobody", "", '"a@example.org" <>'])
def test_a_mail_with_no_or_several_senders_has_none(senders):
    raw = f"From: {senders}\nTo: support@example.com\n\nHi".encode()

    assert parse(raw).sender == ""


def test_two_from_fields_are_no_sender():
    assert parse(b"From: ann@example.org\nFrom: bob@example.org\n\nHi").sender == ""


def test_line_ends_in_encoded_words_make_no_header():
    raw = (
        b"From: =?utf-8?q?Ann=0D=0ABcc=3A_x=40example.org?= <ann@example.org>\nSubject: =?utf-8?q?A=0D=0ABcc:_x?=\n\nHi"
    )

    found = parse(raw)

    assert (found.sender_name, found.subject) == ("Ann Bcc: x@example.org", "A Bcc: x")


def nested(depth):
    head = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (number, number) for number in range(depth)
    )
    return b"From: ann@example.org\n" + head + b"Content-Type: text/plain\n\nHi\n"


def test_hundreds_of_parts_and_of_levels_are_refused():
    many = b'From: a@example.org\nContent-Type: multipart/mixed; boundary="b"\n\n' + b"--b\n\nx\n" * (MOST_PARTS + 1)

    for raw in (nested(500), many):
        with pytest.raises(MailError, match="parts"):
            parse(raw)
    assert parse(nested(20)).text == "Hi"


def test_what_is_too_large_is_refused_with_its_head():
    raw = mail(text="x" * 2 * MIB)

    with pytest.raises(MailError, match="larger than 1 MB"):
        parse(raw, largest=MIB)
    assert read_head(raw).sender == "ann@example.org"
    with pytest.raises(MailError, match="header"):
        parse(b"From: ann@example.org\nX-A: " + b"a" * 300_000 + b"\n\nHi")


HOSTILE = {
    "addresses": b"From: " + b", ".join(b"a%d@x.example" % n for n in range(9_000)) + b"\n\nHi",
    "quotes": b"From: " + b'"' * 200_000 + b"\nTo: " + b"(" * 20_000 + b"\n\nHi",
    "words": b"Subject: " + b" ".join(b"=?utf-8?q?a%d?=" % n for n in range(9_000)) + b"\n\nHi",
    "comments": b"Content-Type: text/html\n\n" + b"<!--" * 500_000,
    "tags": b"Content-Type: text/html\n\n" + b"<script><a href='" * 200_000,
    "unclosed": b"Content-Type: text/html\n\n" + b"<" * 1_000_000 + b"</" * 500_000,
    "digits": b"Content-Type: text/html\n\n&#" + b"9" * 10_000 + b";",
    "wrote": b"Content-Type: text/plain\n\n" + b"On it wrote:\n" * 100_000,
    "from": b"Content-Type: text/plain\n\n" + b"From: a\n" * 100_000,
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE)
def test_hostile_mails_take_no_time(raw):
    began = time.process_time()
    parse(raw)

    assert time.process_time() - began < 3


@given(st.binary(max_size=400), st.sampled_from(["", "From: a@b.example\nContent-Type: ", "Subject: ", "From: "]))
def test_no_bytes_break_the_parser(junk, start):
    raw = start.encode() + junk
    try:
        found = parse(raw)
    except MailError:
        read_head(raw)
        return
    for text in (found.subject, found.sender, found.sender_name, found.text, found.shown, found.message_id):
        text.encode()
        assert "\x00" not in text


PIECES = [
    *(b"From: a@b.example\n", b"Content-Type: multipart/mixed; boundary=b\n", b"Content-Type: text/html\n"),
    *(b"Content-Type: message/rfc822\n", b"Content-Transfer-Encoding: base64\n", b"\n", b"--b\n", b"--b--\n"),
    *(b"=?utf-8?b?//8=?=", b"Subject: =?utf-7?q?+AA?=\n", b"Content-Disposition: attachment; filename*=x''%00\n"),
    *(
        b"<blockquote>",
        b"</blockquote>",
        b"<a href=http://x>",
        b"&#x110000;",
        b"> q\n",
        b"\xff\xfe",
        b"References: <a@b>\n",
    ),
]


@given(st.lists(st.sampled_from(PIECES), max_size=25))
def test_no_pieces_of_mails_break_the_parser(pieces):
    try:
        parse(b"".join(pieces))
    except MailError as error:
        assert "cannot be read" not in str(error)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>a</p><p>b</p>", "a\nb"),
        ("a<blockquote>b<br>c</blockquote>d", "a\n> b\n> c\nd"),
        ("<title>t</title><SCRIPT>alert(1)</SCRIPT >x", "x"),
        ("1 < 2 &amp; 3 &lt;b&gt;", "1 < 2 & 3 <b>"),
        ('<a href="https://a.example/">https://a.example/</a>', "https://a.example/"),
        ('<a href="javascript:alert(1)">x</a>', "x"),
    ],
)
def test_html_as_text(html, text):
    assert text_of_html(html) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Yes.\n\nOn Monday Bob wrote:\n> a\n> b", "Yes."),
        ("Yes.\n> a\nNo, that.\n> b\nThat too.", "Yes.\n> a\nNo, that.\n> b\nThat too."),  # Answers between the lines.
        ("Bob wrote:\nnothing quoted", "Bob wrote:\nnothing quoted"),
        ("> only quoted", "> only quoted"),
        ("Hi\n-- \nAnn", "Hi"),
        ("Hi\n-----Original Message-----\nFrom: b", "Hi"),
        ("Ja.\n\nAm 2. März 2026 schrieb Bob <b@x.example>:\n> a", "Ja."),
        ("From: here to there\nit is far", "From: here to there\nit is far"),
    ],
)
def test_what_is_quoted_is_left_out(text, shown):
    assert trim_quotes(text) == shown


def test_long_names_of_files_keep_their_ending():
    message = EmailMessage()
    message["From"] = "ann@example.org"
    message.set_content("See")
    for name in ("n" * 300 + ".txt", "n" * 300, "a." + "b" * 300):
        message.add_attachment("x", filename=name)

    names = [file.name for file in parse_mail(message.as_bytes(), largest=10**7).files]

    assert names == ["n" * 196 + ".txt", "n" * 200, "a." + "b" * 198]
