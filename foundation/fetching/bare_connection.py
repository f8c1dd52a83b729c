"""A connection that is made and given back: nothing is sent, and nothing that comes is kept."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from foundation.fetching.dialling import PermitsPeer, dial
from foundation.fetching.transport import BlockedTargetError, Certificate, FetchReason, TransportError
from foundation.fetching.urls import Target


@dataclass(frozen=True)
class Reached:
    """Whom a connection led to, and over TLS the certificate by which it proved to be the host."""

    address: str
    certificate: Certificate | None


async def reach(
    target: Target, *, addresses: Sequence[str], permits: PermitsPeer, ssl_context: ssl.SSLContext
) -> Reached:
    """The peer once connected to it; TransportError. `addresses` must have been vetted."""
    protocol = _Knock()
    try:
        await dial(protocol, target, addresses, ssl_context)
        if protocol.peer is None:  # reset between the handshake and our look at it
            raise TransportError(FetchReason.REFUSED, detail="closed at once")
        address, port = protocol.peer[:2]
        if not permits(str(address), int(port)):
            raise BlockedTargetError(f"connected to {address}")
        return Reached(str(address), protocol.certificate)
    finally:
        protocol.close()


class _Knock(asyncio.Protocol):
    """Remembers whom it was connected to, and the transport, so that it is closed however connecting ends."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self.peer: tuple[Any, ...] | None = None
        self.certificate: Certificate | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self.peer = transport.get_extra_info("peername")
        if found := transport.get_extra_info("peercert"):
            expires_at = datetime.fromtimestamp(ssl.cert_time_to_seconds(found["notAfter"]), tz=UTC)
            self.certificate = Certificate(expires_at=expires_at, seen_at=datetime.now(UTC))

    def close(self) -> None:
        """Ends the connection at once: nobody waits for a peer's farewell."""
        if self._transport is not None:
            self._transport.abort()
