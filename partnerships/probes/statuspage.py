"""Statuspage v2: summary.json, status.json and incidents/unresolved.json of a vendor's status page."""

from __future__ import annotations

from typing import Any

from partnerships.models.result import Outcome
from partnerships.probes.base import OK, Config, Problem, Verdict, name_list_problems, unknown_keys
from partnerships.probes.vendor_feed import FeedProbe, folded, objects, unknown_word, unreadable, worst_of

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


class StatuspageProbe(FeedProbe):
    """With `components` (names or ids) only these count, and incidents that name none make them suspected;
    without, the page's own indicator, or in a list of incidents the gravest impact.
    """

    kind = "statuspage"
    label = "Statuspage v2 summary"

    def validate(self, config: Config) -> list[Problem]:
        return unknown_keys(config, frozenset({"components"})) + name_list_problems(config, "components")

    def read(self, document: dict[str, Any], config: Config) -> Verdict:
        wanted = config.get("components", [])
        if wanted:
            return _mapped(document, wanted)
        if "status" in document:
            status = document["status"] if isinstance(document["status"], dict) else {}
            return _word("indicator", status.get("indicator"), INDICATOR_WORDS, str(status.get("description", "")))
        if isinstance(document.get("incidents"), list):
            return worst_of(_impact(incident) for incident in _open_incidents(document))
        return unreadable("Neither status nor incidents.")


def _mapped(document: dict[str, Any], wanted: list[str]) -> Verdict:
    verdicts = []
    components = objects(document.get("components"))
    for name in wanted:
        key = name.strip().casefold()
        matching = [one for one in components if key in folded((one.get("id"), one.get("name")))]
        if not matching:
            return Verdict(Outcome.ERROR, reason="component_missing", detail=f"No component {name!r}."[:300])
        verdicts += [
            _word(
                str(one.get("name")),
                one.get("status"),
                COMPONENT_WORDS,
                f"{one.get('name')}: {one.get('status')}",
            )
            for one in matching
        ]
    verdicts += [_suspicion(incident) for incident in _open_incidents(document)]
    return worst_of(verdicts)


def _component(component: dict[str, Any]) -> Verdict:
    name, status = component.get("name"), component.get("status")
    return _word(str(name), status, COMPONENT_WORDS, f"{name}: {status}")


def _suspicion(incident: dict[str, Any]) -> Verdict:
    """A grave incident that names no component may concern ours."""
    if incident.get("impact") in GRAVE_IMPACTS and not objects(incident.get("components")):
        return Verdict(Outcome.DEGRADED, reason="suspected", detail=str(incident.get("name", ""))[:300])
    return OK


def _open_incidents(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in objects(document.get("incidents")) if one.get("status") not in ENDED]


def _impact(incident: dict[str, Any]) -> Verdict:
    return _word("impact", incident.get("impact"), INDICATOR_WORDS, str(incident.get("name", "")))


def _word(where: str, word: Any, words: dict[str, tuple[Outcome, str]], detail: str) -> Verdict:
    if not isinstance(word, str) or word not in words:
        return unknown_word(where, word)
    outcome, reason = words[word]
    return OK if outcome == Outcome.OK else Verdict(outcome, reason=reason, detail=detail[:300])


PROBE = StatuspageProbe()
