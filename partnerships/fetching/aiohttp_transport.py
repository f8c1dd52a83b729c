"""The transport on aiohttp: every guard of this package around one pinned connection."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections.abc import Mapping
from functools import cache
from typing import Any

import aiohttp
from aiohttp.client_reqrep import ClientResponse
from yarl import URL

from partnerships.fetching.address_policy import AddressPolicy
from partnerships.fetching.connection_errors import as_transport_error
from partnerships.fetching.decoding import decoder_for, read_body
from partnerships.fetching.headers import headers_for_other_origin, require_clean_headers
from partnerships.fetching.host_slots import HostSlots
from partnerships.fetching.resolver import NameLookup, SystemLookup, VettedResolver
from partnerships.fetching.secrets import inject_secrets
from partnerships.fetching.transport import (
    BlockedTargetError,
    FetchReason,
    Request,
    Response,
    TransportError,
)
from partnerships.fetching.urls import MAX_REDIRECTS, Target, parse_target, redirect_target

METHODS = frozenset({"GET", "HEAD", "POST"})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
PER_HOST = 2
PER_OWN_HOST = 64  # the operator's own targets need no politeness
KEEPALIVE_SECONDS = 75.0
CHUNK_BYTES = 16 * 1024


@cache
def shared_ssl_context() -> ssl.SSLContext:
    """One verifying context for all probes: making one reads the whole certificate store."""
    return ssl.create_default_context()


class AiohttpTransport:
    """Transport of one event loop: connections are made in the loop that first fetches; close() ends them."""

    def __init__(
        self,
        *,
        policy: AddressPolicy,
        user_agent: str,
        lookup: NameLookup | None = None,
        ssl_context: ssl.SSLContext | None = None,
        per_host: int = PER_HOST,
    ) -> None:
        self._policy = policy
        self._user_agent = user_agent
        self._lookup = lookup or SystemLookup()
        self._ssl_context = ssl_context or shared_ssl_context()
        self._per_host = per_host
        self._slots = HostSlots()
        self._sessions: dict[bool, aiohttp.ClientSession] = {}

    async def fetch(self, request: Request) -> Response:
        """The response within `timeout_seconds` in all (the host's turn apart); TransportError."""
        if request.method not in METHODS:
            raise TransportError(FetchReason.CONFIG, detail=f"method {request.method!r}", is_ours=True)
        target = parse_target(request.url, policy=self._policy)
        headers = inject_secrets(request.headers)
        require_clean_headers(headers)
        async with self._slots.hold(target.host, self._limit(target)):
            try:
                async with asyncio.timeout(request.timeout_seconds):
                    return await self._follow(request, target, headers)
            except (aiohttp.ClientError, OSError, ValueError) as error:
                raise as_transport_error(error) from error

    async def close(self) -> None:
        """Closes all connections and the resolver's threads."""
        for session in self._sessions.values():
            await session.close()
        self._sessions.clear()
        if isinstance(self._lookup, SystemLookup):
            self._lookup.close()

    async def _follow(self, request: Request, target: Target, headers: dict[str, str]) -> Response:
        started = time.perf_counter_ns()
        allowed = min(request.max_redirects, MAX_REDIRECTS)
        for hop in range(MAX_REDIRECTS + 1):
            async with self._send(request, target, headers) as answer:
                location = answer.headers.get("Location", "")
                if answer.status not in REDIRECTS or not location or not request.max_redirects:
                    return await self._response(request, answer, started=started, hop=hop)
                if hop >= allowed:
                    raise TransportError(FetchReason.PROTOCOL, detail="too many redirects")
                following = redirect_target(target, location, policy=self._policy)
            if following.origin != target.origin:
                headers = headers_for_other_origin(headers)
            target = following
        raise TransportError(FetchReason.PROTOCOL, detail="too many redirects")

    def _send(self, request: Request, target: Target, headers: Mapping[str, str]) -> Any:
        fixed = {"User-Agent": self._user_agent, "Accept": "*/*"}
        given = {name.lower() for name in headers}
        sent = {name: value for name, value in fixed.items() if name.lower() not in given} | dict(headers)
        sent["Accept-Encoding"] = "gzip, deflate"
        return self._session(is_fresh=request.is_fresh).request(
            request.method,
            URL(target.url, encoded=True),
            headers=sent,
            data=request.body,
            allow_redirects=False,
            ssl=self._ssl_context,
        )

    async def _response(
        self, request: Request, answer: ClientResponse, *, started: int, hop: int
    ) -> Response:
        body, is_truncated = b"", False
        if request.method != "HEAD" and request.max_body_bytes:
            body, is_truncated = await read_body(
                answer.content.iter_chunked(CHUNK_BYTES),
                decoder=decoder_for(answer.headers.get("Content-Encoding", "")),
                limit=request.max_body_bytes,
                truncates=request.truncates_body,
            )
        return Response(
            status=answer.status,
            headers={name.lower(): value for name, value in answer.headers.items()},
            body=body,
            latency_us=(time.perf_counter_ns() - started) // 1000,
            final_url=str(answer.url),
            peer_address=getattr(answer, "peer_address", ""),
            is_truncated=is_truncated,
            redirect_count=hop,
        )

    def _limit(self, target: Target) -> int:
        own = target.literal and self._policy.is_own(
            host=target.host, address=target.literal, port=target.port
        )
        return PER_OWN_HOST if own else self._per_host

    def _session(self, *, is_fresh: bool) -> aiohttp.ClientSession:
        if is_fresh not in self._sessions:
            self._sessions[is_fresh] = self._open_session(is_fresh=is_fresh)
        return self._sessions[is_fresh]

    def _open_session(self, *, is_fresh: bool) -> aiohttp.ClientSession:
        kept: dict[str, Any] = {"force_close": True} if is_fresh else {"keepalive_timeout": KEEPALIVE_SECONDS}
        connector = aiohttp.TCPConnector(
            limit=0,  # bounded by the engine and by host
            use_dns_cache=False,
            resolver=VettedResolver(self._lookup, self._policy),
            socket_factory=_vetting_socket_factory(self._policy),
            **kept,
        )
        return aiohttp.ClientSession(
            connector=connector,
            auto_decompress=False,
            trust_env=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
            response_class=_peer_checking_response(self._policy),
        )


def _vetting_socket_factory(policy: AddressPolicy) -> Any:
    def make(addr_info: Any) -> socket.socket:
        family, kind, proto, _, address = addr_info
        if not policy.permits_dialling(address=address[0], port=address[1]):
            raise BlockedTargetError(f"about to dial {address[0]}")
        return socket.socket(family=family, type=kind, proto=proto)

    return make


def _peer_checking_response(policy: AddressPolicy) -> type[ClientResponse]:
    class PeerCheckingResponse(ClientResponse):
        peer_address = ""

        async def start(self, connection: Any) -> ClientResponse:
            """Reads the head only from a peer that may be spoken to."""
            peer = connection.transport.get_extra_info("peername") if connection.transport else None
            if peer:
                self.peer_address = str(peer[0])
                if not policy.permits_dialling(address=self.peer_address, port=int(peer[1])):
                    raise BlockedTargetError(f"connected to {self.peer_address}")
            return await super().start(connection)

    return PeerCheckingResponse
