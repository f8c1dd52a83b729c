"""What the headers of one answer say about ends to come.

`Sunset` is RFC 8594's HTTP-date; `Deprecation` is RFC 9745's `@` with seconds, or what drafts before it had: `true` or
a date. `github-authentication-token-expiration` is GitHub's. Text that is none of this is no finding.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

GONE = 410
CERTIFICATE_HEADER = "x-certificate-not-after"
"""Not sent by anybody: the name under which a TLS probe's result keeps the end of the certificate."""
TOKEN_HEADER = "github-authentication-token-expiration"  # noqa: S105  # the name of a header
_LINK = re.compile(r"<([^<>]*)>((?:\s*;[^<,]*)*)")
_REL = re.compile(r'\brel\s*=\s*"?([^";]+)', re.IGNORECASE)
_ZONED = ("%Y-%m-%d %H:%M:%S %z", "%Y-%m-%d %H:%M:%S %Z")
_FIRST_YEAR, _LAST_YEAR = 1995, 2200
_MAX_LENGTH = 200
_TOLD = ("sunset", "deprecation")


@dataclass(frozen=True)
class Finding:
    """One end that an answer told of. `due_at` is None where it was announced without a date.

    `deprecated_at` is from when the API is discouraged, where that was said; `said` are the headers themselves.
    """

    kind: str
    due_at: datetime | None
    notes: str = ""
    url: str = ""
    deprecated_at: datetime | None = None
    said: str = ""


def list_findings(headers: Mapping[str, str], *, http_status: int | None, seen_at: datetime) -> list[Finding]:
    """What one answer says; header names are lower case."""
    found = [
        _dated("tls_certificate", headers.get(CERTIFICATE_HEADER, "")),
        _dated("personal_token", headers.get(TOKEN_HEADER, "")),
        _sunset(headers, http_status, seen_at),
    ]
    return [one for one in found if one is not None]


def parse_date(text: str) -> datetime | None:
    """The instant in UTC of an HTTP-date, an ISO 8601 one or GitHub's form; without a zone it is UTC. Else None."""
    text = text.strip()
    if not text or len(text) > _MAX_LENGTH:
        return None
    parsers: list[Callable[[str], datetime]] = [parsedate_to_datetime, datetime.fromisoformat]
    for parse in [*parsers, *map(_with, _ZONED)]:
        with suppress(ValueError, TypeError, OverflowError, IndexError):
            return _plausible(parse(text))
    return None


def parse_deprecation(text: str) -> tuple[bool, datetime | None]:
    """Whether the header says deprecated, and since or from when where it says that."""
    text = text.strip()
    if text.lower() in {"true", "?1"}:
        return True, None
    if text.startswith("@"):
        with suppress(ValueError, OverflowError, OSError):
            return True, _plausible(datetime.fromtimestamp(int(text[1:16]), UTC))
        return False, None
    at = parse_date(text)
    return at is not None, at


def find_link(header: str, *relations: str) -> str:
    """The first web address among the links with one of the relations; empty without one."""
    for target, parameters in _LINK.findall(header):
        relation = _REL.search(parameters)
        names = relation.group(1).lower().split() if relation else []
        if target.startswith(("https://", "http://")) and any(name in relations for name in names):
            return str(target)
    return ""


def _sunset(headers: Mapping[str, str], http_status: int | None, seen_at: datetime) -> Finding | None:
    is_deprecated, since = parse_deprecation(headers.get("deprecation", ""))
    sunset = parse_date(headers.get("sunset", ""))
    url = find_link(headers.get("link", ""), "sunset", "deprecation")
    quoted = ", ".join(f"{name.title()}: {headers[name].strip()}" for name in _TOLD if headers.get(name))[:_MAX_LENGTH]
    if http_status == GONE:
        return Finding("api_sunset", min(sunset or seen_at, seen_at), "It answers 410 Gone.", url, since, quoted)
    if sunset is None and not is_deprecated:
        return None
    said = f"Deprecated since {since:%Y-%m-%d}." if since else "Deprecated." if is_deprecated else ""
    return Finding("api_sunset", sunset, said or "A sunset is announced.", url, since, quoted)


def _dated(kind: str, text: str) -> Finding | None:
    due_at = parse_date(text)
    return Finding(kind, due_at) if due_at else None


def _with(form: str) -> Callable[[str], datetime]:
    return lambda text: datetime.strptime(text, form)  # noqa: DTZ007


def _plausible(at: datetime) -> datetime:
    """In UTC; raises ValueError for a year that no contract has."""
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    if not _FIRST_YEAR <= at.year <= _LAST_YEAR:
        raise ValueError(at)
    return at
