import json
import math

import pytest

from foundation.fetching.transport import MIB, Response
from partnerships.probes.google_cloud import PROBE
from tests.partnerships.probes.test_vendor_feeds import answer, read

RECORDED = "status/gcp_incidents_2021H2.json"


def test_the_recorded_half_year_is_over(shared_data):
    body = shared_data(RECORDED).read_bytes()

    assert read(PROBE, body) == ("ok", "")
    assert read(PROBE, body, products=["Google BigQuery"]) == ("ok", "")


def test_each_recorded_incident_was_told_while_it_was_open(shared_data):
    """The feed as it stood at each incident's first update, by the impact that the answers count."""
    document = json.loads(shared_data(RECORDED).read_bytes())
    answers = json.loads(shared_data("status/cloud_answers.json").read_bytes())["gcp"]
    told: dict[tuple[str, str], int] = {}
    for number, one in enumerate(document):
        first = one["updates"][-1] | {"status": one["status_impact"]}
        then = [{**one, "end": None, "most_recent_update": first}, *document[number + 1 :]]
        product = one["affected_products"][0]

        found = read(PROBE, then)

        assert read(PROBE, then, products=[product["title"]]) == read(PROBE, then, products=[product["id"]]) == found
        assert read(PROBE, then, products=["Something else"]) == ("ok", "")
        told[found] = told.get(found, 0) + 1

    assert told == {
        ("degraded", "vendor_incident"): answers["by_impact"]["SERVICE_DISRUPTION"],
        ("fail", "vendor_outage"): answers["by_impact"]["SERVICE_OUTAGE"],
    }


def incident(**fields) -> dict:
    return {
        "begin": "2026-03-01T10:00:00+00:00",
        "status_impact": "SERVICE_OUTAGE",
        "external_desc": "Queries fail",
        "affected_products": [{"title": "Google BigQuery", "id": "bq"}],
        "most_recent_update": {"status": "SERVICE_OUTAGE"},
    } | fields


@pytest.mark.parametrize(
    ("fields", "config", "expected"),
    [
        ({}, {}, ("fail", "vendor_outage")),
        ({"end": None}, {}, ("fail", "vendor_outage")),
        ({"end": "2026-03-01T11:00:00+00:00"}, {}, ("ok", "")),
        ({"end": ""}, {}, ("error", "feed_unreadable")),
        ({"end": 5}, {}, ("error", "feed_unreadable")),
        ({}, {"products": [" google bigquery "]}, ("fail", "vendor_outage")),
        ({}, {"products": ["BQ"]}, ("fail", "vendor_outage")),
        ({}, {"products": ["Cloud Run"]}, ("ok", "")),
        ({"affected_products": []}, {"products": ["Cloud Run"]}, ("degraded", "suspected")),
        ({"affected_products": []}, {}, ("fail", "vendor_outage")),
        ({"affected_products": None}, {}, ("error", "feed_unreadable")),
        ({"affected_products": [{"title": "Cloud Run"}]}, {}, ("error", "feed_unreadable")),
        ({"status_impact": "SERVICE_DISRUPTION"}, {}, ("degraded", "vendor_incident")),
        ({"status_impact": "SERVICE_INFORMATION"}, {}, ("ok", "")),
        ({"status_impact": "SERVICE_ODDITY"}, {}, ("error", "unknown_word")),
        ({"status_impact": None}, {}, ("error", "unknown_word")),
        ({"most_recent_update": {"status": "AVAILABLE"}}, {}, ("error", "feed_unreadable")),
        ({"most_recent_update": None}, {}, ("error", "feed_unreadable")),
        ({"begin": None}, {}, ("error", "feed_unreadable")),
    ],
)
def test_an_open_incident(fields, config, expected):
    assert read(PROBE, [incident(**fields)], **config) == expected


def test_the_gravest_open_incident_is_named():
    document = [incident(status_impact="SERVICE_DISRUPTION", external_desc="Slow"), incident()]

    found = PROBE.evaluate(answer(json.dumps(document).encode()), {})

    assert found.detail == "Queries fail"


def cut(document, size: int = MIB) -> Response:
    body = json.dumps(document).encode()
    return Response(
        status=200,
        headers={},
        body=body[:size],
        latency_us=1,
        final_url="",
        peer_address="",
        is_truncated=len(body) > size,
    )


def test_a_feed_larger_than_we_read_is_read_as_far_as_it_goes(shared_data):
    document = json.loads(shared_data(RECORDED).read_bytes())
    years = document * math.ceil(3 * MIB / len(json.dumps(document)))
    years = sorted(years, key=lambda one: one["begin"], reverse=True)
    last = years[0] | {"end": None, "most_recent_update": years[0]["updates"][-1]}

    calm, troubled = cut(years), cut([last, *years])

    assert calm.is_truncated and troubled.is_truncated
    assert str(PROBE.evaluate(calm, {}).outcome) == "ok"
    assert PROBE.evaluate(troubled, {}).reason == "vendor_incident"


@pytest.mark.parametrize("size", [1, 2, 50, 300, 301, 302, 303, 500, 700])
def test_it_may_be_cut_anywhere(size):
    document = [incident(end="2026-03-01T11:00:00+00:00", external_desc="größer")] * 3

    assert str(PROBE.evaluate(cut(document, size), {}).outcome) == "ok"


def test_a_cut_feed_that_is_not_sorted_may_hide_an_open_incident():
    ended = {"end": "2026-03-02T00:00:00+00:00"}
    document = [incident(begin="2026-01-01", **ended), incident(begin="2026-02-01", **ended), incident()]

    found = PROBE.evaluate(cut(document, len(json.dumps(document)) - 20), {})

    assert (str(found.outcome), found.reason) == ("error", "feed_unreadable")


@pytest.mark.parametrize("body", [b"{", b'{"a": 1}', b"", b"[NaN, 1", b"[" * 100_000])
def test_a_cut_answer_that_is_no_array_of_objects_is_unreadable(body):
    response = Response(
        status=200, headers={}, body=body, latency_us=1, final_url="", peer_address="", is_truncated=True
    )

    assert PROBE.evaluate(response, {}).reason == "feed_unreadable"


def test_the_settings_are_checked():
    assert [name for name, _ in PROBE.validate({"products": "BigQuery", "components": []})] == [
        "components",
        "products",
    ]
    assert PROBE.build_request("https://x.example/", {}, timeout_seconds=3, is_fresh=True).truncates_body
