"""What the pages of experiments say, and what the API refuses."""

from datetime import timedelta

import pytest

from metrics.models import Funnel, ProductEvent
from metrics.selectors.funnels import get_passages
from metrics.services.ingestion import record_exposures
from tests.api_client import BASE, problem, role_client
from tests.factories import NOW, FunnelFactory, ProductEventFactory, RunningExperimentFactory, UserFactory

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def running():
    return RunningExperimentFactory(key="form")


@pytest.fixture
def coo(client):
    client.force_login(UserFactory(groups=["coo"]))
    return client


def expose(experiment, **arms):
    rows = [
        {"unit": f"{arm}{i}", "arm": arm, "at": experiment.started_at, "key": f"{arm}{i}"}
        for arm, n in arms.items()
        for i in range(n)
    ]
    record_exposures(experiment=experiment, rows=rows, at=NOW)


def test_alarm_hides_the_result(coo, running):
    expose(running, control=300, short=200)

    page = coo.get("/experiments/form/").content.decode()

    assert "Sample ratio alarm" in page
    assert "cannot be compared" in page
    assert "Difference from control" not in page
    assert coo.get("/experiments/form.csv").getvalue().decode().splitlines()[1].endswith(",,,,")


def test_forms_end_and_decide_and_say_what_is_refused(coo, running):
    expose(running, control=60, short=60)
    url = "/experiments/form/act/"

    refused = coo.post(url, {"action": "decide", "verdict": "validated", "note": "x"}, follow=True)
    coo.post(url, {"action": "end"})
    coo.post(url, {"action": "decide", "verdict": "inconclusive", "note": "Too few."})
    running.refresh_from_db()

    assert "cannot become" in refused.content.decode()
    assert (running.verdict, running.result["is_final"]) == ("inconclusive", True)
    assert "Inconclusive" in coo.get("/experiments/").content.decode()


def test_tool_assigns_feeds_and_is_told_the_row(running):
    tool = role_client("tool_metrics")
    url = f"{BASE}/experiments/form"
    row = {"unit": "u", "at": "2026-03-01T09:00:00Z", "key": "k"}

    first, again = (tool.post(f"{url}/assignments/", {"unit": "u"}).json() for _ in range(2))
    taken = [tool.post(f"{url}/exposures/", {"exposures": [row]}).json() for _ in range(2)]
    other = tool.post(f"{url}/exposures/", {"exposures": [row, {**row, "at": "2026-03-01T10:00:00Z"}]})
    wrong = tool.post(f"{url}/outcomes/", {"outcomes": [{**row, "name": ""}]})
    many = tool.post(f"{BASE}/product-events/", {"events": [{**row, "name": "n"}] * 1001})

    assert first == again
    assert taken == [{"stored": 1, "known": 0}, {"stored": 0, "known": 1}]
    assert (other.status_code, "exposures.1" in problem(other)["detail"]) == (409, True)
    assert [error["field"] for error in problem(wrong)["errors"]] == ["outcomes.0.name"]
    assert many.status_code == 400
    assert tool.post(f"{url}/start/").status_code == 403


def test_funnel_follows_the_steps_within_the_window():
    ways = {
        "through": [("a", 0), ("b", 1), ("c", 3)],
        "backwards": [("b", 0), ("a", 1), ("c", 2), ("b", 4)],
        "late": [("a", 0), ("b", 100)],
        "never": [("b", 0)],
    }
    for unit, events in ways.items():
        for name, hour in events:
            ProductEventFactory(unit=unit, name=name, happened_at=NOW + hour * HOUR)
    funnel = FunnelFactory(steps=["a", "b", "c"], window_seconds=86_400)

    (found,) = get_passages(funnel, start=None, end=None, at=NOW + 200 * HOUR)

    assert (found.n, found.completed, found.waiting) == (3, 1, 0)
    assert [(step.n, step.dropped) for step in found.steps] == [(3, 0), (2, 1), (1, 1)]
    assert (found.median_seconds, found.estimated_median_seconds) == (3 * 3600, None)
    assert (Funnel.objects.count(), ProductEvent.objects.count()) == (1, 10)


def test_funnel_answers_by_variant_over_the_api(running):
    expose(running, control=2, short=1)
    for unit in ("control0", "control1", "short0", "elsewhere"):
        ProductEventFactory(unit=unit, happened_at=NOW)
    FunnelFactory(key="activation", experiment=running)
    tool = role_client("executive")

    whole = tool.get(f"{BASE}/funnels/activation/").json()["passages"]
    parts = tool.get(f"{BASE}/funnels/activation/", {"by": "variant", "from": "2026-03-01T00:00:00Z"}).json()[
        "passages"
    ]

    assert [one["n"] for one in whole] == [4]
    assert [(one["arm"], one["n"]) for one in parts] == [("control", 2), ("short", 1)]
    assert tool.get(f"{BASE}/funnels/activation/", {"by": "colour"}).status_code == 400
