"""The transport: every guard of this package around one pinned connection, kept by aiohttp or made anew."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Mapping
from functools import cache, lru_cache

from foundation.fetching.address_policy import AddressPolicy
from foundation.fetching.answer import Answer, is_followed
from foundation.fetching.bare_connection import reach
from foundation.fetching.connection_errors import as_transport_error
from foundation.fetching.fresh_connection import exchange
from foundation.fetching.headers import headers_for_other_origin, require_clean_headers
from foundation.fetching.host_slots import HostSlots
from foundation.fetching.kept_connections import KeptConnections
from foundation.fetching.resolver import NameLookup, SystemLookup, VettedResolver
from foundation.fetching.secrets import inject_secrets
from foundation.fetching.transport import FetchReason, Request, Response, TransportError
from foundation.fetching.urls import MAX_REDIRECTS, Target, parse_target, redirect_target

METHODS = frozenset({"GET", "HEAD", "POST"})
PER_HOST = 2
PER_OWN_HOST = 64  # the operator's own targets need no politeness
# Decisions: the policy of a transport never changes. Checks come again and again, all of them before any comes twice,
# so a memory for fewer than there are would remember none.
_REMEMBERED = 65_536


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
        self._lookup = lookup or SystemLookup()
        self._resolver = VettedResolver(self._lookup, policy)
        self._ssl_context = ssl_context or shared_ssl_context()
        self._per_host = per_host
        self._slots = HostSlots()
        self._fixed_headers = {"User-Agent": user_agent, "Accept": "*/*"}
        require_clean_headers(self._fixed_headers)
        self._target_of = lru_cache(_REMEMBERED)(self._vet)
        self._permits_peer = lru_cache(_REMEMBERED)(
            lambda address, port: policy.permits_dialling(address=address, port=port)
        )
        self._kept = KeptConnections(self._permits_peer, self._resolver, self._ssl_context)

    async def fetch(self, request: Request) -> Response:
        """The response within `timeout_seconds` in all (the host's turn apart); TransportError."""
        if request.method not in METHODS:
            raise TransportError(FetchReason.CONFIG, detail=f"method {request.method!r}", is_ours=True)
        target, at_once = self._target_of(request.url, request.schemes)
        headers = inject_secrets(request.headers, host=target.host)
        require_clean_headers(headers)
        async with self._slots.hold(target.host, at_once):
            try:
                async with asyncio.timeout(request.timeout_seconds):
                    if target.is_web:
                        return await self._follow(request, target, headers)
                    return await self._reach(target)
            except (OSError, ValueError) as error:
                raise as_transport_error(error) from error

    async def close(self) -> None:
        """Closes all connections and the resolver's threads."""
        await self._kept.close()
        if isinstance(self._lookup, SystemLookup):
            self._lookup.close()

    async def _follow(self, request: Request, target: Target, headers: Mapping[str, str]) -> Response:
        started = time.perf_counter_ns()
        allowed = min(request.max_redirects, MAX_REDIRECTS)
        for hop in range(allowed + 1):
            answer = await self._ask(request, target, self._complete(headers))
            if not is_followed(request, answer.status, answer.headers):
                return Response(
                    status=answer.status,
                    headers=answer.headers,
                    body=answer.body,
                    latency_us=(time.perf_counter_ns() - started) // 1000,
                    final_url=target.url,
                    peer_address=answer.peer_address,
                    is_truncated=answer.is_truncated,
                    redirect_count=hop,
                )
            if hop == allowed:
                break
            following = redirect_target(target, answer.headers["location"], policy=self._policy)
            if following.origin != target.origin:
                headers = headers_for_other_origin(headers)
            target = following
        raise TransportError(FetchReason.PROTOCOL, detail="too many redirects")

    async def _reach(self, target: Target) -> Response:
        """That the target can be connected to, and in what time: look-up, connection, and over TLS the handshake."""
        started = time.perf_counter_ns()
        reached = await reach(
            target,
            addresses=await self._addresses(target),
            permits=self._permits_peer,
            ssl_context=self._ssl_context,
        )
        took = (time.perf_counter_ns() - started) // 1000
        return Response(
            status=0,
            headers={},
            body=b"",
            latency_us=took,
            final_url=target.url,
            peer_address=reached.address,
            certificate=reached.certificate,
        )

    async def _ask(self, request: Request, target: Target, headers: Mapping[str, str]) -> Answer:
        if not request.is_fresh:
            return await self._kept.ask(request, target, headers)
        return await exchange(
            request,
            target,
            headers,
            addresses=await self._addresses(target),
            permits=self._permits_peer,
            ssl_context=self._ssl_context,
        )

    async def _addresses(self, target: Target) -> list[str]:
        if target.literal:
            return [target.literal]
        return [found["host"] for found in await self._resolver.resolve(target.host, target.port)]

    def _complete(self, headers: Mapping[str, str]) -> dict[str, str]:
        given = {name.lower() for name in headers}
        fixed = {name: value for name, value in self._fixed_headers.items() if name.lower() not in given}
        others = {name: value for name, value in headers.items() if name.lower() != "accept-encoding"}
        return {**fixed, **others, "Accept-Encoding": "gzip, deflate"}

    def _vet(self, url: str, schemes: tuple[str, ...]) -> tuple[Target, int]:
        """The target of a URL and how many requests it may get at once; TransportError."""
        target = parse_target(url, policy=self._policy, schemes=schemes)
        is_own = target.literal and self._policy.is_own(host=target.host, address=target.literal, port=target.port)
        return target, PER_OWN_HOST if is_own else self._per_host
