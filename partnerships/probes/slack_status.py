"""Slack's status API v2.0.0, `current`: it has no component states, so incidents map by the services they name."""

from __future__ import annotations

from typing import Any

from partnerships.models.result import Outcome
from partnerships.probes.base import OK, Config, Problem, Verdict, name_list_problems, unknown_keys
from partnerships.probes.stories import Story, read_slack
from partnerships.probes.vendor_feed import FeedError, JsonFeedProbe, folded, objects, suspected, unknown_word, worst_of

TYPE_WORDS = {
    "incident": (Outcome.DEGRADED, "vendor_incident"),
    "outage": (Outcome.FAIL, "vendor_outage"),
    "maintenance": (Outcome.DEGRADED, "maintenance"),
    "notice": (Outcome.OK, ""),
}
OPEN = frozenset({"active"})
NOT_OPEN = frozenset({"resolved", "completed", "cancelled", "scheduled"})


class SlackStatusProbe(JsonFeedProbe):
    """With `services` only incidents that name one count, and those that name none make them suspected."""

    kind = "slack_status"
    label = "Slack status v2"

    def validate(self, config: Config) -> list[Problem]:
        return unknown_keys(config, frozenset({"services"})) + name_list_problems(config, "services")

    def list_stories(self, document: dict[str, Any]) -> tuple[Story, ...] | None:
        """The active incidents."""
        return read_slack(document) if isinstance(document.get("active_incidents"), list) else None

    def read(self, document: dict[str, Any], config: Config) -> Verdict:
        status = document.get("status")
        if status not in ("ok", "active"):
            return unknown_word("status", status)
        wanted = folded(config.get("services", []))
        verdicts = [_incident(one, wanted) for one in objects(document, "active_incidents")]
        if status == "active" and not verdicts:
            verdicts.append(suspected("Active, but no incident is listed."))
        return worst_of(verdicts)


def _incident(incident: dict[str, Any], wanted: set[str]) -> Verdict:
    title = str(incident.get("title", ""))[:300]
    status = incident.get("status")
    if status in NOT_OPEN:
        return OK
    if status not in OPEN:
        return unknown_word("incident status", status)
    services = incident.get("services")
    if not isinstance(services, list) or not all(isinstance(one, str) for one in services):
        raise FeedError("An incident has no list of services.")
    named = folded(services)
    if wanted and named and not wanted & named:
        return OK
    kind = incident.get("type")
    if not isinstance(kind, str) or kind not in TYPE_WORDS:
        return unknown_word("incident type", kind)
    outcome, reason = TYPE_WORDS[kind]
    if outcome == Outcome.OK:
        return OK
    if wanted and not named:
        return suspected(title)
    return Verdict(outcome, reason=reason, detail=title)


PROBE = SlackStatusProbe()
