import pytest

from foundation.fetching.transport import FetchReason, TransportError
from partnerships.probes.base import OK
from partnerships.probes.rules import list_check_problems
from partnerships.probes.tcp import PROBE
from tests.partnerships.probes.test_http import response


def test_the_request_only_connects_and_always_anew():
    request = PROBE.build_request("tcp://db.example:443", {}, timeout_seconds=3, is_fresh=False)

    assert (request.url, request.schemes, request.timeout_seconds) == ("tcp://db.example:443", ("tcp",), 3)
    assert (request.is_fresh, request.max_redirects, request.headers, request.body) == (True, 0, {}, None)


def test_a_connection_is_all_it_asks_for():
    assert PROBE.evaluate(response(0), {}) == OK


@pytest.mark.parametrize(
    ("reason", "is_ours", "outcome"),
    [
        (FetchReason.DNS, False, "fail"),
        (FetchReason.REFUSED, False, "fail"),
        (FetchReason.TIMEOUT, False, "fail"),
        (FetchReason.BLOCKED, True, "error"),
        (FetchReason.DNS, True, "error"),
        (FetchReason.NETWORK, True, "error"),
    ],
)
def test_why_there_was_none(reason, is_ours, outcome):
    found = PROBE.explain(TransportError(reason, detail="10.0.0.1", is_ours=is_ours))

    assert (str(found.outcome), found.reason) == (outcome, str(reason))
    assert "10.0.0.1" not in found.detail


@pytest.mark.parametrize(
    ("url", "config", "expected"),
    [
        ("tcp://db.example:443", {}, []),
        ("tcp://db.example", {}, ["url"]),
        ("tcp://db.example:22", {}, ["url"]),
        ("tcp://127.0.0.1:443", {}, ["url"]),
        ("https://db.example", {}, ["url"]),
        ("tcp://db.example:443", {"method": "GET"}, ["config"]),
        ("tcp://db.example:443", [], ["config"]),
    ],
)
def test_a_check_takes_a_host_and_a_port_and_no_settings(settings, url, config, expected):
    settings.PROBE_ALLOWED_TARGETS = ""

    assert [
        field for field, _ in list_check_problems(kind="tcp", url=url, config=config, counts_for_uptime=True)
    ] == expected


def test_a_request_over_http_takes_no_other_scheme():
    assert [
        field
        for field, _ in list_check_problems(kind="http", url="tcp://db.example:443", config={}, counts_for_uptime=True)
    ] == ["url"]
