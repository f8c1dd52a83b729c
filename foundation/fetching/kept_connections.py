"""Requests over connections that are kept for the next one, by aiohttp with every guard of this package in place."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Mapping
from typing import Any

import aiohttp
from aiohttp.client_reqrep import ClientResponse
from yarl import URL

from foundation.fetching.answer import Answer, is_followed
from foundation.fetching.connection_errors import as_transport_error
from foundation.fetching.decoding import decoder_for, read_body
from foundation.fetching.resolver import VettedResolver
from foundation.fetching.transport import BlockedTargetError, Request
from foundation.fetching.urls import Target

Permits = Callable[[str, int], bool]  # address and port

KEEPALIVE_SECONDS = 75.0
CHUNK_BYTES = 16 * 1024


class KeptConnections:
    """A pool of one event loop, opened by its first request."""

    def __init__(self, permits: Permits, resolver: VettedResolver, ssl_context: ssl.SSLContext) -> None:
        self._permits = permits
        self._resolver = resolver
        self._ssl_context = ssl_context
        self._session: aiohttp.ClientSession | None = None

    async def ask(self, request: Request, target: Target, headers: Mapping[str, str]) -> Answer:
        """The answer to a vetted request; TransportError. The body of a redirect to follow is not read."""
        if self._session is None:
            self._session = self._open_session()
        sending = self._session.request(
            request.method,
            URL(target.url, encoded=True),
            headers=headers,
            data=request.body,
            allow_redirects=False,
            ssl=self._ssl_context,
        )
        try:
            async with sending as response:
                return await _answer(request, response)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise as_transport_error(error) from error

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open_session(self) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            limit=0,  # bounded by the engine and by host
            use_dns_cache=False,
            resolver=self._resolver,
            socket_factory=_vetting_socket_factory(self._permits),
            keepalive_timeout=KEEPALIVE_SECONDS,
        )
        return aiohttp.ClientSession(
            connector=connector,
            auto_decompress=False,
            trust_env=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
            response_class=_peer_checking_response(self._permits),
        )


async def _answer(request: Request, response: ClientResponse) -> Answer:
    headers = {name.lower(): value for name, value in response.headers.items()}
    body, is_truncated = b"", False
    reads_body = request.method != "HEAD" and request.max_body_bytes
    if reads_body and not is_followed(request, response.status, headers):
        body, is_truncated = await read_body(
            response.content.iter_chunked(CHUNK_BYTES),
            decoder=decoder_for(headers.get("content-encoding", "")),
            limit=request.max_body_bytes,
            truncates=request.truncates_body,
        )
    peer = getattr(response, "peer_address", "")
    return Answer(response.status, headers, body, is_truncated=is_truncated, peer_address=peer)


def _vetting_socket_factory(permits: Permits) -> Any:
    def make(addr_info: Any) -> socket.socket:
        family, kind, proto, _, address = addr_info
        if not permits(address[0], address[1]):
            raise BlockedTargetError(f"about to dial {address[0]}")
        return socket.socket(family=family, type=kind, proto=proto)

    return make


def _peer_checking_response(permits: Permits) -> type[ClientResponse]:
    class PeerCheckingResponse(ClientResponse):
        peer_address = ""

        async def start(self, connection: Any) -> ClientResponse:
            """Reads the head only from a peer that may be spoken to."""
            peer = connection.transport.get_extra_info("peername") if connection.transport else None
            if peer:
                self.peer_address = str(peer[0])
                if not permits(self.peer_address, int(peer[1])):
                    raise BlockedTargetError(f"connected to {self.peer_address}")
            return await super().start(connection)

    return PeerCheckingResponse
