"""Assertions of an HTTP check.

Each is a mapping: `on` status | latency_ms | body | json, `op`, `value`, for json a `path` (RFC 9535), and
optionally `severity` fail | degraded. A latency assertion degrades unless it says otherwise; all others fail.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import jsonpath_rfc9535 as jsonpath

from partnerships.models.result import Outcome
from partnerships.probes.base import Problem

MAX_ASSERTIONS = 20
MAX_PATH_LENGTH = 256
MAX_DESCENDANT_STEPS = 1  # each one visits the whole document again
SEVERITIES = {"fail": Outcome.FAIL, "degraded": Outcome.DEGRADED}
_KEYS = frozenset({"on", "op", "value", "path", "severity"})
_TEXT_LENGTH = 200


@dataclass(frozen=True)
class Measured:
    """What assertions look at. `document` is called only when a JSON assertion asks for it."""

    status: int
    latency_ms: float
    text: str
    document: Callable[[], Any]


@dataclass(frozen=True)
class Failure:
    """One assertion that did not hold."""

    outcome: Outcome
    subject: str
    text: str
    found: str


def check_assertion(assertion: Mapping[str, Any], measured: Measured) -> Failure | None:
    """The failure of one valid assertion, or None; JsonError when the body had to be JSON and is not."""
    subject = assertion["on"]
    values = _values(assertion, measured)
    operation = OPERATIONS[assertion["op"]]
    expected = assertion.get("value")
    if assertion["op"] in ("exists", "absent"):
        holds = bool(values) is (assertion["op"] == "exists")
    else:
        holds = bool(values) and all(operation(value, expected) for value in values)
    if holds:
        return None
    default = "degraded" if subject == "latency_ms" else "fail"
    outcome = SEVERITIES[assertion.get("severity", default)]
    found = "" if subject == "body" else ", ".join(str(value) for value in values[:3])[:_TEXT_LENGTH]
    return Failure(outcome=outcome, subject=subject, text=describe(assertion), found=found)


def describe(assertion: Mapping[str, Any]) -> str:
    """The assertion as one line, at most 200 characters."""
    path = f" {assertion['path']}" if assertion["on"] == "json" else ""
    value = "" if "value" not in assertion else f" {assertion['value']!r}"
    return f"{assertion['on']}{path} {assertion['op']}{value}"[:_TEXT_LENGTH]


def assertion_problems(assertions: Any) -> list[Problem]:
    """What is wrong with a list of assertions, as (field, message)."""
    if not isinstance(assertions, list):
        return [("assertions", "Must be a list.")]
    if len(assertions) > MAX_ASSERTIONS:
        return [("assertions", f"At most {MAX_ASSERTIONS}.")]
    problems: list[Problem] = []
    for number, assertion in enumerate(assertions):
        problems += [(f"assertions.{number}", text) for text in _problems(assertion)]
    return problems


def _problems(assertion: Any) -> list[str]:
    if not isinstance(assertion, dict):
        return ["Must be an object."]
    found = [f"Unknown setting {key!r}." for key in assertion if key not in _KEYS]
    subject, operation = assertion.get("on"), assertion.get("op")
    if subject not in SUBJECTS:
        return [*found, f"'on' must be one of: {', '.join(SUBJECTS)}."]
    if operation not in SUBJECTS[subject]:
        return [*found, f"'op' must be one of: {', '.join(SUBJECTS[subject])}."]
    if assertion.get("severity", "fail") not in SEVERITIES:
        found.append("'severity' must be fail or degraded.")
    found += _value_problems(subject, operation, assertion)
    if subject == "json":
        found += _path_problems(assertion.get("path"))
    return found


def _value_problems(subject: str, operation: str, assertion: Mapping[str, Any]) -> list[str]:
    if operation in ("exists", "absent"):
        return []
    if "value" not in assertion:
        return ["'value' is missing."]
    value = assertion["value"]
    if operation in ("in", "not_in") and not isinstance(value, list):
        return ["'value' must be a list."]
    if operation in ("less_than", "greater_than") and not _is_number(value):
        return ["'value' must be a number."]
    if operation in ("contains", "not_contains") and not (isinstance(value, str) and value):
        return ["'value' must be a text."]
    numbers = value if isinstance(value, list) else [value]
    if subject in ("status", "latency_ms") and not all(_is_number(number) for number in numbers):
        return ["'value' must be a number."]
    return []


def _path_problems(path: Any) -> list[str]:
    if not isinstance(path, str) or not path or len(path) > MAX_PATH_LENGTH:
        return [f"'path' must be a JSON path of at most {MAX_PATH_LENGTH} characters."]
    if path.count("..") > MAX_DESCENDANT_STEPS:
        return ["At most one '..' in a path."]
    if "match(" in path or "search(" in path:
        return ["Patterns are not supported in a path."]
    try:
        jsonpath.compile(path)
    except jsonpath.JSONPathError as error:
        return [f"Not a JSON path: {error}"[:_TEXT_LENGTH]]
    return []


def _values(assertion: Mapping[str, Any], measured: Measured) -> list[Any]:
    subject = assertion["on"]
    if subject == "json":
        return list(_compiled(assertion["path"]).find(measured.document()).values())
    return [{"status": measured.status, "latency_ms": measured.latency_ms, "body": measured.text}[subject]]


@lru_cache(4096)
def _compiled(path: str) -> jsonpath.JSONPathQuery:
    """The same paths come again at every probe."""
    return jsonpath.compile(path)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _equals(value: Any, expected: Any) -> bool:
    # in JSON true is not 1, in Python it is
    return isinstance(value, bool) is isinstance(expected, bool) and bool(value == expected)


def _contains(value: Any, expected: Any) -> bool:
    return isinstance(value, str | list) and expected in value


OPERATIONS: dict[str, Callable[[Any, Any], bool]] = {
    "equals": _equals,
    "not_equals": lambda value, expected: not _equals(value, expected),
    "in": lambda value, expected: any(_equals(value, one) for one in expected),
    "not_in": lambda value, expected: not any(_equals(value, one) for one in expected),
    "less_than": lambda value, expected: _is_number(value) and value < expected,
    "greater_than": lambda value, expected: _is_number(value) and value > expected,
    "contains": _contains,
    "not_contains": lambda value, expected: not _contains(value, expected),
    "exists": lambda _value, _expected: True,
    "absent": lambda _value, _expected: True,
}
_NUMERIC = ("equals", "not_equals", "in", "not_in", "less_than", "greater_than")
SUBJECTS: dict[str, tuple[str, ...]] = {
    "status": _NUMERIC,
    "latency_ms": ("less_than",),
    "body": ("contains", "not_contains"),
    "json": (*_NUMERIC, "contains", "not_contains", "exists", "absent"),
}
