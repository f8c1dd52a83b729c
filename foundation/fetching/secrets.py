"""Secrets are referenced by name, read from the environment when sent, and removed from what is kept.

`{secret:ASANA}` in a header stands for the environment variable PROBE_SECRET_ASANA. The prefix keeps a check
from naming any other variable, such as the database's address, and sending it to a partner. PROBE_HOSTS_ASANA names the
hosts, by comma, that may get it: whoever types a check's address cannot have it sent to a server of their own.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping

from foundation.fetching.transport import FetchReason, TransportError

PREFIX = "PROBE_SECRET_"
HOSTS_PREFIX = "PROBE_HOSTS_"
REFERENCE = re.compile(r"\{secret:([A-Z][A-Z0-9_]{0,63})\}")
_MEANT = re.compile(r"(?i)\{\s*secret")
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


def secret_problem(text: str, *, host: str) -> str:
    """Why this header may not be sent to the host, or empty: it names a secret wrongly, or one for other hosts."""
    if _MEANT.search(REFERENCE.sub("", text)):
        return "Write {secret:NAME}, in capitals, digits and underscores."
    for name in secret_names([text]):
        if host.lower() not in _hosts_of(name):
            return f"{HOSTS_PREFIX}{name} does not name {host}, so {name} is not sent there."
    return ""


def inject_secrets(headers: Mapping[str, str], *, host: str) -> dict[str, str]:
    """Headers for the host with every reference replaced; TransportError(config) when a secret is not set, or not for
    this host.
    """
    for name, text in headers.items():
        if problem := secret_problem(text, host=host):
            raise TransportError(FetchReason.CONFIG, detail=f"{name}: {problem}", is_ours=True)
    return {name: REFERENCE.sub(_value_of, text) for name, text in headers.items()}


def _hosts_of(name: str) -> set[str]:
    return {host.strip().lower() for host in os.environ.get(HOSTS_PREFIX + name, "").split(",") if host.strip()}


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
