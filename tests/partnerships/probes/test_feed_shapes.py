"""Feeds whose shape changes: whatever is renamed, wrapped, emptied or retyped, the vendor is never made up or down by it."""

import json

import pytest

from partnerships.probes.aws_health import PROBE as AWS
from partnerships.probes.google_cloud import PROBE as GOOGLE
from partnerships.probes.slack_status import PROBE as SLACK
from partnerships.probes.statuspage import PROBE as STATUSPAGE
from tests.partnerships.probes.test_vendor_feeds import answer

RECORDED = [
    (STATUSPAGE, "github_status_2023-02-03_ok.json", {}),
    (STATUSPAGE, "github_unresolved_2023-05-30_empty.json", {}),
    (STATUSPAGE, "github_summary_2020-04-02_major_outage.json", {}),
    (STATUSPAGE, "github_summary_2020-04-02_major_outage.json", {"components": ["Git Operations"]}),
    (STATUSPAGE, "github_summary_2020-04-02_major_outage.json", {"components": ["GitHub Pages"]}),
    (SLACK, "slack_current_ok_docs.json", {}),
    (SLACK, "slack_current_active_docs.json", {}),
    (SLACK, "slack_current_active_docs.json", {"services": ["Apps/Integrations/APIs"]}),
    (SLACK, "slack_current_active_docs.json", {"services": ["Calls"]}),
    (GOOGLE, "gcp_incidents_2021H2.json", {}),
    (GOOGLE, "gcp_incidents_2021H2.json", {"products": ["Google BigQuery"]}),
    # the same with their newest incident open again, as they stood that day
    (GOOGLE, "gcp_incidents_2021H2.json open", {}),
    (GOOGLE, "gcp_incidents_2021H2.json open", {"products": ["Google BigQuery"]}),
    (GOOGLE, "gcp_incidents_2021H2.json open", {"products": ["Cloud Run"]}),
    (AWS, "aws_health_archive_2022-07.json", {}),
    (AWS, "aws_health_archive_2022-07.json", {"services": ["ec2-us-east-2"]}),
    # the same with its newest event still going on
    (AWS, "aws_health_archive_2022-07.json current", {}),
    (AWS, "aws_health_archive_2022-07.json current", {"services": ["no such service"]}),
    # all components are well, and a grave incident names none
    (STATUSPAGE, "github_summary_2020-04-02_major_outage.json unnamed", {"components": ["Git Operations"]}),
]
CHANGES = {
    "renamed": lambda key, value: {f"{key}_v2": value},
    "left out": lambda key, value: {},
    "wrapped in an object": lambda key, value: {key: {"value": value}},
    "wrapped in a list": lambda key, value: {key: [value]},
    "a number": lambda key, value: {key: 7},
    "another word": lambda key, value: {key: "operativ"},
}


def recorded(shared_data, name: str):
    """A recorded document; a second word in the name says what was done to it."""
    name, _, then = name.partition(" ")
    document = json.loads(shared_data(f"status/{name}").read_bytes())
    if then == "open":
        document[0] |= {"end": None, "most_recent_update": document[0]["updates"][-1]}
    if then == "current":
        newest = document["archive"].pop()
        document["current"] = [newest | {"summary": newest["summary"].removeprefix("[RESOLVED]"), "status": "3"}]
    if then == "unnamed":
        document["components"] = [one | {"status": "operational"} for one in document["components"]]
        document["incidents"] = [one | {"impact": "critical", "components": []} for one in document["incidents"][:1]]
        assert document["incidents"]
    return document


def keys_of(document) -> set[str]:
    if isinstance(document, dict):
        return set(document).union(*(keys_of(value) for value in document.values()))
    return set().union(*map(keys_of, document)) if isinstance(document, list) else set()


def changed(document, key: str, change):
    """The document with every member of this name changed, wherever it stands."""
    if isinstance(document, list):
        return [changed(one, key, change) for one in document]
    if not isinstance(document, dict):
        return document
    found: dict = {}
    for name, value in document.items():
        inner = changed(value, key, change)
        found |= change(name, inner) if name == key else {name: inner}
    return found


def said(probe, document, config):
    found = probe.evaluate(answer(json.dumps(document).encode()), config)
    return found, (str(found.outcome), found.reason)


def test_a_calm_feed_is_up_and_a_troubled_one_is_not(shared_data):
    """What the changes below start from: without trouble in the recordings they would prove little."""
    outcomes = {said(probe, recorded(shared_data, name), config)[1] for probe, name, config in RECORDED}

    assert outcomes == {
        ("ok", ""),
        ("degraded", "suspected"),
        ("degraded", "vendor_incident"),
        ("fail", "vendor_major"),
        ("fail", "vendor_outage"),
    }


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize(("probe", "name", "config"), RECORDED)
def test_a_changed_shape_is_unknown_with_a_warning_or_changes_nothing(shared_data, probe, name, config, change):
    document = recorded(shared_data, name)
    _, before = said(probe, document, config)

    # a product of another name is another product, not another shape
    names = {GOOGLE: {"title"}, AWS: {"service", "service_name"}}
    kept = names.get(probe, set()) if change == "another word" else set()
    for key in sorted(keys_of(document) - kept):
        found, after = said(probe, changed(document, key, CHANGES[change]), config)

        is_unknown = str(found.outcome) == "error" and found.warnings
        assert after == before or is_unknown, f"{key} {change}: {before} became {after}"


@pytest.mark.parametrize("junk", [[], {}, [[]], ["incident"], "up", None, 7, True, {"incidents": ["x"]}, [7, {}]])
@pytest.mark.parametrize("probe", [STATUSPAGE, SLACK, GOOGLE, AWS])
def test_junk_is_unknown_with_a_warning(probe, junk):
    junk = [junk] if probe is GOOGLE and junk == [] else junk  # an empty array is a feed without incidents
    found, (outcome, reason) = said(probe, junk, {})

    assert (outcome, reason) in {("error", "feed_unreadable"), ("error", "unknown_word")}
    assert found.warnings
