import json

import pytest

from foundation.fetching.transport import FetchReason, Response, TransportError
from partnerships.probes.base import OK, interesting_headers
from partnerships.probes.http import PROBE


def response(status: int = 200, body: bytes = b"", *, latency_us: int = 1000, headers=None) -> Response:
    return Response(
        status=status, headers=headers or {}, body=body, latency_us=latency_us, final_url="", peer_address=""
    )


def verdict(answer: Response, *assertions: dict):
    config = {"assertions": list(assertions)}
    assert PROBE.validate(config) == []
    return PROBE.evaluate(answer, config)


def outcome(answer: Response, *assertions: dict) -> tuple[str, str]:
    found = verdict(answer, *assertions)
    return str(found.outcome), found.reason


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, ("ok", "")),
        (204, ("ok", "")),
        (302, ("fail", "status")),
        (404, ("fail", "status")),
        (500, ("fail", "status")),
        (503, ("fail", "status")),
        (429, ("degraded", "quota")),
        (401, ("fail", "auth")),
        (403, ("fail", "auth")),
    ],
)
def test_the_status_alone_decides_by_default(status, expected):
    assert outcome(response(status)) == expected


def test_an_expected_status_is_not_special():
    assert outcome(response(401), {"on": "status", "op": "equals", "value": 401}) == ("ok", "")
    assert outcome(response(429), {"on": "status", "op": "in", "value": [200, 429]}) == ("ok", "")
    assert outcome(response(200), {"on": "status", "op": "equals", "value": 401}) == ("fail", "status")


def test_the_failed_assertion_is_named():
    found = verdict(response(500))

    assert (found.failed_assertion, found.detail) == ("status in 200 to 299", "HTTP 500")


def test_slowness_degrades_and_fails_only_when_asked():
    slow = {"on": "latency_ms", "op": "less_than", "value": 800}

    assert outcome(response(latency_us=799_999), slow) == ("ok", "")
    assert outcome(response(latency_us=800_000), slow) == ("degraded", "latency")
    assert outcome(response(latency_us=800_000), slow | {"severity": "fail"}) == ("fail", "latency")


def test_the_gravest_failure_wins():
    slow = {"on": "latency_ms", "op": "less_than", "value": 1}
    text = {"on": "body", "op": "contains", "value": "ready"}

    assert outcome(response(body=b"wait", latency_us=5000), slow, text) == ("fail", "body")


def test_body_text():
    assert outcome(response(body=b"all ready"), {"on": "body", "op": "contains", "value": "ready"}) == ("ok", "")
    assert outcome(response(body=b"oops"), {"on": "body", "op": "not_contains", "value": "oops"}) == ("fail", "body")


DOCUMENT = {
    "data": {"gid": "12", "n": 3, "ok": True, "tags": ["a", "b"], "none": None},
    "list": [{"s": "up"}, {"s": "up"}],
}


@pytest.mark.parametrize(
    ("assertion", "holds"),
    [
        ({"path": "$.data.gid", "op": "equals", "value": "12"}, True),
        ({"path": "$.data.gid", "op": "equals", "value": 12}, False),
        ({"path": "$.data.ok", "op": "equals", "value": 1}, False),
        ({"path": "$.data.ok", "op": "equals", "value": True}, True),
        ({"path": "$.data.n", "op": "greater_than", "value": 2}, True),
        ({"path": "$.data.gid", "op": "greater_than", "value": 2}, False),
        ({"path": "$.data.n", "op": "not_in", "value": [3]}, False),
        ({"path": "$.data.tags", "op": "contains", "value": "b"}, True),
        ({"path": "$.list[*].s", "op": "equals", "value": "up"}, True),
        ({"path": "$.list[*].x", "op": "equals", "value": "up"}, False),
        ({"path": "$.list[*].x", "op": "not_equals", "value": "up"}, False),
        ({"path": "$.data.none", "op": "exists"}, True),
        ({"path": "$.errors", "op": "absent"}, True),
        ({"path": "$..gid", "op": "exists"}, True),
    ],
)
def test_json_paths(assertion, holds):
    found = outcome(response(body=json.dumps(DOCUMENT).encode()), {"on": "json", **assertion})

    assert found == (("ok", "") if holds else ("fail", "json"))


PATH = {"on": "json", "path": "$.a", "op": "exists"}


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"a": NaN}', b"\xff\xfe", b"1" * 5000])
def test_what_should_be_json_and_is_not_fails(body):
    assert outcome(response(body=body), PATH) == ("fail", "json")


