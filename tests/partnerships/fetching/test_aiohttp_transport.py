import asyncio
import gzip
import resource
import socket
import time

import pytest

from partnerships.fetching.address_policy import AddressPolicy
from partnerships.fetching.aiohttp_transport import AiohttpTransport
from partnerships.fetching.transport import FetchReason, Request, TransportError
from tests.partnerships.servers import answering, raw_server, reply, server_certificate


class Names:
    """A resolver whose answers are scripted, one list per look-up."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def lookup(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def transport(
    port: int | None = None, *, rules: str = "", lookup=None, context=None, per_host: int = 2
) -> AiohttpTransport:
    allowed = rules or (f"127.0.0.1:{port}" if port else "")
    return AiohttpTransport(
        policy=AddressPolicy.from_setting(allowed),
        user_agent="test/1 (+ops@example.com)",
        lookup=lookup,
        ssl_context=context,
        per_host=per_host,
    )


@pytest.fixture(autouse=True, params=[True, False], ids=["fresh", "kept"])
def is_fresh(request) -> bool:
    """Every guard holds on both kinds of connection, which are two implementations."""
    MODE["is_fresh"] = request.param
    return request.param


MODE = {"is_fresh": True}


async def fetch(sender: AiohttpTransport, url: str, **kwargs):
    try:
        return await sender.fetch(Request(url=url, **MODE, **kwargs))
    finally:
        await sender.close()


async def reason_of(sender: AiohttpTransport, url: str, **kwargs) -> tuple[FetchReason, bool]:
    with pytest.raises(TransportError) as caught:
        await fetch(sender, url, **kwargs)
    return caught.value.reason, caught.value.is_ours


def test_a_response_comes_back_whole():
    async def scenario():
        async with raw_server(answering(reply(b"hello", headers={"X-RateLimit-Remaining": "7"}))) as server:
            response = await fetch(transport(server.port), server.url("/v1?q=1#f"), headers={"X-Key": "k"})
        return server.requests, response

    requests, response = asyncio.run(scenario())

    assert (response.status, response.body, response.is_truncated) == (200, b"hello", False)
    assert response.headers["x-ratelimit-remaining"] == "7"
    assert response.peer_address == "127.0.0.1"
    assert 0 < response.latency_us < 5_000_000
    assert requests[0].line == "GET /v1?q=1 HTTP/1.1"
    assert requests[0].headers["user-agent"] == "test/1 (+ops@example.com)"
    assert requests[0].headers["x-key"] == "k"


def test_loopback_without_a_rule_is_blocked():
    async def scenario():
        async with raw_server(answering(reply())) as server:
            found = await reason_of(transport(), server.url())
        return found, server.requests

    assert asyncio.run(scenario()) == ((FetchReason.BLOCKED, True), [])


def test_every_resolved_address_must_pass():
    lookup = Names(["93.184.216.34", "127.0.0.1"])

    assert asyncio.run(reason_of(transport(lookup=lookup), "http://partner.example/")) == (
        FetchReason.BLOCKED,
        True,
    )
    assert lookup.asked == ["partner.example"]


def test_a_rebinding_resolver_is_asked_once_and_its_answer_is_dialled():
    """A name that is acceptable when checked and inside when fetched: there is no second look-up to change its mind in."""

    async def scenario():
        async with (
            raw_server(answering(reply(b"outside"))) as outside,
            raw_server(answering(reply(b"inside")), host="127.0.0.2", port=outside.port) as inside,
        ):
            lookup = Names(["127.0.0.1"], ["127.0.0.2"])
            sender = transport(outside.port, lookup=lookup)
            first = await sender.fetch(Request(url=outside.url(host="partner.example"), **MODE))
            asked = len(lookup.asked)
            await sender.close()  # a kept connection would not ask again
            second = await reason_of(sender, outside.url(host="partner.example"))
            return first, asked, second, inside.requests

    first, asked, second, inside_requests = asyncio.run(scenario())

    assert (first.body, first.peer_address, asked) == (b"outside", "127.0.0.1", 1)
    assert second == (FetchReason.BLOCKED, True)
    assert inside_requests == []


def test_the_vetted_address_is_dialled_with_the_name_as_host_and_sni(tmp_path):
    server_context, client_context = server_certificate(tmp_path, "partner.example")

    async def scenario():
        async with raw_server(answering(reply(b"tls")), context=server_context) as server:
            sender = transport(server.port, lookup=Names(["127.0.0.1"]), context=client_context)
            response = await fetch(sender, server.url(host="partner.example", scheme="https"))
        return server, response

    server, response = asyncio.run(scenario())

    assert (response.body, response.peer_address) == (b"tls", "127.0.0.1")
    assert server.names == ["partner.example"]
    assert server.requests[0].headers["host"] == f"partner.example:{server.port}"


def test_a_certificate_for_another_name_is_a_tls_failure_of_theirs(tmp_path):
    server_context, client_context = server_certificate(tmp_path, "other.example")

    async def scenario():
        async with raw_server(answering(reply()), context=server_context) as server:
            sender = transport(server.port, lookup=Names(["127.0.0.1"]), context=client_context)
            return await reason_of(sender, server.url(host="partner.example", scheme="https"))

    assert asyncio.run(scenario()) == (FetchReason.TLS, False)


def test_an_untrusted_certificate_is_refused(tmp_path):
    server_context, _ = server_certificate(tmp_path, "127.0.0.1")

    async def scenario():
        async with raw_server(answering(reply()), context=server_context) as server:
            return await reason_of(transport(server.port), server.url(scheme="https"))

    assert asyncio.run(scenario()) == (FetchReason.TLS, False)


def test_redirects_are_returned_not_followed_by_default():
    async def scenario():
        async with raw_server(answering(reply(status="302 Found", headers={"Location": "/b"}))) as server:
            return await fetch(transport(server.port), server.url("/a")), server.requests

    response, requests = asyncio.run(scenario())

    assert (response.status, len(requests)) == (302, 1)


def test_a_redirect_to_loopback_is_blocked():
    async def scenario():
        async with raw_server(answering(reply(b"metadata"))) as inside:
            location = {"Location": inside.url("/latest")}
            async with raw_server(answering(reply(status="302 Found", headers=location))) as outside:
                found = await reason_of(transport(outside.port), outside.url(), max_redirects=3)
        return found, inside.requests

    assert asyncio.run(scenario()) == ((FetchReason.BLOCKED, True), [])


def test_a_redirect_to_another_origin_carries_no_credentials():
    async def scenario():
        async with raw_server(answering(reply(b"end"))) as second:
            location = {"Location": second.url("/end")}
            async with raw_server(answering(reply(status="307 Temporary Redirect", headers=location))) as first:
                sender = transport(rules=f"127.0.0.1:{first.port},127.0.0.1:{second.port}")
                headers = {
                    "Authorization": "Bearer x",
                    "X-Api-Key": "k",
                    "Cookie": "c=1",
                    "Accept": "application/json",
                }
                response = await fetch(sender, first.url(), headers=headers, max_redirects=3)
        return response, first.requests[0].headers, second.requests[0].headers

    response, first, second = asyncio.run(scenario())

    assert (response.body, response.redirect_count) == (b"end", 1)
    assert {"authorization", "x-api-key", "cookie"} <= set(first)
    assert set(second) - {"connection"} == {"host", "user-agent", "accept", "accept-encoding"}


def test_a_redirect_within_the_origin_keeps_the_headers():
    async def handle(seen, writer):
        writer.write(reply(b"end") if seen.path == "/b" else reply(status="302 Found", headers={"Location": "/b"}))

    async def scenario():
        async with raw_server(handle) as server:
            await fetch(transport(server.port), server.url("/a"), headers={"X-Api-Key": "k"}, max_redirects=1)
        return [(seen.path, seen.headers["x-api-key"]) for seen in server.requests]

    assert asyncio.run(scenario()) == [("/a", "k"), ("/b", "k")]


def test_a_redirect_from_https_to_http_is_blocked(tmp_path):
    server_context, client_context = server_certificate(tmp_path, "127.0.0.1")

    async def scenario():
        async with raw_server(answering(reply(b"plain"))) as plain:
            location = {"Location": plain.url()}
            async with raw_server(
                answering(reply(status="301 Moved", headers=location)), context=server_context
            ) as safe:
                sender = transport(rules="127.0.0.0/8", context=client_context)
                found = await reason_of(sender, safe.url(scheme="https"), max_redirects=3)
        return found, plain.requests

    assert asyncio.run(scenario()) == ((FetchReason.BLOCKED, True), [])


def test_a_redirect_loop_ends_after_three():
    async def scenario():
        async with raw_server(answering(reply(status="302 Found", headers={"Location": "/again"}))) as server:
            found = await reason_of(transport(server.port), server.url(), max_redirects=9)
        return found[0], len(server.requests)

    assert asyncio.run(scenario()) == (FetchReason.PROTOCOL, 4)


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


def test_a_closed_port_is_refused():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]

        assert asyncio.run(reason_of(transport(port), f"http://127.0.0.1:{port}/")) == (
            FetchReason.REFUSED,
            False,
        )


def test_header_injection_never_reaches_the_wire():
    async def scenario():
        async with raw_server(answering(reply())) as server:
            found = await reason_of(transport(server.port), server.url(), headers={"X-Key": "a\r\nX-Evil: 1"})
        return found, server.requests

    assert asyncio.run(scenario()) == ((FetchReason.CONFIG, True), [])


def test_proxy_settings_of_the_environment_are_ignored(monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")

    async def scenario():
        async with raw_server(answering(reply(b"direct"))) as server:
            return await fetch(transport(server.port), server.url())

    assert asyncio.run(scenario()).body == b"direct"


def test_connections_are_kept_only_when_asked():
    async def scenario():
        async with raw_server(answering(reply())) as server:
            sender = transport(server.port)
            for is_fresh in (True, True, False, False, False):
                await sender.fetch(Request(url=server.url(), is_fresh=is_fresh))
            await sender.close()
        return [seen.peer[1] for seen in server.requests]

    ports = asyncio.run(scenario())

    assert len(set(ports[:2])) == 2
    assert len(set(ports[2:])) == 1
    assert set(ports[:2]).isdisjoint(ports[2:])


def test_a_stranger_gets_two_requests_at_a_time():
    under_way = {"now": 0, "most": 0}

    async def slow(_seen, writer):
        under_way["now"] += 1
        under_way["most"] = max(under_way["most"], under_way["now"])
        await asyncio.sleep(0.05)
        under_way["now"] -= 1
        writer.write(reply())

    async def scenario():
        async with raw_server(slow) as server:
            # a name, not a literal: the operator's own addresses are exempt from politeness
            sender = transport(server.port, lookup=Names(["127.0.0.1"]))
            await asyncio.gather(
                *(sender.fetch(Request(url=server.url(host="partner.example"), **MODE)) for _ in range(8))
            )
            await sender.close()

    asyncio.run(scenario())

    assert under_way["most"] == 2


def test_an_unknown_name_is_their_trouble_and_a_dead_resolver_ours(monkeypatch):
    def scripted(code: int):
        def fail(*_args, **_kwargs):
            raise socket.gaierror(code, "scripted")

        return fail

    found = []
    for code in (socket.EAI_NONAME, socket.EAI_AGAIN):
        monkeypatch.setattr(socket, "getaddrinfo", scripted(code))
        found.append(asyncio.run(reason_of(transport(), "http://partner.example/")))

    assert found == [(FetchReason.DNS, False), (FetchReason.DNS, True)]
