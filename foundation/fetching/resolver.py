"""Name resolution that vets: what is returned is what is dialled, no second look-up can be fooled."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from aiohttp.abc import AbstractResolver, ResolveResult

from foundation.fetching.address_policy import AddressPolicy
from foundation.fetching.transport import BlockedTargetError, FetchReason, TransportError

_THREADS = 32  # getaddrinfo blocks; a few dead name servers must not stop every other check
# The answers that say "this name has no address". All others mean that our own resolver did not do its work.
_NO_SUCH_NAME = frozenset(code for code in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", None)) if code is not None)


class NameLookup(Protocol):
    async def lookup(self, host: str, port: int) -> Sequence[str]:
        """All addresses of a host; raises TransportError(dns)."""
        ...


class SystemLookup:
    """Addresses as the machine's own resolver gives them."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="probe-dns")

    async def lookup(self, host: str, port: int) -> Sequence[str]:
        loop = asyncio.get_running_loop()
        try:
            found = await loop.run_in_executor(self._threads, _getaddrinfo, host, port)
        except socket.gaierror as error:
            is_ours = error.errno not in _NO_SUCH_NAME
            raise TransportError(FetchReason.DNS, detail=str(error), is_ours=is_ours) from None
        return found

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


class VettedResolver(AbstractResolver):
    """aiohttp's resolver: one look-up per connection, and every address of it must pass the policy."""

    def __init__(self, lookup: NameLookup, policy: AddressPolicy) -> None:
        self._lookup = lookup
        self._policy = policy

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        del family  # every address is judged, whichever family would be dialled first
        addresses = await self._lookup.lookup(host, port)
        if not addresses:
            raise TransportError(FetchReason.DNS, detail="no address")
        for address in addresses:
            if not self._policy.permits(host=host, address=address, port=port):
                raise BlockedTargetError(f"{host} resolves to {address}")
        return [_result(host, address, port) for address in addresses]

    async def close(self) -> None:
        """Nothing is held here; the lookup belongs to the transport."""


def _getaddrinfo(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _result(host: str, address: str, port: int) -> ResolveResult:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return ResolveResult(
        hostname=host,
        host=address,
        port=port,
        family=family,
        proto=socket.IPPROTO_TCP,
        flags=socket.AI_NUMERICHOST,
    )
