"""Reading the mailbox: once, whoever reads it, wherever the reader dies."""

import json

import pytest

from operations.models import Heartbeat
from support.mail.imap import MailboxError
from support.models import InboundMail, Ticket
from support.services.mailbox import poll_mailbox
from support.tasks import poll_mailbox as poll_task
from tests.factories import NOW
from tests.partnerships.certificates import Authority
from tests.support.mail.imap_server import imap_server
from tests.support.mail.samples import mail, sample


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    folder = tmp_path_factory.mktemp("authority")
    authority = Authority(folder)
    (folder / "ca.pem").write_bytes(authority.certificate_pem)
    return authority, folder / "ca.pem"


@pytest.fixture
def folder(authority):
    with imap_server(authority[0].server_context("127.0.0.1")) as folder:
        yield folder


@pytest.fixture
def mailbox(folder, authority, settings):
    settings.SUPPORT_IMAP_HOST, settings.SUPPORT_IMAP_PORT = "127.0.0.1", folder.port
    settings.SUPPORT_IMAP_USER, settings.SUPPORT_IMAP_PASSWORD = "support", "pass word"
    settings.SUPPORT_IMAP_CA_FILE = str(authority[1])
    return folder


@pytest.mark.django_db
def test_what_waits_is_taken_once_and_marked(mailbox):
    mailbox.put(mail(text="one"), sample("list"), mail(text="two"))

    first, second = poll_mailbox(at=NOW), poll_mailbox(at=NOW)

    assert ((first.new, first.known), (second.new, second.known)) == ((3, 0), (0, 0))
    assert mailbox.waiting() == []
    assert sorted(InboundMail.objects.values_list("outcome", "mailbox")) == [
        *[("created", "support@example.com")] * 2,
        ("ignored", "support@example.com"),
    ]
    assert Heartbeat.objects.get(name="mailbox").seen_at == NOW


@pytest.mark.django_db
@pytest.mark.parametrize("can_move", [True, False])
def test_what_is_taken_is_moved_where_there_is_a_folder_for_it(mailbox, settings, can_move):
    settings.SUPPORT_IMAP_DONE_FOLDER, mailbox.can_move = "Done ones", can_move
    mailbox.put(mail(text="one"), mail(text="two"))
    mailbox.flags[1].add("\\Seen")  # Somebody looked at it before us.

    assert poll_mailbox(at=NOW).new == 2
    assert poll_mailbox(at=NOW).known == 0
    assert mailbox.moved == [1, 2]


@pytest.mark.django_db
def test_a_mail_that_was_stored_and_not_marked_changes_nothing(mailbox):
    mailbox.put(mail())
    poll_mailbox(at=NOW)
    mailbox.flags[1].clear()

    assert poll_mailbox(at=NOW).known == 1
    assert (Ticket.objects.count(), mailbox.waiting()) == (1, [])


@pytest.mark.django_db
def test_of_a_mail_that_is_too_large_only_the_head_is_fetched(mailbox, settings):
    settings.MAIL_MAX_MIB = 1
    raw = mail(text="x\n" * 600_000)
    mailbox.put(raw)

    poll_mailbox(at=NOW)

    row = InboundMail.objects.get()
    assert (row.outcome, row.sender, row.size, mailbox.fetched) == ("refused", "ann@example.org", len(raw), ["head"])


@pytest.mark.django_db
def test_a_fault_of_ours_keeps_back_one_mail_only(mailbox, monkeypatch):
    from support.services import inbound_mail

    take = inbound_mail.get_thread
    monkeypatch.setattr(inbound_mail, "get_thread", lambda found: 1 / 0 if found.subject == "odd" else take(found))
    mailbox.put(mail(subject="odd"), mail())

    report = poll_mailbox(at=NOW)

    assert (report.new, report.failed, mailbox.waiting()) == (1, 1, [1])


@pytest.mark.django_db
@pytest.mark.parametrize("refused", ["LOGIN", "SELECT", "SEARCH", "FETCH", "STORE"])
def test_a_server_that_refuses_is_said_to(mailbox, refused):
    mailbox.put(mail())
    mailbox.refuses.add(refused)

    with pytest.raises(MailboxError, match="at 127"):
        poll_mailbox(at=NOW)
    assert not Heartbeat.objects.exists()
    mailbox.refuses.clear()
    poll_mailbox(at=NOW)
    assert (InboundMail.objects.count(), mailbox.waiting()) == (1, [])


@pytest.mark.django_db
def test_a_server_that_nobody_vouches_for_gets_no_password(mailbox, settings, capsys):
    settings.SUPPORT_IMAP_CA_FILE = ""

    with pytest.raises(MailboxError, match="SSLCertVerificationError"):
        poll_mailbox(at=NOW)
    poll_task()  # Says so in the log, and the next minute tries again.


def test_nothing_is_read_where_no_mailbox_is_set_up(settings):
    assert poll_mailbox(at=NOW).new == 0


POLL = """
    from support.services.mailbox import poll_mailbox
    from tests.factories import NOW
    print(poll_mailbox(at=NOW).new)
"""
KILLED = """
    from support.models import Customer, InboundMail, Ticket, TicketAttachment, TicketEvent
    from support.services.inbound_mail import receive_mail
    from tests.factories import NOW
    from tests.kills import kill_before_each
    from tests.support.mail.samples import sample

    came = []

    def prepare():
        number = len(came)
        came.append(sample("outlook").replace(b"AM0PR01MB1", b"%d" % number).replace(b"otto", b"otto%d" % number))

    def check():
        receive_mail(raw=came[-1], at=NOW)  # The next worker finds it waiting still.
        rows = [model.objects.count() for model in (InboundMail, Ticket, Customer, TicketAttachment)]
        rows.append(TicketEvent.objects.filter(kind="opened").count())
        assert set(rows) == {len(came)}, rows

    print(kill_before_each(prepare, lambda: receive_mail(raw=came[-1], at=NOW), check))
"""


@pytest.fixture
def environment(own_database, folder, authority):
    own_database.env.update(
        SUPPORT_EMAIL="support@example.com",
        SUPPORT_IMAP_HOST="127.0.0.1",
        SUPPORT_IMAP_PORT=str(folder.port),
        SUPPORT_IMAP_USER="support",
        SUPPORT_IMAP_PASSWORD="pass word",
        SUPPORT_IMAP_CA_FILE=str(authority[1]),
    )
    return own_database


ROWS = """
    import json
    from support.models import Customer, InboundMail, Ticket, TicketEvent
    print(json.dumps([model.objects.count() for model in (InboundMail, Ticket, Customer)]
                     + [TicketEvent.objects.filter(kind="opened").count()]))
"""


@pytest.mark.slow
def test_two_workers_at_one_mailbox_take_each_mail_once(environment, folder):
    folder.put(*(mail(text=str(number), Message_ID=f"<{number}@example.org>") for number in range(12)))

    workers = [environment.start_code(POLL) for _ in range(2)]
    done = [worker.communicate(timeout=120) for worker in workers]

    assert [worker.returncode for worker in workers] == [0, 0], done
    assert sum(int(out) for out, _ in done) == 12
    assert json.loads(environment.run_code(ROWS)) == [12, 12, 1, 12]
    assert folder.waiting() == []


@pytest.mark.slow
def test_a_worker_killed_between_any_two_statements(environment):
    assert int(environment.run_code(KILLED)) >= 10
