import csv
from datetime import UTC, datetime, timedelta

import pytest

from foundation.errors import InvalidInputError
from metrics.models import DirtyMark, Kind, PeriodValue, ProductEvent
from metrics.services.recompute import recompute_pending
from metrics.services.verify import verify_source
from metrics.sources import get_source, list_shipped_metrics
from operations.models import OutboxMessage
from support.models import SetupItem
from support.services.setup_cases import add_setup_item, close_setup_case, find_first_widgets, finish_setup_item
from tests.api_client import BASE, superuser_client
from tests.factories import NOW, MetricFactory, MetricVersionFactory, SuperuserFactory, TicketFactory, UserFactory
from tests.factories_ledger import SetupCaseFactory

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def state_of(case):
    case.refresh_from_db()
    return case.state


def test_blocker_blocks_until_it_is_cleared_and_items_hold_the_case_open():
    case, person = SetupCaseFactory(), UserFactory()

    step = add_setup_item(case_id=case.pk, kind="step", text="Import users", at=NOW)
    blocker = add_setup_item(case_id=case.pk, kind="blocker", text="No admin rights", at=NOW)
    blocked = state_of(case)
    finish_setup_item(item_id=blocker.pk, by=person, at=NOW)

    assert (blocked, state_of(case)) == ("blocked", "open")
    with pytest.raises(InvalidInputError):
        close_setup_case(case_id=case.pk, state="done", at=NOW)
    with pytest.raises(InvalidInputError):
        finish_setup_item(item_id=blocker.pk, by=person, at=NOW)
    finish_setup_item(item_id=step.pk, by=person, at=NOW)
    assert close_setup_case(case_id=case.pk, state="done", at=NOW).state == "done"
    with pytest.raises(InvalidInputError):
        add_setup_item(case_id=case.pk, kind="step", text="More", at=NOW)


def test_first_widget_is_the_first_one_shown_since_the_start():
    case = SetupCaseFactory(unit="acme", started_at=NOW)
    SetupCaseFactory(unit="")
    for number, hours in enumerate((-5, 7, 3)):
        at = NOW + timedelta(hours=hours)
        ProductEvent.objects.create(unit="acme", name="widget_shown", happened_at=at, key=str(number))

    assert (find_first_widgets(), find_first_widgets()) == (1, 0)
    case.refresh_from_db()
    assert case.first_widget_at == NOW + timedelta(hours=3)


def test_pages_show_and_change_the_case(client):
    client.force_login(SuperuserFactory())
    case = SetupCaseFactory(title="Acme", integration="asana-goals")
    case.tickets.add(TicketFactory(subject="Widget is grey"))
    url = f"/setup-cases/{case.pk}/act/"

    client.post(url, {"action": "add", "kind": "blocker", "text": "No admin rights"})
    page = client.get(case.get_absolute_url()).text
    refused = client.post(url, {"action": "close", "state": "done"})
    client.post(url, {"action": "finish", "item": SetupItem.objects.get().pk})

    assert "No admin rights" in page
    assert "/integrations/asana-goals/" in page
    assert "Widget is grey" in page
    assert refused.status_code == 422
    assert client.post(url, {"action": "finish", "item": "x"}).status_code == 422
    assert state_of(case) == "open"
    assert "Acme" in client.get("/setup-cases/?state=open").text
    assert "Acme" not in client.get("/setup-cases/?state=done").text


def test_api_makes_a_case_with_tickets_and_items():
    api, ticket, case = superuser_client(), TicketFactory(), SetupCaseFactory()
    given = {"customer": case.customer_id, "title": "Acme", "started_at": NOW.isoformat(), "tickets": [ticket.pk]}

    made = api.post(f"{BASE}/setup-cases/", given).json()
    item = api.post(f"{BASE}/setup-cases/{made['id']}/items/", {"kind": "step", "text": "Import"}).json()
    done = api.post(f"{BASE}/setup-items/{item['id']}/completions/")
    closed = api.post(f"{BASE}/setup-cases/{made['id']}/closings/", {"state": "done"})

    assert (made["tickets"], done.status_code, closed.json()["state"]) == ([ticket.pk], 201, "done")


