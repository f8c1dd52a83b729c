"""Taking in what waits in the mailbox. A mail is marked there once its row is stored: dying between does no harm, since
a mail that is known changes nothing, and neither does a second worker.
"""

from dataclasses import dataclass
from datetime import datetime
from time import monotonic

import structlog
from django.conf import settings
from django.db import transaction

from operations.services.housekeeping import record_heartbeat
from support.mail.imap import Account, ImapFolder, open_mailbox
from support.services.inbound_mail import receive_mail

AT_ONCE = 50
HEARTBEAT = "mailbox"
_SECONDS = 200  # Within the time limit of a task.
_log = structlog.get_logger("mail")


@dataclass(frozen=True)
class PollReport:
    """What came of one look into the mailbox: mails new to us, known ones, and those left there by a fault of ours."""

    new: int = 0
    known: int = 0
    failed: int = 0


def get_account() -> Account | None:
    """The mailbox to read; None where none is set up."""
    if not settings.SUPPORT_IMAP_HOST:
        return None
    return Account(
        host=settings.SUPPORT_IMAP_HOST,
        port=settings.SUPPORT_IMAP_PORT,
        user=settings.SUPPORT_IMAP_USER,
        password=settings.SUPPORT_IMAP_PASSWORD,
        folder=settings.SUPPORT_IMAP_FOLDER,
        done_folder=settings.SUPPORT_IMAP_DONE_FOLDER,
        ca_file=settings.SUPPORT_IMAP_CA_FILE,
    )


def poll_mailbox(*, at: datetime) -> PollReport:
    """Take in up to AT_ONCE mails, each in a transaction of its own; MailboxError where the server cannot be used.

    A mail that a fault of ours does not let in stays where it is, and does not keep back the others.
    """
    account = get_account()
    if account is None:
        return PollReport()
    counts = {True: 0, False: 0, None: 0}
    until = monotonic() + _SECONDS
    with open_mailbox(account) as folder:
        for uid in folder.list_waiting(AT_ONCE):
            counts[_take(folder, uid, at)] += 1
            if monotonic() > until:
                break
    record_heartbeat(name=HEARTBEAT, at=at)
    return PollReport(new=counts[True], known=counts[False], failed=counts[None])


def _take(folder: ImapFolder, uid: str, at: datetime) -> bool | None:
    """Whether the mail was new; None where it stays."""
    size = folder.size_of(uid)
    is_large = size is not None and size > settings.MAIL_MAX_MIB * 1024**2
    raw = folder.fetch(uid, head_only=is_large)
    if raw is None:  # Another worker was faster.
        return False
    try:
        with transaction.atomic():
            received = receive_mail(raw=raw, at=at, size=size)
    except Exception:  # noqa: BLE001 - whatever is wrong with one mail, the others are taken
        _log.exception("mail_not_taken", uid=uid)
        return None
    folder.mark_taken(uid)
    return received.is_new
