"""Header fields as text. Read field by field: the standard library's structured ones take minutes for odd bytes."""

import re
from collections.abc import Sequence
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from foundation.plain_text import without_control

LONGEST_FIELD = 20_000
_MOST_ADDRESSES = 200
_MESSAGE_ID = re.compile(r"<[^<>\s\x00-\x1f]{1,248}>")
_SURROGATES = re.compile("[\ud800-\udfff]")


def list_fields(message: "Message[str, str]", name: str) -> list[str]:
    """Every field of the name as it stands in the mail, unfolded and at most LONGEST_FIELD characters of each."""
    wanted = name.lower()
    return [_unfold(str(value)) for key, value in message.raw_items() if key.lower() == wanted]


def first_field(message: "Message[str, str]", name: str) -> str:
    """The first field of the name; empty without one."""
    return next(iter(list_fields(message, name)), "")


def _unfold(value: str) -> str:
    raw = value[:LONGEST_FIELD].encode("utf-8", "surrogateescape")
    return " ".join(decode_bytes(raw, "utf-8").split())


def decode_bytes(raw: bytes, charset: str) -> str:
    """The text in this character set, in UTF-8 or Latin-1 where it is none, without what no page can show."""
    try:
        text = raw.decode(charset)
    except (LookupError, ValueError):
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            text = raw.decode("latin-1") if charset.lower() in {"utf-8", ""} else raw.decode("utf-8", "replace")
    return clean(text)


def clean(text: str) -> str:
    """The text without control characters and halves of characters."""
    return without_control(_SURROGATES.sub("�", text.replace("\r\n", "\n").replace("\r", "\n")))


def decode_words(value: str) -> str:
    """The field with its encoded words (RFC 2047) decoded, on one line."""
    try:
        parts = decode_header(value)
    except (HeaderParseError, ValueError, LookupError):
        return value
    words = [part if isinstance(part, str) else decode_bytes(part, charset or "utf-8") for part, charset in parts]
    return " ".join("".join(words).split())


def list_addresses(fields: Sequence[str]) -> list[tuple[str, str]]:
    """Name and lower-case address of everybody named, those without a usable address left out."""
    try:
        found = getaddresses(list(fields))[:_MOST_ADDRESSES]
    except (ValueError, IndexError, RecursionError):
        return []
    return [(decode_words(name), address.lower()) for name, address in found if is_address(address)]


def is_address(address: str) -> bool:
    """Whether mail could be sent there."""
    try:
        validate_email(address)
    except (ValidationError, ValueError):
        return False
    return len(address) <= 254  # noqa: PLR2004 - RFC 5321


def list_message_ids(value: str) -> list[str]:
    """The message ids in a field."""
    return _MESSAGE_ID.findall(value)
