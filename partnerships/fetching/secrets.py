"""Secrets are referenced by name, read from the environment when sent, and removed from what is kept.

`{secret:ASANA}` in a header stands for the environment variable PROBE_SECRET_ASANA. The prefix keeps a check
from naming any other variable, such as the database's address, and sending it to a partner.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping

from partnerships.fetching.transport import FetchReason, TransportError

PREFIX = "PROBE_SECRET_"
REFERENCE = re.compile(r"\{secret:([A-Z][A-Z0-9_]{0,63})\}")
SNIPPET_BYTES = 4096
REDACTED = "[redacted]"
_MIN_SECRET_LENGTH = 4
_LOOKS_SECRET = re.compile(
    r"""(?ix)
    ( (?:authorization|api[_-]?key|access[_-]?token|refresh[_-]?token|client[_-]?secret|password|secret|token)
      ["']? \s* [:=] \s* ["']? (?:bearer\s+|basic\s+|token\s+)? )
    [^\s"',;&<>]{4,}
    """
)
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[a-z0-9._~+/=-]{8,}")


def secret_names(values: Iterable[str]) -> list[str]:
    """Names referenced in these texts, sorted."""
    return sorted({name for value in values for name in REFERENCE.findall(value)})


def inject_secrets(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers with every reference replaced; TransportError(config) when a secret is not set."""
    return {name: REFERENCE.sub(_value_of, text) for name, text in headers.items()}


def known_secrets() -> list[str]:
    """Every probe secret of this process, longest first, so that one within another is removed whole."""
    found = [value for name, value in os.environ.items() if name.startswith(PREFIX) and value]
    return sorted(found, key=len, reverse=True)


def _value_of(match: re.Match[str]) -> str:
    value = os.environ.get(PREFIX + match.group(1), "")
    if not value:
        raise TransportError(FetchReason.CONFIG, detail=f"{PREFIX}{match.group(1)} is not set", is_ours=True)
    return value


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """The text without the given secrets and without what looks like a credential."""
    for secret in secrets:
        if len(secret) >= _MIN_SECRET_LENGTH:
            text = text.replace(secret, REDACTED)
    return _BEARER.sub(rf"\1 {REDACTED}", _LOOKS_SECRET.sub(rf"\1{REDACTED}", text))


def make_snippet(body: bytes, secrets: Iterable[str] = ()) -> str:
    """At most 4 KiB of a body as redacted text, for a person who looks into a failure."""
    # decode more than is kept: a secret cut in two by the limit would not be recognised
    text = redact(body[: 2 * SNIPPET_BYTES].decode("utf-8", "replace"), secrets)
    return text.replace("\x00", "").encode()[:SNIPPET_BYTES].decode("utf-8", "ignore")
