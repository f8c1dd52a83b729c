import pytest

from partnerships.models import HealthCheck, Integration, TierPeriod
from tests.api_client import BASE, problem, role_client
from tests.factories import HealthCheckFactory, IntegrationFactory, PartnerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def tool():
    return role_client("tool_partnerships")


def test_integration_begins_experimental_and_changes_tier_with_history(tool):
    made = tool.post(f"{BASE}/integrations/", {"partner": PartnerFactory().pk, "name": "Board", "slug": "board"})
    url = f"{BASE}/integrations/{made.json()['id']}/tier-changes/"

    changed = tool.post(url, {"tier": "production", "reason": "Ready"})
    again = tool.post(url, {"tier": "production"})

    assert (made.status_code, made.json()["tier"]) == (201, "experimental")
    assert (changed.status_code, changed.json()["changed_by"], changed.json()["ended_at"]) == (201, tool.user.pk, None)
    assert (again.status_code, [e["field"] for e in problem(again)["errors"]]) == (400, ["tier"])
    periods = TierPeriod.objects.order_by("started_at").values_list("tier", "ended_at")
    assert list(periods) == [("experimental", TierPeriod.objects.latest("started_at").started_at), ("production", None)]
    assert Integration.objects.get().version == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"url": "http://169.254.169.254/latest"}, "url"),
        ({"url": "ftp://example.com/"}, "url"),
        ({"url": "https://user:pw@example.com/"}, "url"),
        ({"config": {"asertions": []}}, "config"),
        ({"config": []}, "config"),
        ({"kind": "smoke"}, "kind"),
        ({"kind": "tcp"}, "url"),
        ({"kind": "tls", "url": "tls://example.com", "config": {"warn_days": -1}}, "config"),
        ({"kind": "heartbeat"}, "url"),
        ({"url": ""}, "url"),
        ({"kind": "syndication"}, "counts_for_uptime"),
        ({"kind": "statuspage"}, "counts_for_uptime"),
        ({"interval_seconds": 4}, "interval_seconds"),
    ],
)
def test_check_that_could_not_be_probed_is_refused(tool, change, field):
    body = {"integration": IntegrationFactory().pk, "name": "A", "url": "https://example.com/", **change}

    response = tool.post(f"{BASE}/health-checks/", body)

    assert response.status_code == 400
    assert [error["field"] for error in problem(response)["errors"]] == [field]


@pytest.mark.parametrize(
    "what",
    [
        {"kind": "tcp", "url": "tcp://example.com:443"},
        {"kind": "tls", "url": "tls://example.com", "config": {"warn_days": 30}},
        {"kind": "heartbeat", "config": {"every_seconds": 60}},
        {"kind": "heartbeat", "url": ""},
        {"kind": "google_cloud", "url": "https://example.com/incidents.json", "counts_for_uptime": False},
        {"kind": "syndication", "url": "https://example.com/feed", "counts_for_uptime": False},
    ],
)
def test_check_of_each_kind_is_made(tool, what):
    made = tool.post(f"{BASE}/health-checks/", {"integration": IntegrationFactory().pk, "name": "A", **what})

    assert made.status_code == 201, made.json()
    assert {name: made.json()[name] for name in what} == what


def test_check_is_made_and_changed(tool):
    body = {"integration": IntegrationFactory().pk, "name": "A", "url": "https://example.com/"}

    made = tool.post(f"{BASE}/health-checks/", body)
    changed = tool.patch(f"{BASE}/health-checks/{made.json()['id']}/", {"interval_seconds": 120})

    assert (made.status_code, made.json()["state"], made.json()["config"]) == (201, "pending", {})
    assert (changed.status_code, changed["ETag"]) == (200, '"2"')


def test_check_is_paused_and_resumed_and_not_polled_meanwhile(tool):
    url = f"{BASE}/health-checks/{HealthCheckFactory().pk}/"

    paused = tool.post(f"{url}pauses/")
    polled = tool.post(f"{url}polls/")
    resumed = tool.post(f"{url}resumptions/")

    assert (paused.status_code, paused.json()["state"], paused.json()["is_paused"]) == (201, "paused", True)
    assert (polled.status_code, problem(polled)["code"]) == (409, "paused")
    assert (resumed.status_code, resumed.json()["is_paused"]) == (201, False)


def test_derived_columns_cannot_be_written(tool):
    check = HealthCheckFactory()

    response = tool.patch(f"{BASE}/health-checks/{check.pk}/", {"state": "up"})

    assert response.status_code == 400
    assert HealthCheck.objects.get().state == "pending"


def test_profile_gets_new_versions_and_no_changes():
    client = role_client("operations")
    made = client.post(f"{BASE}/accounting-profiles/", {"name": "Strict", "version": 1, "degraded_weight": 0.5})

    changed = client.patch(f"{BASE}/accounting-profiles/{made.json()['id']}/", {"unknown": "down"})

    assert (made.status_code, made.json()["degraded_weight"]) == (201, 0.5)
    assert changed.status_code == 405
