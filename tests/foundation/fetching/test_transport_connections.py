import asyncio
import socket

from foundation.fetching.transport import FetchReason, Request
from tests.foundation.fetching.senders import MODE, Names, fetch, is_fresh, reason_of, transport  # noqa: F401 - a fixture
from tests.partnerships.servers import answering, raw_server, reply, server_certificate


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
