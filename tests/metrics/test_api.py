from datetime import date, datetime

import pytest

from metrics.models import Target
from tests.api_client import BASE, problem, role_client
from tests.factories import NOW, MetricFactory, MetricVersionFactory, PeriodValueFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def tool():
    return role_client("tool_metrics")


@pytest.fixture
def version():
    found = MetricVersionFactory(metric__key="calls", metric__unit="h", number=3, kind="mean")
    values = [(date(2026, 1, 1), 5.5, 10, None), (date(2026, 3, 1), 4.0, 2, NOW)]
    for start, value, n, restated_at in values:
        PeriodValueFactory(version=found, grain="month", start=start, value=value, n=n, restated_at=restated_at)
    PeriodValueFactory(version=found, grain="all", start=date(1970, 1, 1), value=5.25, n=12)
    return found


def ask(client, **question):
    return client.get(f"{BASE}/metrics/calls/values/", question)


def test_every_value_says_what_it_is(tool, version):
    body = ask(tool, grain="month", start="2026-01-10", end="2026-03-05").json()

    assert (body["metric"], body["grain"], body["unit"], body["version"]) == ("calls", "month", "h", 3)
    first, hole, last = body["results"]
    assert {**first, "as_of": None} == {
        "start": "2026-01-01",
        "end": "2026-02-01",
        "value": 5.5,
        "unit": "h",
        "n": 10,
        "low": None,
        "high": None,
        "version": 3,
        "as_of": None,
        "computed_at": "2026-03-02T12:00:00Z",
        "complete": True,
        "restated": False,
    }
    assert (hole["value"], hole["n"], hole["computed_at"]) == (None, 0, None)
    assert (last["value"], last["restated"]) == (4.0, True)
    assert datetime.fromisoformat(body["as_of"]).tzinfo is not None


def test_whole_history_is_one_value(tool, version):
    results = ask(tool, grain="all").json()["results"]

    assert [(row["value"], row["n"], row["end"], row["complete"]) for row in results] == [(5.25, 12, None, False)]


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ({"grain": "era"}, "grain"),
        ({"start": "2026-02-30"}, "start"),
        ({"start": "2026-03-01", "end": "2026-01-01"}, "start"),
        ({"grain": "day", "start": "2015-01-01"}, "start"),
        ({"start": "1900-01-01"}, "start"),
        ({"from": "2026-01-01"}, "from"),
    ],
)
def test_question_that_makes_no_sense_is_400(tool, version, question, field):
    response = ask(tool, **question)

    assert response.status_code == 400
    assert [error["field"] for error in problem(response)["errors"]] == [field]


def test_unknown_and_draft_metrics_have_no_values(tool):
    MetricFactory(key="calls", status="draft")

    assert ask(tool).status_code == 404
    assert tool.get(f"{BASE}/metrics/nothing/").status_code == 404


def test_metric_is_described_and_changed_by_those_who_may(tool, version):
    url = f"{BASE}/metrics/calls/"
    read = tool.get(url)
    refused = tool.patch(url, {"name": "B"})
    changed = role_client("operations").patch(url, {"name": "B"}, HTTP_IF_MATCH=read["ETag"])
    fixed = role_client("operations").patch(url, {"unit": "min"})

    assert (read.json()["definition_number"], read["ETag"]) == (3, '"1"')
    assert (refused.status_code, changed.status_code, fixed.status_code) == (403, 200, 400)
    assert changed.json()["version"] == 2


def test_target_is_appended_and_supersedes(version):
    client = role_client("coo")
    body = {
        "metric": version.metric_id,
        "shape": "linear",
        "baseline_value": 32,
        "target_value": 8,
        "start_on": "2026-01-01",
        "due_on": "2026-06-30",
    }

    first = client.post(f"{BASE}/targets/", body)
    second = client.post(f"{BASE}/targets/", {**body, "target_value": 6})
    changed = client.patch(f"{BASE}/targets/{first.json()['id']}/", {"target_value": 7})

    assert (first.status_code, first.json()["set_by"], first.json()["supersedes"]) == (201, client.user.pk, None)
    assert second.json()["supersedes"] == first.json()["id"]
    assert changed.status_code == 405
    assert Target.objects.filter(metric=version.metric).count() == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"baseline_value": None}, "baseline_value"),
        ({"due_on": "2025-01-01"}, "due_on"),
        ({"segment": "city=Berlin"}, "segment"),
        ({"set_by": 1}, "set_by"),
    ],
)
def test_target_that_is_incomplete_is_refused(version, change, field):
    body = {"metric": version.metric_id, "baseline_value": 32, "target_value": 8, "start_on": "2026-01-01"}

    response = role_client("coo").post(f"{BASE}/targets/", {**body, "due_on": "2026-06-30", **change})

    assert response.status_code == 400
    assert field in [error["field"] for error in problem(response)["errors"]]
