"""What a URL may look like before anything is resolved."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import SplitResult, quote, urljoin, urlsplit

import idna

from foundation.fetching.address_policy import AddressPolicy
from foundation.fetching.transport import WEB_SCHEMES, BlockedTargetError

MAX_URL_LENGTH = 2048
MAX_REDIRECTS = 3
DEFAULT_PORTS = {"http": 80, "https": 443, "tls": 443}  # tcp has none
_LABEL = re.compile(r"^(?!-)[a-z0-9_-]{1,63}(?<!-)$")
_NUMERIC_LABEL = re.compile(r"^(\d+|0[xX][0-9a-fA-F]*)$")
_MAX_HOST_LENGTH = 253


@dataclass(frozen=True)
class Target:
    """A URL taken apart: ASCII host, explicit port, and the address when the host is a literal."""

    scheme: str
    host: str
    port: int
    path: str
    literal: str | None

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if DEFAULT_PORTS.get(self.scheme) == self.port else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"

    @property
    def origin(self) -> tuple[str, str, int]:
        return (self.scheme, self.host, self.port)

    @property
    def is_secure(self) -> bool:
        """True where the peer must prove by a certificate that it is the host."""
        return self.scheme in ("https", "tls")

    @property
    def is_web(self) -> bool:
        """True where a request is sent; otherwise connecting is all there is to it."""
        return self.scheme in WEB_SCHEMES


def parse_target(url: str, *, policy: AddressPolicy, schemes: Collection[str] = WEB_SCHEMES) -> Target:
    """Target of a URL that may be fetched as far as its text tells; BlockedTargetError otherwise."""
    parts = _split(url, schemes)
    host, literal = _host(parts)
    port = _port(parts)
    if not policy.may_use_port(port):
        raise BlockedTargetError(f"port {port} is not allowed")
    if literal is not None and not policy.permits(host=host, address=literal, port=port):
        raise BlockedTargetError(f"address {literal} is not allowed")
    if parts.scheme not in WEB_SCHEMES and (parts.path not in ("", "/") or parts.query):
        raise BlockedTargetError(f"{parts.scheme} takes a host and a port only")
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=-._~")
    query = f"?{quote(parts.query, safe='/%:@!$&()*+,;=-._~?[]')}" if parts.query else ""
    return Target(scheme=parts.scheme, host=host, port=port, path=path + query, literal=literal)


def redirect_target(origin: Target, location: str, *, policy: AddressPolicy) -> Target:
    """Target of a redirect: vetted like a typed URL, and never from https down to http."""
    target = parse_target(urljoin(origin.url, location), policy=policy)
    if origin.scheme == "https" and target.scheme != "https":
        raise BlockedTargetError("redirect from https to http")
    return target


def _split(url: str, schemes: Collection[str]) -> SplitResult:
    if len(url) > MAX_URL_LENGTH:
        raise BlockedTargetError("URL too long")
    # urlsplit silently drops tab and line ends, so look before it does
    if any(ord(char) <= 0x20 or ord(char) == 0x7F for char in url) or "\\" in url:  # noqa: PLR2004
        raise BlockedTargetError("control character, space or backslash in URL")
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise BlockedTargetError(f"unreadable URL: {error}") from None
    if parts.scheme not in schemes:
        raise BlockedTargetError(f"only {' and '.join(schemes)}")
    if "@" in parts.netloc:
        raise BlockedTargetError("user information in URL")
    return parts


def _port(parts: SplitResult) -> int:
    try:
        port = parts.port or DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        raise BlockedTargetError("unreadable port") from None
    if port is None:
        raise BlockedTargetError("no port")
    return port


def _host(parts: SplitResult) -> tuple[str, str | None]:
    raw = parts.hostname or ""
    if parts.netloc.startswith("["):
        try:
            literal = str(IPv6Address(raw))
        except ValueError:
            raise BlockedTargetError("unreadable IPv6 address") from None
        if "%" in raw:
            raise BlockedTargetError("zone in IPv6 address")
        return literal, literal
    host = _ascii_host(raw)
    if not _NUMERIC_LABEL.match(host.rsplit(".", 1)[-1]):
        return host, None
    try:  # 2130706433, 0x7f000001, 0177.0.0.1 and 127.1 all mean loopback to the C library
        return host, str(IPv4Address(host))
    except ValueError:
        raise BlockedTargetError("number as host") from None


def _ascii_host(raw: str) -> str:
    host = raw.removesuffix(".")
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except idna.IDNAError:
            raise BlockedTargetError("unreadable host name") from None
    host = host.lower()
    if len(host) > _MAX_HOST_LENGTH or not all(_LABEL.match(label) for label in host.split(".")):
        raise BlockedTargetError("unreadable host name")
    return host
