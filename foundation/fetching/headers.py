"""Request headers: what may be sent, and what survives a change of origin."""

from __future__ import annotations

import re
from collections.abc import Mapping

from foundation.fetching.transport import FetchReason, TransportError

_TOKEN = re.compile(r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")
# Names that decide routing, framing or the connection; ours to set.
RESERVED = frozenset(
    {
        "host",
        "connection",
        "content-length",
        "transfer-encoding",
        "upgrade",
        "te",
        "trailer",
        "keep-alive",
        "proxy-connection",
    }
)
_KEPT_ACROSS_ORIGINS = frozenset({"user-agent", "accept", "accept-language", "accept-encoding"})
MAX_HEADER_LENGTH = 8192


def header_problem(name: str, value: str) -> str:
    """Why this header is refused, or empty: line ends would let a value start a request of its own."""
    if not _TOKEN.match(name):
        return "Not a header name."
    if name.lower() in RESERVED or name.lower().startswith("proxy-"):
        return "This header is set by the poller."
    if any((ord(char) < 0x20 and char != "\t") or ord(char) == 0x7F for char in value):  # noqa: PLR2004
        return "Control characters and line ends are refused."
    if len(value) > MAX_HEADER_LENGTH:
        return f"At most {MAX_HEADER_LENGTH} characters."
    return "" if value.isascii() else "Only ASCII characters."


def require_clean_headers(headers: Mapping[str, str]) -> None:
    """Raises TransportError(config) when a header could not be sent safely."""
    for name, value in headers.items():
        problem = header_problem(name, value)
        if problem:
            raise TransportError(FetchReason.CONFIG, detail=f"{name!r}: {problem}", is_ours=True)


def headers_for_other_origin(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers that may follow a redirect to another origin: no credentials, cookies, custom ones."""
    return {name: value for name, value in headers.items() if name.lower() in _KEPT_ACROSS_ORIGINS}
