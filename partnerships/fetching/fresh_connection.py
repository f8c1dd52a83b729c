"""One request over a connection of its own: a bare protocol, since a check that connects anew has nothing to pool.

It costs about a fifth of what a general client does. Names are resolved and addresses vetted before it dials; it
dials those addresses only, and looks once more at the peer before it sends a byte.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from aiohappyeyeballs import start_connection

from partnerships.fetching.answer import Answer, AnswerReader
from partnerships.fetching.connection_errors import as_connect_error, as_transport_error
from partnerships.fetching.transport import BlockedTargetError, Request, TransportError
from partnerships.fetching.urls import Target

PermitsPeer = Callable[[str, int], bool]
_SECOND_ADDRESS_AFTER = 0.25  # seconds; RFC 8305 section 8


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
        await _connect(loop, protocol, target, addresses, ssl_context)
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


async def _connect(
    loop: asyncio.AbstractEventLoop,
    protocol: _Exchange,
    target: Target,
    addresses: Sequence[str],
    ssl_context: ssl.SSLContext,
) -> None:
    security: dict[str, Any] = {}
    if target.scheme == "https":
        security = {"ssl": ssl_context, "server_hostname": target.host}
    try:
        if len(addresses) == 1:
            await loop.create_connection(lambda: protocol, addresses[0], target.port, **security)
            return
        infos = [_address_info(address, target.port) for address in addresses]
        sock = await start_connection(infos, happy_eyeballs_delay=_SECOND_ADDRESS_AFTER, interleave=1, loop=loop)
        await loop.create_connection(lambda: protocol, sock=sock, **security)
    except OSError as error:
        raise as_connect_error(error) from error


def _address_info(address: str, port: int) -> tuple[int, int, int, str, tuple[Any, ...]]:
    if ":" in address:
        return socket.AF_INET6, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port, 0, 0)
    return socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port)


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
