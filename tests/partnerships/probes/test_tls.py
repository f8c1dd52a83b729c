"""The whole way, from a real server's certificate to the verdict, and the verdict alone."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
import uvloop

from foundation.fetching.transport import Certificate, FetchReason, Request, Response, TransportError
from partnerships.probes.rules import list_check_problems
from partnerships.probes.tls import PROBE
from tests.foundation.fetching.senders import Names, transport
from tests.partnerships.certificates import Authority, server_of_one, tls_server

HOST = "api.example"


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def run(request):
    """Runs in either loop: they carry certificates and their errors in code of their own."""

    def run_in(coroutine):
        with asyncio.Runner(loop_factory=request.param) as runner:
            return runner.run(coroutine)

    return run_in


@pytest.fixture(scope="module")
def authority(tmp_path_factory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def look(run):
    """Gives the probe's verdict on a server with this context, the names its client asked for, and what it was sent."""

    def look_at(server_context, client_context, *, host: str = HOST, **config):
        assert PROBE.validate(config) == []
        with tls_server(server_context) as server:
            found = run(verdict(f"tls://{host}:{server.port}", server.port, client_context, config))
        return found, server.names, server.received

    return look_at


async def verdict(url: str, port: int, client_context, config, *, timeout_seconds: float = 3):
    sender = transport(port, lookup=Names(["127.0.0.1"]), context=client_context)
    request = PROBE.build_request(url, config, timeout_seconds=timeout_seconds, is_fresh=False)
    try:
        return PROBE.evaluate(await sender.fetch(request), config)
    except TransportError as error:
        return PROBE.explain(error)
    finally:
        await sender.close()


def test_a_valid_certificate_says_how_many_days_are_left(look, authority):
    server = authority.server_context(HOST, left=timedelta(days=90, hours=1))

    found, names, received = look(server, authority.client_context)

    day = f"{datetime.now(UTC) + timedelta(days=90, hours=1):%Y-%m-%d}"
    assert (str(found.outcome), found.reason) == ("ok", "")
    assert found.detail.startswith(f"90 days left, valid until {day} ")
    assert (names, received) == ([HOST], b"")


@pytest.mark.parametrize(
    ("left", "config", "expected"),
    [
        (timedelta(days=21, hours=1), {}, "ok"),
        (timedelta(days=20, hours=23), {}, "degraded"),
        (timedelta(days=20, hours=23), {"warn_days": 20}, "ok"),
        (timedelta(hours=3), {"warn_days": 0}, "ok"),
        (timedelta(hours=3), {"warn_days": 1}, "degraded"),
    ],
)
def test_it_warns_when_fewer_days_are_left(look, authority, left, config, expected):
    found, _, _ = look(authority.server_context(HOST, left=left), authority.client_context, **config)

    assert str(found.outcome) == expected
    assert found.reason == ("certificate_expires_soon" if expected == "degraded" else "")
    assert found.detail.startswith(f"{left.days} days left")


def test_a_certificate_that_is_not_valid_fails_and_says_why(look, authority, tmp_path):
    stranger = Authority(tmp_path, "Nobody")
    client = authority.client_context

    def reason_of(server, host: str = HOST) -> tuple[str, str]:
        found, _, received = look(server, client, host=host)
        assert received == b""
        return str(found.outcome), found.reason

    assert reason_of(authority.server_context(HOST, left=-timedelta(minutes=1))) == ("fail", "certificate_expired")
    assert reason_of(authority.server_context(HOST, since=-timedelta(hours=1))) == (
        "fail",
        "certificate_not_yet_valid",
    )
    assert reason_of(authority.server_context("other.example")) == ("fail", "certificate_wrong_name")
    assert reason_of(authority.server_context("*.example.org")) == ("fail", "certificate_wrong_name")
    assert reason_of(stranger.server_context(HOST)) == ("fail", "certificate_untrusted")


