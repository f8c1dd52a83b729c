"""One request over a connection of its own: a bare protocol, since a check that connects anew has nothing to pool.

It costs about a fifth of what a general client does. Names are resolved and addresses vetted before it dials; it
dials those addresses only, and looks once more at the peer before it sends a byte.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

from foundation.fetching.answer import Answer, AnswerReader
from foundation.fetching.connection_errors import as_transport_error
from foundation.fetching.dialling import PermitsPeer, dial
from foundation.fetching.transport import BlockedTargetError, Request, TransportError
from foundation.fetching.urls import Target


async def exchange(
    request: Request,
    target: Target,
    headers: Mapping[str, str],
    *,
    addresses: Sequence[str],
    permits: PermitsPeer,
    ssl_context: ssl.SSLContext,
) -> Answer:
    """The answer to a vetted request; TransportError. `addresses` must have been vetted too."""
    loop = asyncio.get_running_loop()
    protocol = _Exchange(make_head(request, target, headers), AnswerReader(request), permits, loop.create_future())
    try:
        await dial(protocol, target, addresses, ssl_context)
        return replace(await protocol.finished, peer_address=protocol.peer)
    finally:
        protocol.close()


def make_head(request: Request, target: Target, headers: Mapping[str, str]) -> bytes:
    """The request as bytes. Target and headers must be clean: nothing is escaped here."""
    lines = [f"{request.method} {target.path} HTTP/1.1", f"Host: {target.authority}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if request.body is not None:
        lines.append(f"Content-Length: {len(request.body)}")
    lines += ["Connection: close", "", ""]
    return "\r\n".join(lines).encode("ascii") + (request.body or b"")


class _Exchange(asyncio.Protocol):
    """Sends the request once connected to a peer that may be spoken to, and reads until the answer is whole."""

    def __init__(
        self, head: bytes, reader: AnswerReader, permits: PermitsPeer, finished: asyncio.Future[Answer]
    ) -> None:
        self._head = head
        self._reader = reader
        self._permits = permits
        self._transport: asyncio.Transport | None = None
        self.finished = finished
        self.peer = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        address, port = transport.get_extra_info("peername")[:2]
        self.peer = str(address)
        if self._permits(self.peer, int(port)):
            self._transport.write(self._head)
        else:
            self._fail(BlockedTargetError(f"connected to {self.peer}"))

    def data_received(self, data: bytes) -> None:
        if self.finished.done():
            return
        try:
            if self._reader.feed(data):
                self.finished.set_result(self._reader.answer)
                self.close()
        except TransportError as error:
            self._fail(error)

    def connection_lost(self, exc: Exception | None) -> None:
        if self.finished.done():
            return
        if exc is not None:
            self._fail(as_transport_error(exc))
            return
        try:
            self._reader.end()
            self.finished.set_result(self._reader.answer)
        except TransportError as error:
            self._fail(error)

    def close(self) -> None:
        """Ends the connection at once: nobody waits for a peer's farewell."""
        if self._transport is not None:
            self._transport.abort()
        if not self.finished.done():
            self.finished.cancel()

    def _fail(self, error: TransportError) -> None:
        if not self.finished.done():
            self.finished.set_exception(error)
        if self._transport is not None:
            self._transport.abort()
