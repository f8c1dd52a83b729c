"""The bytes of a mail as a message: who wrote, what is new in it, what hangs on it, which mails it answers."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from typing import TypeAlias

from support.mail.guards import why_automatic
from support.mail.headers import (
    clean,
    decode_bytes,
    decode_words,
    first_field,
    list_addresses,
    list_fields,
    list_message_ids,
)
from support.mail.html_text import text_of_html
from support.mail.quoting import trim_quotes

MOST_PARTS = 100
LARGEST_HEAD = 256 * 1024
LONGEST_TEXT = 500_000
_MOST_REFERENCES = 100
_LONGEST_NAME, _LONGEST_SUFFIX = 200, 20
_TO_US = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To")
_Part: TypeAlias = "Message[str, str]"


class MailError(Exception):
    """A mail that is not read; says why."""


@dataclass(frozen=True, slots=True)
class MailFile:
    """A file that hung on a mail, with the name and kind that the mail gave it."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as far as we read it. Addresses are lower-case; `automatic` says why no person wrote it, or nothing.

    `sender` is empty where the mail names nobody or more than one. `references` are ids in the order in which the mail
    was answered, the newest first; `reported` those in a report about a delivery. `authentication` is what the last
    server on the way said about the sender.
    """

    message_id: str
    sender: str
    sender_name: str
    subject: str
    recipients: tuple[str, ...]
    references: tuple[str, ...]
    reported: tuple[str, ...]
    text: str
    shown: str
    files: tuple[MailFile, ...]
    automatic: str
    authentication: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Head:
    """What names a mail; empty where it does not say."""

    message_id: str = ""
    sender: str = ""
    sender_name: str = ""
    subject: str = ""


def read_head(raw: bytes) -> Head:
    """The head of a mail that is not read further."""
    try:
        return _head_of(BytesParser(policy=compat32).parsebytes(raw[: _size_of_head(raw)][:LARGEST_HEAD], True))
    except Exception:  # noqa: BLE001 - as below
        return Head()


def parse_mail(raw: bytes, *, largest: int, size: int = 0) -> Mail:
    """The mail in these bytes; MailError where it is too large, has too many parts or cannot be read at all.

    `size` is that of the whole mail where `raw` is its head only.
    """
    if max(len(raw), size) > largest:
        raise MailError(f"The mail is larger than {largest // 1024**2} MB.")
    if _size_of_head(raw) > LARGEST_HEAD:
        raise MailError(f"The header is larger than {LARGEST_HEAD // 1024} KB.")
    try:
        message = BytesParser(_class=_Counting(), policy=compat32).parsebytes(raw)
        return _read(message, raw)
    except MailError:
        raise
    except Exception as error:  # Whatever a stranger's bytes break in the library, the mail is named and kept.
        raise MailError(f"The mail cannot be read ({type(error).__name__}).") from error


class _Counting:
    """Makes the parser's parts, up to so many: each costs time at every line of the mail."""

    def __init__(self) -> None:
        self._made = 0

    def __call__(self, policy: object = None) -> _Part:
        del policy  # Is compat32, which a message has by itself.
        self._made += 1
        if self._made > MOST_PARTS + 1:  # The parser makes one to try.
            raise MailError(f"The mail has more than {MOST_PARTS} parts.")
        return Message()


def _size_of_head(raw: bytes) -> int:
    ends = [end for end in (raw.find(b"\n\n"), raw.find(b"\r\n\r\n")) if end >= 0]
    return min(ends, default=len(raw))


def _read(message: _Part, raw: bytes) -> Mail:
    head = _head_of(message)
    parts = list(_leaves(message))
    text = _text_of(parts)[:LONGEST_TEXT]
    files = tuple(_files_of(parts))
    return Mail(
        message_id=head.message_id,
        sender=head.sender,
        sender_name=head.sender_name,
        subject=head.subject,
        recipients=tuple(sorted({address for _, address in _recipients(message)})),
        references=_references(message),
        reported=tuple(_reported(message)),
        text=text,
        shown=trim_quotes(text),
        files=files,
        automatic=why_automatic(
            lambda field: list_fields(message, field), content_type=message.get_content_type(), sender=head.sender
        ),
        authentication=first_field(message, "Authentication-Results"),
        sha256=hashlib.sha256(raw).hexdigest(),
        size=len(raw),
    )


