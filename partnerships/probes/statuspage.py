"""Statuspage v2: summary.json, status.json and incidents/unresolved.json of a vendor's status page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from partnerships.models.result import Outcome
from partnerships.probes.announcements import Announcement, read_statuspage_maintenance
from partnerships.probes.base import OK, Config, Problem, Verdict, name_list_problems, unknown_keys
from partnerships.probes.stories import Story, read_statuspage
from partnerships.probes.vendor_feed import FeedError, JsonFeedProbe, folded, objects, suspected, unknown_word, worst_of

COMPONENT_WORDS = {
    "operational": (Outcome.OK, ""),
    "degraded_performance": (Outcome.DEGRADED, "vendor_degraded"),
    "partial_outage": (Outcome.DEGRADED, "vendor_partial_outage"),
    "major_outage": (Outcome.FAIL, "vendor_outage"),
    # a maintenance is an overlay for a person to approve; until then it shows, and is no downtime
    "under_maintenance": (Outcome.DEGRADED, "maintenance"),
}
INDICATOR_WORDS = {
    "none": (Outcome.OK, ""),
    "minor": (Outcome.DEGRADED, "vendor_minor"),
    "major": (Outcome.FAIL, "vendor_major"),
    "critical": (Outcome.FAIL, "vendor_critical"),
    "maintenance": (Outcome.DEGRADED, "maintenance"),
}
GRAVE_IMPACTS = frozenset({"major", "critical"})
ENDED = frozenset({"resolved", "postmortem", "completed"})
OPEN = frozenset({"investigating", "identified", "monitoring", "scheduled", "in_progress", "verifying"})


class StatuspageProbe(JsonFeedProbe):
    """With `components` (names or ids) only these count, and incidents that name none make them suspected;
    without, the page's own indicator, or in a list of incidents the gravest impact.
    """

    kind = "statuspage"
    label = "Statuspage v2 summary"

    def validate(self, config: Config) -> list[Problem]:
        return unknown_keys(config, frozenset({"components"})) + name_list_problems(config, "components")

    def list_stories(self, document: dict[str, Any]) -> tuple[Story, ...] | None:
        """The unresolved incidents; status.json has no list of them."""
        return read_statuspage(document) if isinstance(document.get("incidents"), list) else None

    def list_announcements(self, document: dict[str, Any], config: Config) -> tuple[Announcement, ...] | None:
        """The scheduled maintenances of the mapped components."""
        return read_statuspage_maintenance(document, folded(config.get("components", [])))

    def read(self, document: dict[str, Any], config: Config) -> Verdict:
        wanted = config.get("components", [])
        if wanted:
            return _mapped(document, wanted)
        if "status" in document:
            status = document["status"] if isinstance(document["status"], dict) else {}
            return _word("indicator", status.get("indicator"), INDICATOR_WORDS, str(status.get("description", "")))
        if "components" in document:  # a summary that lost its status, not a list of incidents
            raise FeedError("Components, but no status.")
        return worst_of(_incident(one, _impact) for one in objects(document, "incidents"))


def _mapped(document: dict[str, Any], wanted: list[str]) -> Verdict:
    verdicts = []
    components = objects(document, "components")
    for name in wanted:
        key = name.strip().casefold()
        matching = [one for one in components if key in folded((one.get("id"), one.get("name")))]
        if not matching:
            text = f"No component {name!r}."[:300]
            return Verdict(Outcome.ERROR, reason="component_missing", detail=text, warnings=(text,))
        verdicts += [
            _word(
                str(one.get("name")),
                one.get("status"),
                COMPONENT_WORDS,
                f"{one.get('name')}: {one.get('status')}",
            )
            for one in matching
        ]
    verdicts += [_incident(one, _suspicion) for one in objects(document, "incidents")]
    return worst_of(verdicts)


def _incident(incident: dict[str, Any], read: Callable[[dict[str, Any]], Verdict]) -> Verdict:
    """What an incident says while it is open."""
    status = incident.get("status")
    if not isinstance(status, str) or status not in OPEN | ENDED:
        return unknown_word("incident status", status)
    return OK if status in ENDED else read(incident)


def _suspicion(incident: dict[str, Any]) -> Verdict:
    """A grave incident that names no component may concern ours; one that names some is told by their states."""
    found = _impact(incident)
    if found.outcome == Outcome.ERROR:
        return found
    if incident["impact"] in GRAVE_IMPACTS and not incident.get("components"):
        return suspected(incident.get("name", ""))
    return OK


def _impact(incident: dict[str, Any]) -> Verdict:
    return _word("impact", incident.get("impact"), INDICATOR_WORDS, str(incident.get("name", "")))


def _word(where: str, word: Any, words: dict[str, tuple[Outcome, str]], detail: str) -> Verdict:
    if not isinstance(word, str) or word not in words:
        return unknown_word(where, word)
    outcome, reason = words[word]
    return OK if outcome == Outcome.OK else Verdict(outcome, reason=reason, detail=detail[:300])


PROBE = StatuspageProbe()
