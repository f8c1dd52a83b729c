import asyncio
import gzip
import resource
import time

import pytest

from foundation.fetching.transport import FetchReason
from tests.foundation.fetching.senders import fetch, is_fresh, reason_of, transport  # noqa: F401 - a fixture
from tests.partnerships.servers import answering, raw_server, reply


def test_a_dripping_server_is_cut_at_the_total_deadline():
    async def drip(_seen, writer):
        writer.write(reply(length=False, body=b"", headers={"Content-Length": "100"}))
        for _ in range(100):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.1)

    async def scenario():
        async with raw_server(drip) as server:
            started = time.monotonic()
            found = await reason_of(transport(server.port), server.url(), timeout_seconds=0.5)
            return found, time.monotonic() - started

    found, took = asyncio.run(scenario())

    assert found == (FetchReason.TIMEOUT, False)
    assert 0.45 < took < 2


def test_dripping_headers_are_cut_too():
    async def drip(_seen, writer):
        writer.write(b"HTTP/1.1 200 OK\r\n")
        for number in range(100):
            writer.write(f"X-{number}: y\r\n".encode())
            await writer.drain()
            await asyncio.sleep(0.1)

    async def scenario():
        async with raw_server(drip) as server:
            return await reason_of(transport(server.port), server.url(), timeout_seconds=0.4)

    assert asyncio.run(scenario()) == (FetchReason.TIMEOUT, False)


def test_a_gzip_bomb_costs_little_memory():
    bomb = gzip.compress(b"\0" * 100_000_000)

    async def scenario():
        async with raw_server(answering(reply(bomb, headers={"Content-Encoding": "gzip"}))) as server:
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            found = await reason_of(transport(server.port), server.url())
            return found[0], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before

    reason, grown_kib = asyncio.run(scenario())

    assert reason == FetchReason.TOO_LARGE
    assert grown_kib < 20_000


def test_an_oversized_body_is_an_error_or_cut_as_asked():
    async def scenario():
        async with raw_server(answering(reply(b"x" * 2_000_000))) as server:
            found = await reason_of(transport(server.port), server.url())
            cut = await fetch(transport(server.port), server.url(), max_body_bytes=4096, truncates_body=True)
        return found, len(cut.body), cut.is_truncated

    assert asyncio.run(scenario()) == ((FetchReason.TOO_LARGE, True), 4096, True)


@pytest.mark.parametrize(
    "payload", [b"not http at all\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: ten\r\n\r\n", b""]
)
def test_nonsense_is_a_protocol_error(payload):
    async def nonsense(_seen, writer):
        writer.write(payload)
        writer.close()

    async def scenario():
        async with raw_server(nonsense) as server:
            return await reason_of(transport(server.port), server.url(), timeout_seconds=3)

    assert asyncio.run(scenario()) == (FetchReason.PROTOCOL, False)


def test_a_body_cut_short_is_a_protocol_error():
    async def short(_seen, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc")
        writer.close()

    async def scenario():
        async with raw_server(short) as server:
            return await reason_of(transport(server.port), server.url())

    assert asyncio.run(scenario()) == (FetchReason.PROTOCOL, False)