@pytest.mark.parametrize("has_owner", [True, False])
def test_a_blocker_is_told_to_the_owner_and_without_one_to_the_leads(has_owner):
    owner, lead = UserFactory(), UserFactory(groups=["support_lead"])
    case = SetupCaseFactory(title="Acme", owner=owner if has_owner else None)

    add_setup_item(case_id=case.pk, kind="step", text="Import users", at=NOW)
    add_setup_item(case_id=case.pk, kind="blocker", text="No admin rights", at=NOW + HOUR)
    add_setup_item(case_id=case.pk, kind="blocker", text="No budget", at=NOW + 2 * HOUR)

    told = OutboxMessage.objects.filter(channel="in_app").order_by("pk").values_list("user", "title", "text")
    to = owner.pk if has_owner else lead.pk
    assert list(told) == [(to, "Blocked: Acme", "No admin rights"), (to, "Blocked: Acme", "No budget")]
    case.refresh_from_db()
    assert case.first_blocked_at == NOW + HOUR


def test_the_csv_has_the_rows_of_the_page(client):
    client.force_login(SuperuserFactory())
    done = SetupCaseFactory(title="Done", state="done", first_widget_at=NOW + 36 * HOUR, ended_at=NOW + 40 * HOUR)
    case = SetupCaseFactory(title="Acme", owner=UserFactory(name="Ann"))
    add_setup_item(case_id=case.pk, kind="blocker", text="No admin rights", at=NOW)

    rows = list(csv.reader(client.get("/setup-cases/setup-cases.csv").getvalue().decode().splitlines()))
    blocked = client.get("/setup-cases/setup-cases.csv?state=blocked").getvalue().decode()

    assert [row[0] for row in rows] == ["case", "Acme", "Done"]
    assert rows[1][2:5] + rows[1][6:] == ["Blocked", "1", "0", "", "Ann"]
    assert (rows[2][1], rows[2][6]) == (done.customer.name, "36.0")
    assert (blocked.count("\n"), "Done," in blocked) == (2, False)


def test_metrics_of_set_ups_by_hand():
    fates = [(0, 24, None, 48), (0, 72, 5, None), (0, None, 1, None), (240, 264, None, None)]
    for began, widget, blocked, ended in fates:
        SetupCaseFactory(
            started_at=NOW + began * HOUR,
            first_widget_at=widget and NOW + widget * HOUR,
            first_blocked_at=blocked and NOW + blocked * HOUR,
            ended_at=ended and NOW + ended * HOUR,
            state="done" if ended else "open",
        )
    SetupCaseFactory(state="cancelled")  # Over since nobody knows when: in no count of open ones.
    wanted = {
        "setup_first_widget_days_median": (Kind.PERCENTILE, "days"),
        "setup_cases_open": (Kind.STOCK, "cases"),
        "setup_blocked_ratio": (Kind.RATIO, "ratio"),
    }
    shipped = {one.key: one for one in list_shipped_metrics()}
    versions = {
        key: MetricVersionFactory(
            metric=MetricFactory(key=f"test_{key}", unit=unit),
            kind=kind,
            source=shipped[key].source,
            formula=shipped[key].formula,
        )
        for key, (kind, unit) in wanted.items()
    }
    recompute_pending(at=NOW + 400 * HOUR, now_please=True, max_batches=1000)

    values = {
        key: PeriodValue.objects.get(version=version, grain="all", segment="").value
        for key, version in versions.items()
    }
    # 1, 3 and 1 days; of four cases one has ended; of five that began two were blocked.
    assert values == {"setup_first_widget_days_median": 1.0, "setup_cases_open": 3.0, "setup_blocked_ratio": 0.4}
    assert [problem for key in wanted for problem in verify_source(get_source(shipped[key].source))] == []


@pytest.mark.parametrize("zone", ["UTC", "America/Denver", "Pacific/Kiritimati"])
def test_case_stored_with_a_start_at_an_end_of_the_calendar_leaves_no_mark_behind(zone):
    for shipped in [one for one in list_shipped_metrics() if one.source.startswith("setup_cases")]:
        MetricVersionFactory(
            metric=MetricFactory(key=f"test_{shipped.key}", unit="cases"),
            kind=shipped.kind,
            source=shipped.source,
            time_zone=zone,
            formula=shipped.formula,
        )
    SetupCaseFactory(started_at=datetime(1, 1, 1, tzinfo=UTC))
    SetupCaseFactory(started_at=datetime(9999, 12, 31, 23, 30, tzinfo=UTC))

    recompute_pending(at=NOW, now_please=True, max_batches=1000)

    assert list(DirtyMark.objects.filter(source__startswith="setup_cases").values_list("last_error", flat=True)) == []
