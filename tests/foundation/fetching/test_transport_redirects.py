import asyncio

from foundation.fetching.transport import FetchReason
from tests.foundation.fetching.senders import fetch, is_fresh, reason_of, transport  # noqa: F401 - a fixture
from tests.partnerships.servers import answering, raw_server, reply, server_certificate


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
