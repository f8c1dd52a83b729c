"""A mailbox read over IMAP with TLS: what waits in one folder, and marking what was taken."""

import imaplib
import re
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

TIMEOUT_SECONDS = 30
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


class MailboxError(Exception):
    """The mailbox cannot be reached, or does not do what it is asked; says why, without any secret."""


@dataclass(frozen=True)
class Account:
    """Where the mailbox is. Without a `done_folder`, what is taken is marked as read and stays where it is."""

    host: str
    port: int
    user: str
    password: str
    folder: str
    done_folder: str = ""
    ca_file: str = ""


@contextmanager
def open_mailbox(account: Account) -> "Iterator[ImapFolder]":
    """The folder, signed in to; MailboxError for whatever goes wrong with the server while it is used."""
    client: imaplib.IMAP4 | None = None
    try:
        context = ssl.create_default_context(cafile=account.ca_file or None)
        client = imaplib.IMAP4_SSL(account.host, account.port, ssl_context=context, timeout=TIMEOUT_SECONDS)
        client.login(account.user, account.password)
        yield ImapFolder(client, account)
    except (imaplib.IMAP4.error, OSError) as error:
        raise MailboxError(f"{type(error).__name__} at {account.host}") from error
    finally:
        if client is not None:
            _leave(client)


def _leave(client: imaplib.IMAP4) -> None:
    try:
        client.logout()
    except (imaplib.IMAP4.error, OSError):
        client.shutdown()


class ImapFolder:
    """The mails that wait in a folder, by their unique ids there."""

    def __init__(self, client: imaplib.IMAP4, account: Account) -> None:
        self._client = client
        self._done = account.done_folder
        self._can_move = "MOVE" in client.capabilities
        _checked(client.select(_quoted(account.folder)))

    def list_waiting(self, limit: int) -> list[str]:
        """The oldest mails that nobody has taken."""
        wanted = "UNDELETED" if self._done else "UNSEEN UNDELETED"
        found = _checked(self._client.uid("SEARCH", wanted))
        return [uid.decode() for line in found if isinstance(line, bytes) for uid in line.split()][:limit]

    def size_of(self, uid: str) -> int | None:
        """How many bytes the mail has; None where it is no longer there."""
        for line in _checked(self._client.uid("FETCH", uid, "(RFC822.SIZE)")):
            found = _SIZE.search(line if isinstance(line, bytes) else b"")
            if found:
                return int(found[1])
        return None

    def fetch(self, uid: str, *, head_only: bool = False) -> bytes | None:
        """The mail, or its head; None where it is no longer there. Does not mark it as read."""
        what = "(BODY.PEEK[HEADER])" if head_only else "(BODY.PEEK[])"
        for line in _checked(self._client.uid("FETCH", uid, what)):
            if isinstance(line, tuple):
                return bytes(line[1])
        return None

    def mark_taken(self, uid: str) -> None:
        """Mark the mail as read, and move it to the folder of those that are done where there is one."""
        _checked(self._client.uid("STORE", uid, "+FLAGS", r"(\Seen)"))
        if not self._done:
            return
        if self._can_move:
            _checked(self._client.uid("MOVE", uid, _quoted(self._done)))
        else:
            _checked(self._client.uid("COPY", uid, _quoted(self._done)))
            _checked(self._client.uid("STORE", uid, "+FLAGS", r"(\Deleted)"))  # No longer waits; expunged by people.


def _quoted(folder: str) -> str:
    escaped = folder.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _checked(answer: tuple[str, Sequence[object]]) -> Sequence[object]:
    """What the server sent; IMAP4.error where it refused."""
    status, lines = answer
    if status != "OK":
        raise imaplib.IMAP4.error(status)
    return lines
