"""What people and tools send is bounded, each refusal at its field."""

import pytest

from metrics.models import UnitOutcome
from tests.api_client import BASE, role_client
from tests.factories import MetricFactory, MetricVersionFactory, RunningExperimentFactory

pytestmark = pytest.mark.django_db


def refused(answer):
    return answer.status_code, [error["field"] for error in answer.json()["errors"]]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"target_value": 1e308}, "target_value"),
        ({"target_value": True}, "target_value"),
        ({"shape": "milestones", "milestones": [{"day": "2026-06-01", "value": False}]}, "milestones.0.value"),
        ({"baseline_value": -1e308}, "baseline_value"),
        ({"start_on": "0001-01-01"}, "start_on"),
        ({"due_on": "9999-12-31"}, "due_on"),
    ],
)
def test_a_target_stays_within_sense(body, field):
    whole = {
        "shape": "linear",
        "baseline_value": 1,
        "target_value": 2,
        "start_on": "2026-01-01",
        "due_on": "2027-01-01",
    }

    answer = role_client("coo").post(f"{BASE}/targets/", {"metric": MetricFactory().pk, **whole, **body}, format="json")

    assert refused(answer) == (400, [field])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"url": "javascript:alert(1)"}, "url"),
        ({"url": "//evil.example"}, "url"),
        ({"url": "data:text/html,x"}, "url"),
        ({"happened_on": "9999-12-31"}, "happened_on"),
    ],
)
def test_an_annotation_stays_within_sense(body, field):
    whole = {"happened_on": "2026-01-01", "text": "Rota starts", "url": "/metrics/"}

    answer = role_client("coo").post(f"{BASE}/annotations/", {**whole, **body}, format="json")

    assert refused(answer) == (400, [field])


def test_a_report_names_each_metric_once():
    key = MetricVersionFactory().metric.key
    body = {"kind": "scorecard", "params": {"metrics": [key, key]}, "as_of": "2026-01-01T00:00:00Z"}

    assert refused(role_client("coo").post(f"{BASE}/reports/", body, format="json")) == (400, ["params"])


@pytest.mark.parametrize(("name", "value"), [("unit", 7), ("name", True), ("key", 1.5)])
def test_fed_text_is_text(name, value):
    event = {"unit": "u1", "name": "signed_up", "at": "2026-01-01T00:00:00Z", "key": "k1", name: value}

    answer = role_client("tool_metrics").post(f"{BASE}/product-events/", {"events": [event]}, format="json")

    assert refused(answer) == (400, [f"events.0.{name}"])


@pytest.mark.parametrize("name", ["value", "denominator"])
@pytest.mark.parametrize("value", [True, False, "much", [1], {}, 1e16])
def test_fed_numbers_are_numbers(name, value):
    RunningExperimentFactory(key="form")
    right = {"unit": "u1", "name": "spent", "at": "2026-03-01T09:00:00Z", "key": "k1", "value": 2, "denominator": 1}
    wrong = {**right, "key": "k2", name: value}
    url, tool = f"{BASE}/experiments/form/outcomes/", role_client("tool_metrics")

    assert refused(tool.post(url, {"outcomes": [right, wrong]}, format="json")) == (400, [f"outcomes.1.{name}"])
    assert not UnitOutcome.objects.exists()
    assert tool.post(url, {"outcomes": [right]}, format="json").json() == {"stored": 1, "known": 0}


@pytest.mark.parametrize("value", [True, False])
def test_what_is_true_is_no_entered_value_and_no_expectation(value):
    coo, metric = role_client("coo"), MetricFactory().pk
    entry = {"metric": metric, "happened_on": "2026-05-04", "value": value, "evidence": "Books"}
    hypothesis = {"key": "rota", "because": "x", "metric": metric, "due_on": "2027-01-01", "expected_change": value}

    assert refused(coo.post(f"{BASE}/entered-values/", entry, format="json")) == (400, ["value"])
    answer = coo.post(f"{BASE}/hypotheses/", {**hypothesis, "owner": coo.user.pk}, format="json")
    assert refused(answer) == (400, ["expected_change"])


def test_what_a_product_event_says_of_itself_may_be_true():
    event = {"unit": "u1", "name": "signed_up", "at": "2026-01-01T00:00:00Z", "key": "k1", "properties": {"paid": True}}
    tool = role_client("tool_metrics")

    assert tool.post(f"{BASE}/product-events/", {"events": [event]}, format="json").json()["stored"] == 1
    wrong = {**event, "key": "k2", "at": True}
    assert refused(tool.post(f"{BASE}/product-events/", {"events": [wrong]}, format="json")) == (400, ["events.0.at"])