def test_an_address_is_a_name_of_its_own(look, authority):
    named = look(authority.server_context("127.0.0.1"), authority.client_context, host="127.0.0.1")
    unnamed = look(authority.server_context(HOST), authority.client_context, host="127.0.0.1")

    assert str(named[0].outcome) == "ok"
    assert (str(unnamed[0].outcome), unnamed[0].reason) == ("fail", "certificate_wrong_name")


@pytest.mark.parametrize(
    ("greeting", "reason"), [(b"220 mail.example ESMTP\r\n", "tls"), (b"", "timeout")], ids=["clear text", "silence"]
)
def test_a_server_that_does_not_speak_tls_fails_within_the_timeout(run, authority, greeting, reason):
    def talk(connection, visited):
        connection.sendall(greeting)
        visited.received = b"".join(iter(lambda: connection.recv(1000), b""))

    with server_of_one(talk) as server:
        url = f"tls://127.0.0.1:{server.port}"
        found = run(verdict(url, server.port, authority.client_context, {}, timeout_seconds=0.3))

    assert (str(found.outcome), found.reason) == ("fail", reason)


@pytest.mark.parametrize("address", ["10.0.0.7", "169.254.169.254", "::1"])
def test_an_address_that_may_not_be_dialled_is_blocked(address):
    async def scenario():
        sender = transport(lookup=Names(["93.184.216.34", address]))
        with pytest.raises(TransportError) as caught:
            await sender.fetch(Request(url="tls://inside.example", schemes=("tls",)))
        await sender.close()
        return PROBE.explain(caught.value)

    found = asyncio.run(scenario())

    assert (str(found.outcome), found.reason) == ("error", "blocked")


SEEN = datetime(2026, 3, 1, 12, tzinfo=UTC)


def seen(left: timedelta) -> Response:
    certificate = Certificate(expires_at=SEEN + left, seen_at=SEEN)
    return Response(
        status=0, headers={}, body=b"", latency_us=1, final_url="", peer_address="", certificate=certificate
    )


@pytest.mark.parametrize(
    ("left", "outcome", "words"),
    [
        (timedelta(days=21), "ok", "21 days left, valid until 2026-03-22 12:00 UTC."),
        (timedelta(days=21) - timedelta(seconds=1), "degraded", "20 days left, valid until 2026-03-22 11:59 UTC."),
        (timedelta(days=1), "degraded", "1 day left, valid until 2026-03-02 12:00 UTC."),
        (timedelta(seconds=1), "degraded", "0 days left, valid until 2026-03-01 12:00 UTC."),
    ],
)
def test_days_are_rounded_down_and_the_limit_is_exact(left, outcome, words):
    found = PROBE.evaluate(seen(left), {})

    assert (str(found.outcome), found.detail) == (outcome, words)


def test_no_answer_is_theirs_or_ours():
    assert str(PROBE.explain(TransportError(FetchReason.DNS)).outcome) == "fail"
    assert str(PROBE.explain(TransportError(FetchReason.DNS, is_ours=True)).outcome) == "error"


@pytest.mark.parametrize(
    ("url", "config", "expected"),
    [
        ("tls://api.example", {}, []),
        ("tls://api.example:443", {"warn_days": 30}, []),
        ("tls://api.example:993", {}, ["url"]),
        ("tls://127.0.0.1", {}, ["url"]),
        ("https://api.example", {}, ["url"]),
        ("tls://api.example", {"warn_days": -1}, ["config"]),
        ("tls://api.example", {"warn_days": 366}, ["config"]),
        ("tls://api.example", {"warn_days": "21"}, ["config"]),
        ("tls://api.example", {"warn_days": True}, ["config"]),
        ("tls://api.example", {"warn_day": 7}, ["config"]),
    ],
)
def test_the_settings_are_checked(settings, url, config, expected):
    settings.PROBE_ALLOWED_TARGETS = ""

    assert [
        field for field, _ in list_check_problems(kind="tls", url=url, config=config, counts_for_uptime=True)
    ] == expected
