"""Maintenance and adjustments on the page of an integration: lists, forms and decisions."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.messages import get_messages
from django.utils import timezone

from partnerships.models import Adjustment, Maintenance
from tests.api_client import BASE, client_of
from tests.factories import AdjustmentFactory, IntegrationFactory, MaintenanceFactory, UserFactory
from tests.partnerships.page_data import DAY, HOUR, soup_of, text_of, watched
from tests.partnerships.services.test_maintenance import rolled

pytestmark = pytest.mark.django_db

PAGE, PLAN, ADJUST = (
    "/integrations/ledger/",
    "/integrations/ledger/maintenance/new/",
    "/integrations/ledger/adjustments/new/",
)


@pytest.fixture
def manager(client):
    person = UserFactory(groups=["partner_manager"], name="Ann Ode")
    client.force_login(person)
    return person


@pytest.fixture
def check():
    integration = IntegrationFactory(name="Ledger", slug="ledger")
    at = timezone.now()
    past = [("up", 6 * HOUR), ("down", HOUR), ("up", 3 * HOUR)]
    return rolled(watched(past, integration=integration, name="API", at=at), at)


def rows(client, name):
    return [text_of(row) for row in soup_of(client, PAGE).select(f"#{name} tbody tr")]


def plan(client, **fields):
    wanted = {
        "title": "Upgrade",
        "scope": "integration",
        "kind": "once",
        "time_zone": "Europe/Berlin",
        "starts_at": f"{timezone.now() + 2 * DAY:%Y-%m-%d}T22:00",
        "minutes": "90",
        "source": "ours",
    }
    return client.post(PLAN, {**wanted, **fields})


def told(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_a_maintenance_is_planned_on_the_clock_of_its_zone(client, manager, check):
    response = plan(client, starts_at=f"{timezone.now().year + 1}-07-01T22:00")

    assert (response.status_code, response.url) == (302, PAGE)
    row = Maintenance.objects.get()
    assert row.starts_at == datetime(timezone.now().year + 1, 7, 1, 20, tzinfo=UTC)
    assert (row.duration_seconds, row.planned_by, row.approved_by) == (5400, manager, manager)
    assert (list(row.integrations.all()), list(row.checks.all())) == ([check.integration], [])
    (shown,) = rows(client, "maintenance")
    assert "Upgrade" in shown
    assert "Planned once" in shown
    assert "1 h 30 min Ann Ode" in shown


@pytest.mark.parametrize(("scope", "named"), [("check", "checks"), ("partner", "partner")])
def test_the_scope_names_a_check_or_the_partner(client, manager, check, scope, named):
    plan(client, scope=f"check-{check.pk}" if scope == "check" else scope)

    row = Maintenance.objects.get()
    found = row.partner if named == "partner" else row.checks.get()
    assert found == (check.integration.partner if named == "partner" else check)


def test_weekly_and_cron_plans(client, manager, check):
    plan(client, kind="weekly", weekdays=["sat", "sun"], local_start="02:30")
    plan(client, title="Nightly", kind="cron", cron="15 3 * * *")

    shown = " ".join(rows(client, "maintenance"))
    assert "Sat, Sun 02:30, Europe/Berlin" in shown
    assert "15 3 * * *, Europe/Berlin" in shown


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"title": ""}, "This field is required."),
        ({"starts_at": "tomorrow"}, "Give a day and a time"),
        ({"starts_at": "2026-05-01T22:00+02:00"}, "Give a day and a time"),
        ({"starts_at": "0001-01-01T00:00"}, "No calendar reaches that far."),
        ({"starts_at": "2020-01-01T00:00"}, "Must not lie more than 31 days back"),
        ({"time_zone": "Mars/Olympus"}, "There is no such time zone"),
        ({"minutes": "0"}, "greater than or equal to 1"),
        ({"kind": "cron", "cron": "* * * * *"}, "The minute must be one number"),
        ({"kind": "weekly"}, "Choose of: mon"),
        ({"cron": "0 3 * * *"}, "Only a maintenance by a cron expression"),
        ({"scope": "check-999999"}, "Select a valid choice"),
    ],
)
def test_an_impossible_plan_names_its_field(client, manager, check, fields, words):
    response = plan(client, **fields)

    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Maintenance.objects.exists()


def test_a_proposal_is_approved_and_cancelled_on_the_page(client, manager, check):
    plan(client, source="vendor", title="Their upgrade")
    row = Maintenance.objects.get()
    assert "To be approved" in rows(client, "maintenance")[0]

    response = client.post(f"{PAGE}maintenance/{row.pk}/approve/")
    assert told(response) == ["Their upgrade counts now."]
    assert "Planned once" in rows(client, "maintenance")[0]
    response = client.post(f"{PAGE}maintenance/{row.pk}/cancel/")
    assert told(response)[-1] == "Their upgrade is cancelled from now on."
    assert "Cancelled" in rows(client, "maintenance")[0]
    response = client.post(f"{PAGE}maintenance/{row.pk}/approve/")
    assert told(response)[-1].startswith("cancelled cannot become approved")


def test_what_goes_on_is_said_first(client, manager, check):
    at = timezone.now()
    MaintenanceFactory(title="Later", checks=[check], starts_at=at + DAY)
    MaintenanceFactory(title="Now", integrations=[check.integration], starts_at=at - HOUR / 2)
    MaintenanceFactory(title="Over", partner=check.integration.partner, starts_at=at - DAY)
    MaintenanceFactory(title="Elsewhere", checks=[], starts_at=at)

    shown = rows(client, "maintenance")

    assert [words.split()[0] for words in shown] == ["Now", "Later", "Over"]
    assert "Going on" in shown[0]


def test_an_adjustment_is_proposed_by_one_and_approved_by_another(client, manager, check, settings):
    settings.ORGANISATION_TIME_ZONE = "Europe/Berlin"
    at = timezone.now().astimezone(tz=UTC)
    began = (at - 4 * HOUR).replace(second=0, microsecond=0)
    berlin = [(moment.astimezone(zone()).replace(tzinfo=None)).isoformat() for moment in (began, began + HOUR)]
    fields = {"health_check": check.pk, "adjusted_to": "up", "reason": "Our token had expired."}

    response = client.post(ADJUST, {**fields, "started_at": berlin[0], "ended_at": berlin[1]})

    assert (response.status_code, response.url) == (302, PAGE)
    row = Adjustment.objects.get()
    assert (row.started_at, row.ended_at, row.requested_by) == (began, began + HOUR, manager)
    assert "Approve" not in rows(client, "adjustments")[0]
    response = client.post(f"{PAGE}adjustments/{row.pk}/approve/")
    assert told(response)[-1] == "Who asked for it cannot approve it."
    client.force_login(UserFactory(groups=["operations"], name="Bo Ray"))
    assert "Approve" in rows(client, "adjustments")[0]
    response = client.post(f"{PAGE}adjustments/{row.pk}/approve/")
    assert told(response) == ["The adjustment counts now; figures are restated."]
    assert "approved by Bo Ray" in rows(client, "adjustments")[0]
    heads = [text_of(head) for head in soup_of(client, PAGE).select("table thead th")]
    assert "Raw %" in heads
    client.post(f"{PAGE}adjustments/{row.pk}/reject/")
    assert "Rejected" in rows(client, "adjustments")[0]
    assert "Raw %" not in [text_of(head) for head in soup_of(client, PAGE).select("table thead th")]


def zone():
    from zoneinfo import ZoneInfo

    return ZoneInfo("Europe/Berlin")


def test_an_impossible_adjustment_names_its_field(client, manager, check):
    later = f"{timezone.now() + DAY:%Y-%m-%dT%H:%M}"
    fields = {"health_check": check.pk, "adjusted_to": "up", "reason": "x", "started_at": later, "ended_at": later}

    response = client.post(ADJUST, fields)

    assert response.status_code == 422
    assert "Must not lie ahead" in response.content.decode()
    assert not Adjustment.objects.exists()


@pytest.mark.parametrize("path", ["maintenance/{}/approve/", "maintenance/{}/cancel/"])
def test_a_plan_of_another_integration_is_not_found(client, manager, check, path):
    row = MaintenanceFactory()

    assert client.post(PAGE + path.format(row.pk)).status_code == 404
    assert client.post(f"{PAGE}adjustments/{AdjustmentFactory().pk}/reject/").status_code == 404


def test_who_only_reads_sees_the_lists_and_no_buttons(client, check):
    client.force_login(UserFactory(groups=["executive"]))
    MaintenanceFactory(checks=[check], starts_at=timezone.now() + HOUR)
    AdjustmentFactory(health_check=check)

    soup = soup_of(client, PAGE)

    assert len(soup.select("#maintenance tbody tr")) == len(soup.select("#adjustments tbody tr")) == 1
    assert not soup.select("#maintenance button, #adjustments button, #maintenance a, #adjustments a")


# The API.


def test_the_api_plans_changes_and_cancels(check):
    client = client_of(UserFactory(groups=["partner_manager"]))
    starts = timezone.now().replace(microsecond=0) + DAY
    body = {
        "title": "Weekly",
        "kind": "weekly",
        "time_zone": "America/New_York",
        "starts_at": starts.isoformat(),
        "weekdays": ["sat"],
        "local_start": "02:00",
        "duration_seconds": 7200,
        "integrations": [check.integration_id],
    }

    made = client.post(f"{BASE}/maintenances/", body)
    assert (made.status_code, made.json()["weekdays"], made.json()["integrations"]) == (
        201,
        ["sat"],
        [check.integration_id],
    )
    url = f"{BASE}/maintenances/{made.json()['id']}"
    changed = client.post(f"{url}/changes/", {"duration_seconds": 3600})
    assert (changed.status_code, changed.json()["duration_seconds"], changed.json()["version"]) == (201, 3600, 2)
    assert client.post(f"{url}/cancellations/", {}).json()["cancelled_at"] is not None
    assert client.post(f"{url}/cancellations/", {}).status_code == 409
    refused = client.post(f"{BASE}/maintenances/", {**body, "weekdays": ["someday"]})
    assert refused.status_code == 400


def test_the_api_proposes_and_another_person_approves(check):
    asks, decides = (client_of(UserFactory(groups=["partner_manager"])) for _ in range(2))
    at = timezone.now() - 2 * HOUR
    body = {
        "health_check": check.pk,
        "started_at": at.isoformat(),
        "ended_at": (at + timedelta(minutes=5)).isoformat(),
        "adjusted_to": "unknown",
        "reason": "The probe was broken.",
    }

    made = asks.post(f"{BASE}/adjustments/", body)
    assert made.status_code == 201
    url = f"{BASE}/adjustments/{made.json()['id']}"
    assert asks.post(f"{url}/approvals/").status_code == 400
    assert decides.post(f"{url}/approvals/").json()["approved_at"] is not None
    assert asks.post(f"{url}/rejections/").json()["rejected_at"] is not None
    assert decides.post(f"{url}/approvals/").status_code == 409
