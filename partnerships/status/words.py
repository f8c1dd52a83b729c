"""The public words for states, those of Statuspage and one more: what is not measured is never called operational."""

from collections.abc import Collection, Iterable, Sequence

OPERATIONAL = "operational"
UNKNOWN = "unknown"
DEGRADED = "degraded_performance"
MAINTAINED = "under_maintenance"
PARTIAL = "partial_outage"
OUTAGE = "major_outage"
_GRAVITY = (OPERATIONAL, UNKNOWN, DEGRADED, MAINTAINED, PARTIAL, OUTAGE)

LABELS = {
    OPERATIONAL: "Operational",
    UNKNOWN: "Not measured",
    DEGRADED: "Degraded",
    MAINTAINED: "Under maintenance",
    PARTIAL: "Partial outage",
    OUTAGE: "Outage",
}
TONES = {
    OPERATIONAL: "good",
    UNKNOWN: "none",
    DEGRADED: "watch",
    MAINTAINED: "none",
    PARTIAL: "watch",
    OUTAGE: "bad",
}
_EFFECTS = {"down": OUTAGE, "degraded": DEGRADED}
"""Of an open incident; at risk is no effect yet."""

NONE, MAINTENANCE, MINOR, MAJOR, CRITICAL = "none", "maintenance", "minor", "major", "critical"
_INDICATORS = (NONE, MAINTENANCE, MINOR, MAJOR, CRITICAL)
_OF_COMPONENT = {
    OPERATIONAL: NONE,
    UNKNOWN: MINOR,
    DEGRADED: MINOR,
    MAINTAINED: MAINTENANCE,
    PARTIAL: MINOR,
    OUTAGE: MAJOR,
}
IMPACT_OF_SEVERITY = {"sev1": CRITICAL, "sev2": MAJOR, "sev3": MINOR, "sev4": NONE}
DESCRIPTIONS = {
    NONE: "All systems operational",
    MAINTENANCE: "Maintenance under way",
    MINOR: "Minor disruption",
    MAJOR: "Major disruption",
    CRITICAL: "Severe outage",
}
INDICATOR_TONES = {NONE: "good", MAINTENANCE: "none", MINOR: "watch", MAJOR: "bad", CRITICAL: "bad"}


def component_state(measured: Collection[str], *, is_maintained: bool, effects: Iterable[str]) -> str:
    """The worse of what is measured (the states of the checks) and what open incidents say (their effects).

    During maintenance what is measured was planned; an incident counts nevertheless.
    """
    said = [_EFFECTS[effect] for effect in effects if effect in _EFFECTS]
    return max([MAINTAINED if is_maintained else _measured(measured), *said], key=_GRAVITY.index)


def _measured(states: Collection[str]) -> str:
    told = [state for state in states if state != "paused"]
    if not told:
        return UNKNOWN
    if "down" in told:
        return OUTAGE if all(state == "down" for state in told) else PARTIAL
    if "degraded" in told:
        return DEGRADED
    return OPERATIONAL if all(state == "up" for state in told) else UNKNOWN


def overall_indicator(components: Sequence[str], impacts: Iterable[str]) -> str:
    """The worst of all components and open incidents; critical where every component is out."""
    found = [_OF_COMPONENT[state] for state in components] + list(impacts)
    if components and all(state == OUTAGE for state in components):
        found.append(CRITICAL)
    return max(found, key=_INDICATORS.index, default=NONE)
