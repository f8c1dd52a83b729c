"""The public words for every mix of states, against the rules spelled out one by one."""

from itertools import combinations_with_replacement

import pytest

from partnerships.status.words import component_state, overall_indicator

STATES = ("up", "degraded", "down", "unknown", "pending", "paused")


@pytest.mark.parametrize("measured", list(combinations_with_replacement(STATES, 2)), ids="-".join)
def test_what_is_measured(measured):
    told = {state for state in measured if state != "paused"}
    if not told:
        expected = "unknown"
    elif told == {"down"}:
        expected = "major_outage"
    elif "down" in told:
        expected = "partial_outage"
    elif "degraded" in told:
        expected = "degraded_performance"
    else:
        expected = "operational" if told == {"up"} else "unknown"

    assert component_state(measured, is_maintained=False, effects=[]) == expected
    assert component_state(measured, is_maintained=True, effects=[]) == "under_maintenance"


@pytest.mark.parametrize(
    ("measured", "effects", "expected"),
    [
        (["up"], ["down"], "major_outage"),
        (["up"], ["at_risk"], "operational"),
        (["up"], ["degraded", "at_risk"], "degraded_performance"),
        (["down"], ["degraded"], "major_outage"),
        ([], ["down"], "major_outage"),
        ([], [], "unknown"),
    ],
    ids=range(6),
)
def test_worse_of_measured_and_incidents(measured, effects, expected):
    assert component_state(measured, is_maintained=False, effects=effects) == expected


def test_incident_counts_during_maintenance():
    assert component_state(["down"], is_maintained=True, effects=["down"]) == "major_outage"


@pytest.mark.parametrize(
    ("components", "impacts", "expected"),
    [
        ([], [], "none"),
        (["operational", "operational"], [], "none"),
        (["operational"], ["none"], "none"),
        (["operational", "under_maintenance"], [], "maintenance"),
        (["operational", "unknown"], [], "minor"),
        (["operational", "degraded_performance"], [], "minor"),
        (["operational", "partial_outage"], [], "minor"),
        (["operational", "major_outage"], [], "major"),
        (["major_outage", "major_outage"], [], "critical"),
        (["operational"], ["critical"], "critical"),
        (["major_outage", "operational"], ["minor"], "major"),
        (["under_maintenance"], ["minor"], "minor"),
    ],
    ids=range(12),
)
def test_overall(components, impacts, expected):
    assert overall_indicator(components, impacts) == expected