@pytest.mark.parametrize("depth", [65, 100_000])
def test_deep_nesting_is_our_limit_not_their_downtime(depth):
    assert outcome(response(body=b"[" * depth + b"]" * depth), PATH) == ("error", "parser")


def test_depth_up_to_the_cap_is_read():
    assert outcome(response(body=b"[" * 64 + b"]" * 64), {"on": "json", "path": "$[0]", "op": "exists"}) == ("ok", "")


@pytest.mark.parametrize(
    ("reason", "is_ours", "expected"),
    [
        (FetchReason.TIMEOUT, False, "fail"),
        (FetchReason.REFUSED, False, "fail"),
        (FetchReason.TLS, False, "fail"),
        (FetchReason.DNS, False, "fail"),
        (FetchReason.DNS, True, "error"),
        (FetchReason.BLOCKED, True, "error"),
        (FetchReason.TOO_LARGE, True, "error"),
        (FetchReason.NETWORK, True, "error"),
    ],
)
def test_no_answer_is_theirs_or_ours(reason, is_ours, expected):
    found = PROBE.explain(TransportError(reason, detail="10.0.0.1 port 22", is_ours=is_ours))

    assert (str(found.outcome), found.reason) == (expected, str(reason))
    assert "10.0.0.1" not in found.detail


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({"metod": "GET"}, "metod"),
        ({"method": "POST"}, "method"),
        ({"method": "HEAD", "assertions": [{"on": "body", "op": "contains", "value": "x"}]}, "method"),
        ({"headers": {"X": "a\r\nb"}}, "headers"),
        ({"headers": {"X": 1}}, "headers"),
        ({"headers": []}, "headers"),
        ({"follow_redirects": 4}, "follow_redirects"),
        ({"follow_redirects": "1"}, "follow_redirects"),
        ({"assertions": {}}, "assertions"),
        ({"assertions": [{"on": "status", "op": "equals", "value": 200}] * 21}, "assertions"),
        ({"assertions": ["status"]}, "assertions.0"),
        ({"assertions": [{"on": "moon", "op": "equals", "value": 1}]}, "assertions.0"),
        ({"assertions": [{"on": "body", "op": "equals", "value": 1}]}, "assertions.0"),
        ({"assertions": [{"on": "status", "op": "equals"}]}, "assertions.0"),
        ({"assertions": [{"on": "status", "op": "equals", "value": "200"}]}, "assertions.0"),
        ({"assertions": [{"on": "status", "op": "in", "value": 200}]}, "assertions.0"),
        ({"assertions": [{"on": "status", "op": "less_than", "value": True}]}, "assertions.0"),
        ({"assertions": [{"on": "body", "op": "contains", "value": ""}]}, "assertions.0"),
        ({"assertions": [{"on": "status", "op": "equals", "value": 200, "severity": "huge"}]}, "assertions.0"),
        ({"assertions": [{"on": "status", "op": "equals", "value": 200, "extra": 1}]}, "assertions.0"),
        ({"assertions": [{"on": "json", "op": "exists"}]}, "assertions.0"),
        ({"assertions": [{"on": "json", "op": "exists", "path": "$["}]}, "assertions.0"),
        ({"assertions": [{"on": "json", "op": "exists", "path": "$..a..b"}]}, "assertions.0"),
        ({"assertions": [{"on": "json", "op": "exists", "path": "$[?match(@.a, '(a+)+')]"}]}, "assertions.0"),
        ({"assertions": [{"on": "json", "op": "exists", "path": "$." + "a" * 300}]}, "assertions.0"),
    ],
)
def test_a_bad_configuration_is_refused_by_field(config, field):
    assert [found for found, _ in PROBE.validate(config)] == [field]


def test_the_request_reads_no_more_than_it_needs():
    light = PROBE.build_request("https://x.example/", {}, timeout_seconds=3, is_fresh=True)
    heavy = PROBE.build_request("https://x.example/", {"assertions": [PATH]}, timeout_seconds=3, is_fresh=False)

    assert (light.max_body_bytes, light.truncates_body, light.max_redirects) == (4096, True, 0)
    assert (heavy.max_body_bytes, heavy.truncates_body, heavy.is_fresh) == (1024 * 1024, False, False)


def test_only_headers_of_interest_are_kept():
    headers = {"x-ratelimit-remaining": "1", "set-cookie": "a", "retry-after": "9" * 300, "sunset": "x"}

    assert interesting_headers(response(headers=headers)) == {
        "x-ratelimit-remaining": "1",
        "retry-after": "9" * 200,
        "sunset": "x",
    }


def test_ok_carries_nothing():
    assert verdict(response()) == OK
