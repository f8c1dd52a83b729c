"""Signed names of tickets: in the address that a reply goes to, and in the ids of our mails. A guess fits nothing."""

import base64
import hmac
import re
from collections.abc import Iterator
from email.utils import parseaddr

from django.conf import settings
from django.utils.crypto import salted_hmac

_SALT = "support.mail.tokens"
_BYTES = 15
_ADDRESS = re.compile(r"\+t([1-9][0-9]{0,17})\.([a-z2-7]{24})@", re.IGNORECASE)
_ID = re.compile(r"<t([1-9][0-9]{0,17})\.e([1-9][0-9]{0,17})\.([a-z2-7]{24})@[^<>]*>", re.IGNORECASE)
_SUBJECT = re.compile(r"\[T-([1-9][0-9]{0,17})\]", re.IGNORECASE)
_LARGEST = 2**63 - 1


def own_address() -> str:
    """The address that customers write to, lower-case; empty where mail is not set up."""
    return parseaddr(settings.SUPPORT_EMAIL)[1].lower()


def is_own_address(address: str) -> bool:
    """Whether we would write to ourselves: our address, with any token, or the one that notices come from."""
    local, _, host = own_address().partition("@")
    given, _, given_host = address.lower().partition("@")
    is_ours = bool(host) and given_host == host and (given == local or given.startswith(f"{local}+"))
    return is_ours or address.lower() == parseaddr(settings.DEFAULT_FROM_EMAIL)[1].lower()


def reply_address(ticket_id: int) -> str:
    """Our address with the ticket's signed name."""
    local, _, host = own_address().partition("@")
    return f"{local}+t{ticket_id}.{_sign(f't{ticket_id}')}@{host}"


def message_id_of(*, ticket_id: int, event_id: int) -> str:
    """The id of the mail that brings this event of the ticket: the same every time, so that nothing must keep it."""
    host = own_address().partition("@")[2] or "localhost"
    name = f"t{ticket_id}.e{event_id}"
    return f"<{name}.{_sign(name)}@{host}>"


def ticket_of_address(address: str) -> int | None:
    """The ticket that this address of ours was made for; None for any other address."""
    found = _ADDRESS.search(address)
    if found is None or not is_own_address(address):
        return None
    return _checked(int(found[1]), f"t{found[1]}", found[2])


def ticket_of_message_id(message_id: str) -> int | None:
    """The ticket that the mail of ours with this id was about; None for any other id."""
    found = _ID.fullmatch(message_id)
    return _checked(int(found[1]), f"t{found[1]}.e{found[2]}", found[3]) if found else None


def ticket_of_subject(subject: str) -> int | None:
    """The number in the mark of a subject, which anybody can write."""
    found = _SUBJECT.search(subject)
    return int(found[1]) if found and int(found[1]) <= _LARGEST else None


def _checked(ticket_id: int, name: str, signature: str) -> int | None:
    fits = any([hmac.compare_digest(one, signature.lower()) for one in _signatures(name)])  # noqa: C419 - all compared
    return ticket_id if fits and ticket_id <= _LARGEST else None


def _sign(name: str) -> str:
    return next(_signatures(name))


def _signatures(name: str) -> Iterator[str]:
    """The signature by the key of today, then by those that it replaced."""
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        digest = salted_hmac(_SALT, name, secret=key, algorithm="sha256").digest()[:_BYTES]
        yield base64.b32encode(digest).decode().lower()
