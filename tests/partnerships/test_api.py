import pytest

from partnerships.models import HealthCheck, Integration, TierPeriod
from tests.api_client import BASE, problem, role_client
from tests.factories import HealthCheckFactory, IntegrationFactory, PartnerFactory, SLOFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def tool():
    return role_client("tool_partnerships")


def test_integration_begins_experimental_and_changes_tier_with_history(tool):
    made = tool.post(f"{BASE}/integrations/", {"partner": PartnerFactory().pk, "name": "Board", "slug": "board"})
    url = f"{BASE}/integrations/{made.json()['id']}/tier-changes/"

    changed = tool.post(url, {"tier": "production", "reason": "Ready", "override_reason": "The pilot customer asks"})
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
        ({"config": {"headers": {"X": "{secret:ASANA}"}}}, "config"),
        ({"config": {"headers": {"X": "{secret:../X}"}}}, "config"),
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


def test_a_secret_goes_to_its_hosts_and_no_other_address(tool, monkeypatch):
    monkeypatch.setenv("PROBE_HOSTS_ASANA", "example.com")
    body = {"integration": IntegrationFactory().pk, "name": "A", "url": "https://example.com/"}
    body["config"] = {"headers": {"Authorization": "Bearer {secret:ASANA}"}}

    made = tool.post(f"{BASE}/health-checks/", body)
    moved = tool.patch(f"{BASE}/health-checks/{made.json()['id']}/", {"url": "https://mine.example.net/"})

    assert (made.status_code, moved.status_code) == (201, 400)
    assert "does not name mine.example.net" in moved.text


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


def test_a_created_objective_ends_the_version_before(tool):
    row = SLOFactory()

    made = tool.post(f"{BASE}/slos/", {"integration": row.integration_id, "tier": "production", "target_ratio": 0.9995})

    row.refresh_from_db()
    assert (made.status_code, made.json()["number"], made.json()["target_ratio"]) == (201, 1 + row.number, 0.9995)
    assert row.ended_at is not None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("target_ratio", 1),
        ("target_ratio", "0.9"),
        ("target_ratio", True),
        ("window_days", 400),
        ("time_zone", "Nowhere"),
        ("tier", "gold"),
        ("status", "healthy"),
    ],
)
def test_an_objective_that_cannot_be_is_refused_by_field(tool, field, value):
    integration = IntegrationFactory()
    body = {"integration": integration.pk, "tier": "production", "target_ratio": 0.999, field: value}

    refused = tool.post(f"{BASE}/slos/", body)

    assert (refused.status_code, [e["field"] for e in problem(refused)["errors"]]) == (400, [field])


def test_an_impossible_rule_is_refused_with_an_offer(tool):
    rules = [{"severity": "page", "window_minutes": 60, "budget_percent": 2}]
    body = {"integration": IntegrationFactory().pk, "tier": "production", "target_ratio": 0.93, "rules": rules}

    refused = problem(tool.post(f"{BASE}/slos/", body))["errors"]

    assert [(e["field"], e["detail"].split("Take ")[1]) for e in refused] == [
        ("rules", "1 % of the budget in 1 h, or down longer than 61 min.")
    ]


@pytest.mark.parametrize(
    "policy",
    [
        "freeze",
        [{}],
        [{"spent_percent": 50}],
        [{"spent_percent": 0, "action": "x"}],
        [{"spent_percent": True, "action": "x"}],
        [{"spent_percent": 50, "action": " "}],
        [{"spent_percent": 50, "action": "a"}, {"spent_percent": 50, "action": "b"}],
        [{"spent_percent": n, "action": "a"} for n in range(1, 12)],
    ],
    ids=range(8),
)
def test_a_policy_that_cannot_be_is_refused(tool, policy):
    body = {"integration": IntegrationFactory().pk, "tier": "production", "target_ratio": 0.99, "policy": policy}

    refused = tool.post(f"{BASE}/slos/", body)

    assert (refused.status_code, [e["field"] for e in problem(refused)["errors"]]) == (400, ["policy"])
