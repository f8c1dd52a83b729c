import json

import pytest

from foundation.fetching.transport import FetchReason, Response, TransportError
from partnerships.probes.slack_status import PROBE as SLACK
from partnerships.probes.statuspage import PROBE as STATUSPAGE


def answer(body: bytes, status: int = 200) -> Response:
    return Response(status=status, headers={}, body=body, latency_us=1, final_url="", peer_address="")


def read(probe, document, **config) -> tuple[str, str]:
    assert probe.validate(config) == []
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    found = probe.evaluate(answer(body), config)
    return str(found.outcome), found.reason


def recorded(shared_data, name: str) -> bytes:
    return shared_data(f"status/{name}").read_bytes()


def test_github_calm(shared_data):
    assert read(STATUSPAGE, recorded(shared_data, "github_status_2023-02-03_ok.json")) == ("ok", "")
    assert read(STATUSPAGE, recorded(shared_data, "github_unresolved_2023-05-30_empty.json")) == ("ok", "")


@pytest.mark.parametrize(
    ("components", "expected"),
    [
        ([], ("fail", "vendor_major")),
        (["Git Operations"], ("fail", "vendor_outage")),
        (["brv1bkgrwx7q"], ("fail", "vendor_outage")),
        (["  webhooks "], ("fail", "vendor_outage")),
        (["GitHub Actions"], ("degraded", "vendor_partial_outage")),
        (["GitHub Pages"], ("ok", "")),  # the page's rollup says major, our component is well
        (["Other", "GitHub Pages"], ("ok", "")),
        (["GitHub Pages", "GitHub Actions"], ("degraded", "vendor_partial_outage")),
        (["GitHub Copilot"], ("error", "component_missing")),
    ],
)
def test_github_major_outage(shared_data, components, expected):
    document = recorded(shared_data, "github_summary_2020-04-02_major_outage.json")

    assert read(STATUSPAGE, document, components=components) == expected


@pytest.mark.parametrize(
    ("name", "services", "expected"),
    [
        ("slack_current_ok_docs.json", [], ("ok", "")),
        ("slack_current_ok_docs.json", ["Apps/Integrations/APIs"], ("ok", "")),
        ("slack_current_active_docs.json", [], ("degraded", "vendor_incident")),
        ("slack_current_active_docs.json", ["apps/integrations/apis"], ("degraded", "vendor_incident")),
        ("slack_current_active_docs.json", ["Calls"], ("ok", "")),
    ],
)
def test_slack(shared_data, name, services, expected):
    assert read(SLACK, recorded(shared_data, name), services=services) == expected


def page(indicator="none", components=(), incidents=()):
    return {"status": {"indicator": indicator}, "components": list(components), "incidents": list(incidents)}


def component(status: str, name: str = "API") -> dict:
    return {"id": "c1", "name": name, "status": status}


@pytest.mark.parametrize("word", ["wonderful", "", None, 7, ["none"]])
def test_an_unknown_word_is_never_operational(word):
    assert read(STATUSPAGE, page(indicator=word)) == ("error", "unknown_word")
    assert read(STATUSPAGE, page(components=[component(word)]), components=["API"]) == ("error", "unknown_word")
    assert read(SLACK, {"status": word, "active_incidents": []}) == ("error", "unknown_word")


def test_an_unknown_word_leaves_a_warning():
    found = STATUSPAGE.evaluate(answer(json.dumps(page("fine")).encode()), {})

    assert found.warnings == ("indicator: 'fine' is not a known word",)


def test_known_trouble_outweighs_an_unknown_word():
    document = page(components=[component("odd", "A"), component("major_outage", "B")])
    found = STATUSPAGE.evaluate(answer(json.dumps(document).encode()), {"components": ["A", "B"]})

    assert (str(found.outcome), found.reason, len(found.warnings)) == ("fail", "vendor_outage", 1)


@pytest.mark.parametrize(
    ("incident", "expected"),
    [
        ({"impact": "major", "status": "investigating", "components": []}, ("degraded", "suspected")),
        ({"impact": "critical", "status": "identified"}, ("degraded", "suspected")),
        ({"impact": "minor", "status": "investigating", "components": []}, ("ok", "")),
        ({"impact": "major", "status": "resolved", "components": []}, ("ok", "")),
        ({"impact": "major", "status": "investigating", "components": [{"id": "other"}]}, ("ok", "")),
    ],
)
def test_a_grave_incident_that_names_no_component_makes_ours_suspected(incident, expected):
    assert read(STATUSPAGE, page("major", [component("operational")], [incident]), components=["API"]) == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("operational", ("ok", "")),
        ("degraded_performance", ("degraded", "vendor_degraded")),
        ("under_maintenance", ("degraded", "maintenance")),
    ],
)
def test_component_words(word, expected):
    assert read(STATUSPAGE, page(components=[component(word)]), components=["API"]) == expected


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("outage", ("fail", "vendor_outage")),
        ("notice", ("ok", "")),
        ("maintenance", ("degraded", "maintenance")),
        ("rumour", ("error", "unknown_word")),
    ],
)
def test_slack_incident_types(kind, expected):
    incident = {"type": kind, "status": "active", "services": ["Calls"]}

    assert read(SLACK, {"status": "active", "active_incidents": [incident]}, services=["Calls"]) == expected


def test_slack_incidents_that_name_nothing_or_are_over():
    def slack(incident, **config):
        return read(SLACK, {"status": "active", "active_incidents": [incident]}, **config)

    assert slack({"type": "outage", "status": "active", "services": []}, services=["Calls"]) == (
        "degraded",
        "suspected",
    )
    assert slack({"type": "outage", "status": "resolved", "services": []}) == ("ok", "")
    assert slack({"type": "outage", "status": "perhaps", "services": []}) == ("error", "unknown_word")
    assert read(SLACK, {"status": "active", "active_incidents": []}) == ("degraded", "suspected")
    assert read(SLACK, {"status": "ok"}) == ("error", "feed_unreadable")


@pytest.mark.parametrize("probe", [STATUSPAGE, SLACK])
def test_a_feed_that_cannot_be_fetched_or_read_is_unknown_not_down(probe):
    gone = probe.explain(TransportError(FetchReason.TIMEOUT))
    moved = probe.evaluate(answer(b"", 503), {})
    limited = probe.evaluate(answer(b"", 429), {})

    assert [str(found.outcome) for found in (gone, moved, limited)] == ["error"] * 3
    assert read(probe, b"<html>") == ("error", "feed_unreadable")
    assert read(probe, b"[]") == ("error", "feed_unreadable")


def test_a_statuspage_without_status_or_incidents_is_unreadable():
    assert read(STATUSPAGE, {"page": {}}) == ("error", "feed_unreadable")
    assert read(STATUSPAGE, {"incidents": [{"impact": "critical", "status": "investigating"}]}) == (
        "fail",
        "vendor_critical",
    )


@pytest.mark.parametrize("probe", [STATUSPAGE, SLACK])
def test_feed_configuration_is_checked(probe):
    field = "components" if probe is STATUSPAGE else "services"

    assert [name for name, _ in probe.validate({field: "API"})] == [field]
    assert [name for name, _ in probe.validate({field: [""]})] == [field]
    assert [name for name, _ in probe.validate({"other": 1})] == ["other"]
