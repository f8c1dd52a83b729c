"""An HTTP request with assertions on status, latency, body text and JSON."""

from __future__ import annotations

from functools import partial
from typing import Any

from foundation.fetching.headers import header_problem
from foundation.fetching.transport import MIB, WEB_SCHEMES, Request, Response, TransportError
from partnerships.models.result import Outcome
from partnerships.probes.assertions import Failure, Measured, assertion_problems, check_assertion
from partnerships.probes.base import OK, Config, Problem, Verdict, unknown_keys
from partnerships.probes.failures import explain_failure
from partnerships.probes.json_documents import JsonError, JsonTooDeepError, parse_json

METHODS = ("GET", "HEAD")
MAX_REDIRECTS = 3
SNIPPET_BYTES = 4096
DEFAULT_STATUS = {"on": "status", "op": "in", "value": list(range(200, 300))}
TOO_MANY_REQUESTS = 429
NOT_ALLOWED_IN = frozenset({401, 403})
_KEYS = frozenset({"method", "headers", "follow_redirects", "assertions"})


class HttpProbe:
    """Fails where an assertion does; a quota answer degrades, a refused credential fails with reason auth."""

    kind = "http"
    label = "HTTP request with assertions"
    is_vendor_feed = False
    schemes = WEB_SCHEMES

    def validate(self, config: Config) -> list[Problem]:
        problems = unknown_keys(config, _KEYS) + _header_problems(config.get("headers", {}))
        method = config.get("method", "GET")
        if method not in METHODS:
            problems.append(("method", "Probes use GET or HEAD."))
        redirects = config.get("follow_redirects", 0)
        if not isinstance(redirects, int) or not 0 <= redirects <= MAX_REDIRECTS:
            problems.append(("follow_redirects", f"Between 0 and {MAX_REDIRECTS}."))
        assertions = config.get("assertions", [])
        problems += assertion_problems(assertions)
        if method == "HEAD" and not problems and _reads_body(config):
            problems.append(("method", "HEAD gives no body to assert on."))
        return problems

    def build_request(self, url: str, config: Config, *, timeout_seconds: float, is_fresh: bool) -> Request:
        reads_body = _reads_body(config)
        return Request(
            url=url,
            method=config.get("method", "GET"),
            headers=dict(config.get("headers", {})),
            timeout_seconds=timeout_seconds,
            max_redirects=config.get("follow_redirects", 0),
            max_body_bytes=MIB if reads_body else SNIPPET_BYTES,
            truncates_body=not reads_body,
            is_fresh=is_fresh,
        )

    def evaluate(self, response: Response, config: Config) -> Verdict:
        assertions: list[dict[str, Any]] = list(config.get("assertions", []))
        own_status = [assertion for assertion in assertions if assertion["on"] == "status"]
        measured = _measured(response)
        if any(check_assertion(assertion, measured) for assertion in own_status or [DEFAULT_STATUS]):
            special = _special_status(response.status)
            if special is not None:
                return special
        if not own_status:
            assertions.insert(0, DEFAULT_STATUS)
        try:
            failures = [failure for one in assertions if (failure := check_assertion(one, measured))]
        except JsonTooDeepError as error:
            return Verdict(Outcome.ERROR, reason="parser", detail=str(error))
        except JsonError as error:
            return Verdict(Outcome.FAIL, reason="json", detail=f"Not JSON: {error}"[:300])
        return _verdict(failures, response)

    def explain(self, error: TransportError) -> Verdict:
        return explain_failure(error)


def _measured(response: Response) -> Measured:
    return Measured(
        status=response.status,
        latency_ms=response.latency_us / 1000,
        text=response.body.decode("utf-8", "replace"),
        document=partial(parse_json, response.body),
    )


def _special_status(status: int) -> Verdict | None:
    if status == TOO_MANY_REQUESTS:
        return Verdict(Outcome.DEGRADED, reason="quota", detail="The partner limits our requests (HTTP 429).")
    if status in NOT_ALLOWED_IN:
        return Verdict(Outcome.FAIL, reason="auth", detail=f"Our credentials were refused (HTTP {status}).")
    return None


def _verdict(failures: list[Failure], response: Response) -> Verdict:
    if not failures:
        return OK
    worst = min(failures, key=lambda failure: failure.outcome != Outcome.FAIL)
    is_default = worst.text.startswith("status in [200, 201, 202")
    text = "status in 200 to 299" if is_default else worst.text
    detail = f"HTTP {response.status}" if worst.subject == "status" else f"Found: {worst.found}"
    return Verdict(worst.outcome, reason=worst.subject.removesuffix("_ms"), detail=detail[:300], failed_assertion=text)


def _reads_body(config: Config) -> bool:
    return any(assertion.get("on") in ("body", "json") for assertion in config.get("assertions", []))


def _header_problems(headers: Any) -> list[Problem]:
    if not isinstance(headers, dict):
        return [("headers", "Must be an object of texts.")]
    problems: list[Problem] = []
    for name, value in headers.items():
        if not isinstance(value, str):
            problems.append(("headers", f"{name}: must be a text."))
        elif problem := header_problem(name, value):
            problems.append(("headers", f"{name}: {problem}"))
    return problems


PROBE = HttpProbe()
