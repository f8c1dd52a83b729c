"""Making a connection to vetted addresses, and to those only: a name is never resolved a second time."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Sequence
from typing import Any

from aiohappyeyeballs import start_connection

from foundation.fetching.connection_errors import as_connect_error
from foundation.fetching.urls import Target

PermitsPeer = Callable[[str, int], bool]
_SECOND_ADDRESS_AFTER = 0.25  # seconds; RFC 8305 section 8


async def dial(
    protocol: asyncio.Protocol, target: Target, addresses: Sequence[str], ssl_context: ssl.SSLContext
) -> None:
    """Connects the protocol to the first of the addresses that answers; TransportError."""
    loop = asyncio.get_running_loop()
    security: dict[str, Any] = {}
    if target.is_secure:
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