def _head_of(message: _Part) -> Head:
    senders = list_addresses(list_fields(message, "From"))
    name, sender = senders[0] if len(senders) == 1 else ("", "")
    return Head(
        message_id=next(iter(list_message_ids(first_field(message, "Message-ID"))), ""),
        sender=sender,
        sender_name=name[:200],
        subject=decode_words(first_field(message, "Subject"))[:300],
    )


def _recipients(message: _Part) -> list[tuple[str, str]]:
    return list_addresses([value for name in _TO_US for value in list_fields(message, name)])


def _references(message: _Part) -> tuple[str, ...]:
    ids = list_message_ids(first_field(message, "In-Reply-To"))
    older = list_message_ids(" ".join(list_fields(message, "References")))
    return tuple(dict.fromkeys([*ids, *reversed(older)]))[:_MOST_REFERENCES]


def _reported(message: _Part) -> Iterator[str]:
    """The ids of mails that a report gives back, whole or their head only."""
    if message.get_content_type() != "multipart/report":
        return
    for part in message.walk():
        if part.get_content_type() == "text/rfc822-headers":
            yield from list_message_ids(_decoded(part))[:5]
        elif part is not message:
            yield from list_message_ids(first_field(part, "Message-ID"))


def _leaves(message: _Part) -> Iterator[_Part]:
    """The parts that hold something; a mail within the mail is one of them, and is not looked into."""
    if message.get_content_maintype() == "multipart" and isinstance(message.get_payload(), list):
        for part in message.get_payload():
            if isinstance(part, Message):
                yield from _leaves(part)
    else:
        yield message


def _is_file(part: _Part) -> bool:
    is_text = part.get_content_type() in {"text/plain", "text/html"}
    return not is_text or part.get_content_disposition() == "attachment" or bool(part.get_filename())


def _text_of(parts: list[_Part]) -> str:
    """The plain text, or the HTML as text where the mail has no plain one."""
    texts = [part for part in parts if not _is_file(part)]
    plain = "\n".join(_decoded(part) for part in texts if part.get_content_type() == "text/plain").strip()
    if plain:
        return plain
    return clean("\n".join(text_of_html(_decoded(part)) for part in texts)).strip()


def _decoded(part: _Part) -> str:
    content = part.get_payload(decode=True)
    charset = part.get_content_charset("") or "utf-8"
    return decode_bytes(content, charset) if isinstance(content, bytes) else ""


def _files_of(parts: list[_Part]) -> Iterator[MailFile]:
    for part in parts:
        if not _is_file(part):
            continue
        content = _content_of(part)
        if content or part.get_filename():  # An empty file is one that is not kept, and said so.
            yield MailFile(_name_of(part), part.get_content_type()[:100], content)


def _content_of(part: _Part) -> bytes:
    inner = part.get_payload()
    if isinstance(inner, list):  # A mail within the mail.
        return b"".join(one.as_bytes() for one in inner[:1] if isinstance(one, Message))
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _name_of(part: _Part) -> str:
    given = part.get_filename() or ""
    name = decode_words(clean(given.encode("utf-8", "surrogateescape").decode("utf-8", "replace")))
    if name:
        return _shorten(name)
    main, _, sub = part.get_content_type().partition("/")
    suffix = {"jpeg": "jpg", "plain": "txt", "rfc822": "eml"}.get(sub, sub)
    return f"{main}.{suffix[:20]}"


def _shorten(name: str) -> str:
    """The name, cut before the ending that says what kind of file it is."""
    stem, dot, suffix = name.rpartition(".")
    if not stem or len(suffix) > _LONGEST_SUFFIX:
        return name[:_LONGEST_NAME]
    return stem[: _LONGEST_NAME - len(dot + suffix)] + dot + suffix
