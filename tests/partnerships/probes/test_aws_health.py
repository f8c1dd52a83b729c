import json

import pytest

from partnerships.probes.aws_health import PROBE as AWS
from tests.partnerships.probes.test_vendor_feeds import answer, read

ARCHIVE = "status/aws_health_archive_2022-07.json"


def event(status="2", **fields):
    return {
        "service_name": "Amazon Elastic Compute Cloud (Ohio)",
        "summary": "Increased API Error Rates",
        "date": "1624993969",
        "status": status,
        "details": "",
        "description": "<div>We are investigating.</div>",
        "service": "ec2-us-east-2",
    } | fields


def page(*events, archive=()):
    return {"archive": list(archive), "current": list(events)}


def test_the_recorded_archive_is_calm(shared_data):
    answers = json.loads(shared_data("status/cloud_answers.json").read_text())["aws"]
    document = json.loads(shared_data(ARCHIVE).read_text())

    assert read(AWS, document) == ("ok", "")
    assert len(document["archive"]) == answers["n"]


def test_each_recorded_event_says_when_it_was_open_what_its_status_means(shared_data):
    """One by one as current events, as they stood before they were resolved."""
    answers = json.loads(shared_data("status/cloud_answers.json").read_text())["aws"]
    expected = {"1": ("degraded", "suspected"), "2": ("degraded", "vendor_degraded"), "3": ("fail", "vendor_outage")}

    counts = dict.fromkeys(expected, 0)
    for one in json.loads(shared_data(ARCHIVE).read_text())["archive"]:
        then = one | {"summary": one["summary"].removeprefix("[RESOLVED]").strip()}
        assert read(AWS, page(then)) == expected[one["status"]]
        assert read(AWS, page(then), services=[one["service"]]) == expected[one["status"]]
        assert read(AWS, page(then), services=[one["service_name"].upper()]) == expected[one["status"]]
        assert read(AWS, page(then), services=["another-service"]) == ("ok", "")
        counts[one["status"]] += 1
    assert counts == answers["by_status"]


def test_the_gravest_event_decides_and_is_told():
    found = AWS.evaluate(answer(json.dumps(page(event("1"), event("3"), event("2"))).encode()), {})

    assert (str(found.outcome), found.reason) == ("fail", "vendor_outage")
    assert found.detail == "Amazon Elastic Compute Cloud (Ohio): Increased API Error Rates"


def test_what_is_over_or_normal_is_no_trouble():
    assert read(AWS, page(event("3", summary="[RESOLVED] Increased API Error Rates"), event("0"))) == ("ok", "")


@pytest.mark.parametrize("status", ["4", "", "up", 3, None, ["3"]])
def test_a_status_that_is_not_known_is_unknown_with_a_warning(status):
    found = AWS.evaluate(answer(json.dumps(page(event(status))).encode()), {})

    assert (str(found.outcome), found.reason) == ("error", "unknown_word")
    assert found.warnings


@pytest.mark.parametrize(
    "document",
    [
        page(event(date="yesterday")),
        page(event(date=1624993969)),
        page(event(summary=None)),
        page(event(service="")),
        page(archive=[event("3")]),
        {"current": []},
        {"archive": []},
        {"archive": [], "current": {}},
    ],
)
def test_another_shape_is_unknown(document):
    services = ["ec2-us-east-2"] if document.get("current") else []

    assert read(AWS, document, services=services) == ("error", "feed_unreadable")


def test_settings_that_are_not_known_are_refused():
    assert AWS.validate({"services": ["ec2-us-east-2"]}) == []
    assert AWS.validate({"services": "ec2"}) == [("services", "Must be a list of names.")]
    assert AWS.validate({"regions": ["x"]}) == [("regions", "Unknown setting.")]
