"""Connecting without asking: every guard of a fetch holds, and the peer gets not one byte."""

import asyncio
import socket

import pytest

from foundation.fetching.transport import FetchReason, Request, TransportError
from tests.foundation.fetching.senders import Names, transport
from tests.partnerships.servers import answering, raw_server, reply

TCP = ("tcp",)


async def reach(sender, url: str, *, timeout_seconds: float = 2.0):
    try:
        return await sender.fetch(Request(url=url, schemes=TCP, timeout_seconds=timeout_seconds))
    finally:
        await sender.close()


async def reason_of(sender, url: str, **kwargs) -> tuple[FetchReason, bool]:
    with pytest.raises(TransportError) as caught:
        await reach(sender, url, **kwargs)
    return caught.value.reason, caught.value.is_ours


class Listener:
    """A real server that counts connections and keeps every byte it was sent."""

    def __init__(self) -> None:
        self.connections = 0
        self.received = b""
        self.ended = asyncio.Event()

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_) -> None:
        self._server.close()

    async def _serve(self, reader, writer) -> None:
        self.connections += 1
        try:
            self.received += await reader.read()
        except ConnectionError:
            pass
        finally:
            writer.close()
            self.ended.set()


def test_a_listening_port_is_reached_closed_at_once_and_sent_nothing():
    async def scenario():
        async with Listener() as server:
            response = await reach(transport(server.port), f"tcp://127.0.0.1:{server.port}")
            await asyncio.wait_for(server.ended.wait(), 2)
            return response, server.connections, server.received

    response, connections, received = asyncio.run(scenario())

    assert (response.status, response.body, response.peer_address) == (0, b"", "127.0.0.1")
    assert 0 < response.latency_us < 2_000_000
    assert (connections, received) == (1, b"")


def test_a_peer_that_talks_first_is_reached_too():
    async def greet(_reader, writer):
        writer.write(b"220 mail.example ESMTP\r\n" * 1000)
        writer.close()

    async def scenario():
        server = await asyncio.start_server(greet, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            return await reach(transport(port), f"tcp://127.0.0.1:{port}")

    assert asyncio.run(scenario()).peer_address == "127.0.0.1"


def test_a_closed_port_is_refused():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]

        assert asyncio.run(reason_of(transport(port), f"tcp://127.0.0.1:{port}")) == (FetchReason.REFUSED, False)


def test_a_name_without_an_address_is_dns():
    assert asyncio.run(reason_of(transport(lookup=Names([])), "tcp://gone.example:443")) == (FetchReason.DNS, False)


def test_a_port_that_never_answers_is_a_timeout():
    async def scenario():
        loop = asyncio.get_running_loop()
        with socket.socket() as full:
            full.bind(("127.0.0.1", 0))
            full.listen(0)  # the kernel drops what does not fit into the queue
            port = full.getsockname()[1]
            waiting = []
            for _ in range(4):
                one = socket.socket()
                one.setblocking(False)
                one.connect_ex(("127.0.0.1", port))
                waiting.append(one)
            await asyncio.sleep(0.05)
            began = loop.time()
            found = await reason_of(transport(port), f"tcp://127.0.0.1:{port}", timeout_seconds=0.3)
            for one in waiting:
                one.close()
            return found, loop.time() - began

    found, took = asyncio.run(scenario())

    assert found == (FetchReason.TIMEOUT, False)
    assert 0.25 < took < 1.5


def test_a_resolver_that_hangs_is_within_the_timeout():
    class Hanging:
        async def lookup(self, host, port):
            await asyncio.sleep(30)

    found = asyncio.run(reason_of(transport(lookup=Hanging()), "tcp://slow.example:443", timeout_seconds=0.2))

    assert found == (FetchReason.TIMEOUT, False)


@pytest.mark.parametrize(
    "url",
    [
        "tcp://127.0.0.1:443",
        "tcp://169.254.169.254:80",
        "tcp://[::1]:443",
        "tcp://[64:ff9b::7f00:1]:443",
        "tcp://2130706433:443",
        "tcp://100.64.0.1:443",
        "tcp://api.example.com:22",
        "tcp://api.example.com:5432",
        "tcp://api.example.com",
        "tcp://api.example.com:443/path",
        "tcp://api.example.com:443?a=b",
        "tcp://user@api.example.com:443",
        "tcp:api.example.com:443",
        "tls://api.example.com:443",
        "https://api.example.com:443",
    ],
)
def test_a_target_that_may_not_be_reached_is_blocked_before_a_name_is_asked(url):
    lookup = Names(["93.184.216.34"])

    assert asyncio.run(reason_of(transport(lookup=lookup), url)) == (FetchReason.BLOCKED, True)
    assert lookup.asked == []


def test_every_resolved_address_must_pass():
    lookup = Names(["93.184.216.34", "10.0.0.7"])

    assert asyncio.run(reason_of(transport(lookup=lookup), "tcp://db.example:443")) == (FetchReason.BLOCKED, True)


def test_the_vetted_address_is_dialled_though_the_name_changes_its_mind():
    async def scenario():
        async with Listener() as vetted:
            lookup = Names(["127.0.0.1"], ["127.0.0.2"])
            response = await reach(transport(vetted.port, lookup=lookup), f"tcp://db.example:{vetted.port}")
            return response.peer_address, lookup.asked, vetted.connections

    assert asyncio.run(scenario()) == ("127.0.0.1", ["db.example"], 1)


def test_a_peer_that_is_not_the_one_vetted_is_blocked():
    """Whatever led the connection astray, the socket's own word counts."""

    async def scenario():
        async with Listener() as server:
            sender = transport(server.port)
            sender._permits_peer = lambda address, port: False
            return await reason_of(sender, f"tcp://127.0.0.1:{server.port}")

    assert asyncio.run(scenario()) == (FetchReason.BLOCKED, True)


def test_a_fetch_and_a_redirect_never_turn_into_a_bare_connection():
    async def scenario():
        async with Listener() as silent:
            away = answering(reply(status="302 Found", headers={"Location": f"tcp://127.0.0.1:{silent.port}"}))
            async with raw_server(away) as server:
                sender = transport(rules="127.0.0.1/32")
                with pytest.raises(TransportError) as plain:
                    await sender.fetch(Request(url=f"tcp://127.0.0.1:{silent.port}"))
                with pytest.raises(TransportError) as redirected:
                    await sender.fetch(Request(url=server.url(), max_redirects=3))
                await sender.close()
                return plain.value.reason, redirected.value.reason, silent.connections

    assert asyncio.run(scenario()) == (FetchReason.BLOCKED, FetchReason.BLOCKED, 0)
