"""The ledger's pages and its API."""

import csv
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from partnerships.models import LedgerEntry, LedgerRenewal
from tests.api_client import BASE, problem, superuser_client
from tests.factories import IntegrationFactory, SuperuserFactory, TierPeriodFactory
from tests.factories_ledger import LedgerEntryFactory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TOKEN = "ghp_" + "a1B2" * 9


@pytest.fixture
def at():
    return timezone.now()


@pytest.fixture
def coo(client):
    client.force_login(SuperuserFactory(name="Casey"))
    return client


def titles(response):
    return [row.title for group in response.context["groups"] for row in group["rows"]]


def test_list_is_ordered_by_end_and_narrowed_by_its_address(coo, at):
    LedgerEntryFactory(title="Later", due_at=at + 80 * DAY, kind="dpa")
    LedgerEntryFactory(title="Past", due_at=at - DAY)
    LedgerEntryFactory(title="Undated", due_at=None, kind="api_sunset")
    LedgerEntryFactory(title="Far", due_at=at + 100 * DAY)

    page = coo.get("/ledger/")

    assert titles(page) == ["Past", "Later", "Undated"]
    assert page.context["groups"][0]["name"] == "Overdue"
    assert page.context["lede"] == "1 overdue, 0 due within 30 days."
    assert titles(coo.get("/ledger/?days=365")) == ["Past", "Later", "Far", "Undated"]
    assert titles(coo.get("/ledger/?kind=dpa")) == ["Later"]
    assert titles(coo.get("/ledger/?state=overdue")) == ["Past"]
    assert titles(coo.get("/ledger/?q=undat")) == ["Undated"]
    assert titles(coo.get("/ledger/?owner=x&days=%00&kind=nonsense&partner=none")) == []


def test_csv_has_the_rows_of_the_page(coo, at):
    LedgerEntryFactory(title="=Past", due_at=at - DAY)
    LedgerEntryFactory(title="Far", due_at=at + 100 * DAY)

    text = b"".join(coo.get("/ledger/ledger.csv").streaming_content).decode()

    assert [(row["title"], row["state"]) for row in csv.DictReader(text.splitlines())] == [("'=Past", "Overdue")]


def test_entry_is_renewed_on_its_page(coo, at):
    entry = LedgerEntryFactory(due_at=at + 5 * DAY)
    url = reverse("ledger:entry_action", args=[entry.pk])

    refused = coo.post(url, {"action": "renew", "renew-next_due_at": "2020-01-01T00:00", "renew-evidence": "x"})
    done = coo.post(url, {"action": "renew", "renew-next_due_at": "2099-01-01T00:00", "renew-evidence": "Invoice 7"})

    assert (refused.status_code, done.status_code) == (422, 302)
    assert "later than now" in refused.text
    assert LedgerRenewal.objects.get().recorded_by.name == "Casey"
    assert "Invoice 7" in coo.get(entry.get_absolute_url()).text


def test_entry_is_put_off_and_closed_and_stays_so(coo, at):
    entry = LedgerEntryFactory(due_at=at + 5 * DAY)
    url = reverse("ledger:entry_action", args=[entry.pk])
    until = (at + 3 * DAY).strftime("%Y-%m-%dT%H:%M")

    coo.post(url, {"action": "snooze", "snooze-until": until, "snooze-reason": "In hand"})
    page = coo.get(entry.get_absolute_url())
    coo.post(url, {"action": "close", "close-reason": "Left"})
    again = coo.post(url, {"action": "close", "close-reason": "Left"})

    assert "In hand" in page.text
    assert again.status_code == 422
    assert coo.get(entry.get_absolute_url()).context["forms"] == []


def test_new_entry_with_a_secret_is_refused_naming_the_field(coo):
    given = {"kind": "personal_token", "title": TOKEN, "fingerprint": TOKEN}

    page = coo.post("/ledger/new/", given)

    assert page.status_code == 422
    assert set(page.context["form"].errors) == {"title", "fingerprint"}
    assert LedgerEntry.objects.count() == 0


def test_integration_page_shows_what_ends_for_it(coo, at):
    integration = IntegrationFactory()
    TierPeriodFactory(integration=integration)
    LedgerEntryFactory(title="Its certificate", integration=integration, due_at=at + DAY)
    LedgerEntryFactory(title="Another", due_at=at + DAY)

    text = coo.get(integration.get_absolute_url()).text

    assert "Its certificate" in text
    assert "Another" not in text


def test_api_tells_the_state_renews_and_refuses_secrets(at):
    client = superuser_client()
    made = client.post(
        f"{BASE}/ledger-entries/", {"kind": "contract", "title": "MSA", "due_at": (at - DAY).isoformat()}
    )
    url = f"{BASE}/ledger-entries/{made.json()['id']}/"

    secret = client.post(f"{BASE}/ledger-entries/", {"kind": "contract", "title": TOKEN})
    past = client.post(f"{url}renewals/", {"next_due_at": (at - DAY).isoformat(), "evidence": "x"})
    renewal = client.post(f"{url}renewals/", {"next_due_at": (at + 365 * DAY).isoformat(), "evidence": "Signed copy"})

    assert (made.status_code, made.json()["state"]) == (201, "overdue")
    assert (secret.status_code, past.status_code, renewal.status_code) == (400, 400, 201)
    assert "title" in secret.text
    assert client.get(url).json()["state"] == "renewed"
    assert client.patch(url, {"notes": "Kept in the archive"}).json()["notes"] == "Kept in the archive"
    assert client.patch(url, {"closed_at": at.isoformat()}).status_code == 400


@pytest.mark.parametrize("left", [-30, 0, 20, 59])
def test_an_end_that_is_near_moves_later_by_a_renewal_alone(coo, at, left):
    entry = LedgerEntryFactory(due_at=at + left * DAY)
    client, url = superuser_client(), f"{BASE}/ledger-entries/{entry.pk}/"
    admin = reverse("admin:partnerships_ledgerentry_change", args=[entry.pk])

    for later in ((at + 900 * DAY).isoformat(), None):
        refused = client.patch(url, {"due_at": later})
        assert (refused.status_code, [one["field"] for one in problem(refused)["errors"]]) == (400, ["due_at"])
    page = coo.post(admin, {"kind": entry.kind, "title": entry.title, "due_at_0": "2098-01-01", "due_at_1": "00:00"})
    assert "renew it, with evidence" in page.text
    entry.refresh_from_db()
    assert entry.due_at == at + left * DAY

    assert client.patch(url, {"due_at": (at + (left - 1) * DAY).isoformat()}).status_code == 200


def test_an_end_far_away_is_corrected(at):
    entry = LedgerEntryFactory(due_at=at + 61 * DAY)

    done = superuser_client().patch(f"{BASE}/ledger-entries/{entry.pk}/", {"due_at": (at + 90 * DAY).isoformat()})

    assert done.status_code == 200
