"""The probed side: `python -m benchmarks.target_server PORT HOSTS` answers on HOSTS loopback addresses.

/hang never answers, /fail answers 500, everything else 200 with a little JSON. As raw as Python allows, and in a
process of its own, so that its cost is nobody's result.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import uvloop

from benchmarks.processes import free_port, running, wait_for_port

_BODY = b'{"status":"ok","version":"2.14.3","checks":{"database":"ok","queue":"ok"}}'
_HEAD = b"HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: %s\r\n\r\n"


def _answers(status: bytes) -> dict[bool, bytes]:
    return {closes: _HEAD % (status, len(_BODY), b"close" if closes else b"keep-alive") + _BODY for closes in (0, 1)}


_OK, _FAIL = _answers(b"200 OK"), _answers(b"500 Internal Server Error")


class Answering(asyncio.Protocol):
    """Answers every request head; a request must fit into one packet, as those of probes do."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if data.startswith(b"GET /hang"):
            return
        closes = b"onnection: close" in data
        self._transport.write((_FAIL if data.startswith(b"GET /fail") else _OK)[closes])
        if closes:
            self._transport.close()


async def _serve(port: int, hosts: list[str]) -> None:
    loop = asyncio.get_running_loop()
    for host in hosts:
        await loop.create_server(Answering, host, port, backlog=4096)
    await asyncio.Event().wait()


@dataclass(frozen=True)
class Targets:
    """Where the server answers."""

    port: int
    hosts: int

    def url(self, number: int, path: str = "/health") -> str:
        return f"http://127.0.0.{number % self.hosts + 1}:{self.port}{path}"


@contextmanager
def serving_targets(hosts: int = 50) -> Iterator[Targets]:
    """A running server of this kind."""
    port = free_port()
    with running([sys.executable, "-m", "benchmarks.target_server", str(port), str(hosts)]):
        wait_for_port(port)
        yield Targets(port, hosts)


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1]), [f"127.0.0.{number + 1}" for number in range(int(sys.argv[2]))]))
