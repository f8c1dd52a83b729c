"""The AWS service health dashboard's data.json: what is going on under `current`, what is over under `archive`."""

from __future__ import annotations

from typing import Any

from partnerships.models.result import Outcome
from partnerships.probes.base import OK, Config, Problem, Verdict, name_list_problems, unknown_keys
from partnerships.probes.vendor_feed import FeedError, JsonFeedProbe, folded, objects, suspected, unknown_word, worst_of

OVER = "[RESOLVED]"
NORMAL, INFORMATIONAL = "0", "1"
STATUS_WORDS = {
    "2": (Outcome.DEGRADED, "vendor_degraded"),
    "3": (Outcome.FAIL, "vendor_outage"),
}


class AwsHealthProbe(JsonFeedProbe):
    """With `services` (names, or keys such as ec2-us-east-1) only events of these count.

    What AWS calls informational is suspected: most of what it admits goes by that name.
    """

    kind = "aws_health"
    label = "AWS service health dashboard"

    def validate(self, config: Config) -> list[Problem]:
        return unknown_keys(config, frozenset({"services"})) + name_list_problems(config, "services")

    def read(self, document: dict[str, Any], config: Config) -> Verdict:
        if not all(_text(one, "summary").startswith(OVER) for one in objects(document, "archive")):
            raise FeedError("An event of the archive is not over.")
        wanted = folded(config.get("services", []))
        return worst_of([_event(one, wanted) for one in objects(document, "current")])


def _event(event: dict[str, Any], wanted: set[str]) -> Verdict:
    title = f"{_text(event, 'service_name')}: {_text(event, 'summary')}"[:300]
    if not _text(event, "date").isdecimal():
        raise FeedError("An event without the time it began.")
    if _text(event, "summary").startswith(OVER):
        return OK
    if wanted and not wanted & folded((_text(event, "service"), _text(event, "service_name"))):
        return OK
    status = event.get("status")
    if status == NORMAL:
        return OK
    if status == INFORMATIONAL:
        return suspected(title)
    if not isinstance(status, str) or status not in STATUS_WORDS:
        return unknown_word("status", status)
    outcome, reason = STATUS_WORDS[status]
    return Verdict(outcome, reason=reason, detail=title)


def _text(event: dict[str, Any], name: str) -> str:
    value = event.get(name)
    if not isinstance(value, str) or not value.strip():
        raise FeedError(f"No text: {name}.")
    return value


PROBE = AwsHealthProbe()
