"""The small interface every probe stands on. A transport fetches and knows nothing of checks or databases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

MIB = 1024 * 1024
WEB_SCHEMES = ("http", "https")


class FetchReason(StrEnum):
    """Why nothing came back, in words as coarse as a stranger may know: finer ones would scan ports."""

    DNS = "dns"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    TLS = "tls"
    BLOCKED = "blocked"
    TOO_LARGE = "too_large"
    PROTOCOL = "protocol"
    NETWORK = "network"
    CONFIG = "config"


class CertificateProblem(StrEnum):
    """What was wrong with a server's certificate, which anybody may look at."""

    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    WRONG_NAME = "wrong_name"
    UNTRUSTED = "untrusted"


class TransportError(Exception):
    """A fetch that gave no response. `is_ours` is true when the trouble is on our side, not the partner's.

    `certificate_problem` says more where the reason is TLS and the certificate was refused.
    """

    def __init__(
        self,
        reason: FetchReason,
        *,
        detail: str = "",
        is_ours: bool = False,
        certificate_problem: CertificateProblem | None = None,
    ) -> None:
        super().__init__(f"{reason}: {detail}" if detail else str(reason))
        self.reason = reason
        self.detail = detail  # for our log only, never shown
        self.is_ours = is_ours
        self.certificate_problem = certificate_problem


class BlockedTargetError(TransportError):
    """The target is not one we dial; the caller audits it."""

    def __init__(self, detail: str) -> None:
        super().__init__(FetchReason.BLOCKED, detail=detail, is_ours=True)


@dataclass(frozen=True)
class Request:
    """One fetch. Times in seconds; `max_body_bytes` counts decoded bytes.

    A URL whose scheme is not one of `schemes` is blocked. tcp and tls are connected to, and nothing is asked.
    """

    url: str
    schemes: tuple[str, ...] = WEB_SCHEMES
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    timeout_seconds: float = 10.0
    max_redirects: int = 0
    max_body_bytes: int = MIB
    truncates_body: bool = False  # True: stop reading at the limit; False: a longer body is an error
    is_fresh: bool = True  # False: a kept-alive connection will do


@dataclass(frozen=True)
class Certificate:
    """A server's certificate that was verified for the name: until when it is valid, and when we saw it."""

    expires_at: datetime
    seen_at: datetime


@dataclass(frozen=True)
class Response:
    """What came back. Header names are lower case; of repeated headers the last counts.

    `status` is 0 where nothing was asked and connecting was all.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    latency_us: int
    final_url: str
    peer_address: str
    is_truncated: bool = False
    redirect_count: int = 0
    certificate: Certificate | None = None  # of a tls connection


class Transport(Protocol):
    async def fetch(self, request: Request) -> Response:
        """The response to a vetted request; raises TransportError."""
        ...

    async def close(self) -> None:
        """Give back all connections."""
        ...
