"""What is due first stands on the ticket, on pages, in the CSV and in the API, as its clocks say."""

import csv
import io
from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from bs4 import BeautifulSoup
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from support.models import DUE_PAUSED, NEVER_DUE, SlaPolicy, Ticket, TicketState, Via
from support.selectors import queue
from support.services.clocks import rebuild_clocks
from support.services.messages import add_reply
from support.services.sla import NewTerms, create_policy
from support.services.ticket_states import StateChange
from support.services.tickets import NewTicket, change_ticket_state, open_ticket
from tests.api_client import BASE, client_of, problem
from tests.factories import TicketFactory, UserFactory
from tests.factories_support import TicketClockFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def promised():
    targets = {
        "first_reply": {"seconds": 3600, "hours": "calendar"},
        "customer_wait": {"seconds": 8 * 3600, "hours": "calendar"},
    }
    create_policy(policy=SlaPolicy(name="All", position=1), terms=NewTerms(targets), at=NOW, by=None)


@pytest.fixture
def person(client):
    found = UserFactory(permissions=["support.view_ticket"])
    client.force_login(found)
    return found


def opened(at=NOW, **fields):
    return open_ticket(new=NewTicket("It fails", category="sync", **fields), actor=None, at=at, via=Via.API)


def moved(ticket, state, at):
    change = StateChange(TicketState(state), reason="Because", wake_at=at + 24 * HOUR)
    return change_ticket_state(ticket_id=ticket.pk, change=change, actor=UserFactory(), at=at)


def stored(ticket):
    return Ticket.objects.get(pk=ticket.pk)


def test_ticket_says_what_is_due_first_through_its_life(promised):
    ticket = opened()
    assert stored(ticket).due_at == NOW + HOUR

    add_reply(ticket_id=ticket.pk, body="We look at it.", actor=UserFactory(), at=NOW + HOUR / 2)
    assert (stored(ticket).due_at, stored(ticket).is_due_paused) == (NOW + 8 * HOUR, False)

    moved(ticket, "pending_customer", NOW + 2 * HOUR)
    assert (stored(ticket).due_at, stored(ticket).is_due_paused) == (None, True)

    moved(ticket, "open", NOW + 5 * HOUR)
    assert stored(ticket).due_at == NOW + 11 * HOUR

    moved(ticket, "solved", NOW + 6 * HOUR)
    assert (stored(ticket).due_at, stored(ticket).is_due_paused) == (None, False)


def test_ticket_without_a_promise_is_never_due(db):
    ticket = opened()

    assert (stored(ticket).due_order, stored(ticket).due_at) == (NEVER_DUE, None)


def test_rebuilding_finds_and_mends_what_is_due_first(promised):
    tickets = [opened(), opened()]
    Ticket.objects.filter(pk=tickets[0].pk).update(due_order=NEVER_DUE)

    assert rebuild_clocks(verify=True).changed == 1
    assert rebuild_clocks().changed == 1
    assert (stored(tickets[0]).due_at, rebuild_clocks(verify=True).changed) == (NOW + HOUR, 0)


def test_what_is_due_is_no_change_that_a_reader_could_have_missed(promised):
    ticket = opened()
    before = stored(ticket)

    rebuild_clocks()
    Ticket.objects.filter(pk=ticket.pk).update(due_order=NEVER_DUE)
    rebuild_clocks()

    assert (stored(ticket).version, stored(ticket).due_at) == (before.version, before.due_at)


def due(**fields):
    return TicketFactory(**fields)


@pytest.fixture
def five(monkeypatch):
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now)
    return now, [
        due(subject="late", due_order=now - 3 * HOUR),
        due(subject="soon", due_order=now + HOUR),
        due(subject="later", due_order=now + 5 * HOUR),
        due(subject="paused", due_order=DUE_PAUSED),
        due(subject="none"),
    ]


def rows(client, **asked):
    answer = client.get("/tickets/", {"tab": "all", **asked})
    assert answer.status_code == 200
    soup = BeautifulSoup(answer.content, "html.parser")
    return [
        (row.select_one("a.subj").text, row.select_one("td").get_text(" ", strip=True))
        for row in soup.select("table.pin tbody tr")
    ]


def test_queue_shows_and_sorts_what_is_due(client, person, five):
    expected = [
        ("late", "late by 3 h 00 min"),
        ("soon", "due in 1 h 00 min"),
        ("later", "due in 5 h 00 min"),
        ("paused", "paused"),
        ("none", ""),
    ]

    assert rows(client, sort="due") == expected
    assert rows(client, sort="-due") == expected[::-1]
    assert [subject for subject, _ in rows(client, sort="due", due="overdue")] == ["late"]
    assert [subject for subject, _ in rows(client, sort="due", due="24h")] == ["late", "soon", "later"]


def test_csv_has_what_is_due(client, person, five):
    now, _ = five

    content = b"".join(client.get("/tickets/tickets.csv", {"tab": "all", "sort": "due"}).streaming_content).decode()

    values = [row["due"] for row in csv.DictReader(io.StringIO(content))]
    assert [datetime.fromisoformat(one) for one in values[:3]] == [now - 3 * HOUR, now + HOUR, now + 5 * HOUR]
    assert values[3:] == ["paused", ""]


@pytest.mark.parametrize("order", ["due", "-due"])
def test_pages_by_due_show_every_ticket_once(client, person, monkeypatch, order):
    monkeypatch.setattr(queue, "PAGE_ROWS", 2)
    for n in range(7):
        due(due_order=[timezone.now(), DUE_PAUSED, NEVER_DUE][n % 3])
    url, found = f"/tickets/?tab=all&sort={order}", []

    while url:
        soup = BeautifulSoup(client.get(url).content, "html.parser")
        found += [link["href"] for link in soup.select("table.pin a.subj")]
        url = next((link["href"] for link in soup.select("a[rel=next]")), "")

    assert (len(found), len(set(found))) == (7, 7)


def test_order_of_due_reads_the_index_and_not_the_table(client, person):
    query = queue.QueueQuery(person=person.pk, tab="all", sort="due")
    TicketFactory.create_batch(30)

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        sql, params = queue.list_matching(query)[:5].query.sql_with_params()
        cursor.execute(f"EXPLAIN {'QUERY PLAN ' if connection.vendor == 'sqlite' else ''}{sql}", params)
        plan = str(cursor.fetchall())

    assert "ticket_due" in plan
    assert "TEMP B-TREE" not in plan.replace("LAST", "")


def test_api_has_the_field_the_order_and_the_filters(five):
    now, _ = five
    api = client_of(UserFactory(permissions=["support.view_ticket"]))

    def subjects(**asked):
        answer = api.get(f"{BASE}/tickets/", asked)
        assert answer.status_code == 200, answer.content
        return [row["subject"] for row in answer.json()["results"]]

    first = api.get(f"{BASE}/tickets/", {"ordering": "due_at"}).json()["results"]

    assert [(row["subject"], row["is_due_paused"]) for row in first] == [
        ("late", False), ("soon", False), ("later", False), ("paused", True), ("none", False),
    ]  # fmt: skip
    assert datetime.fromisoformat(first[0]["due_at"]) == now - 3 * HOUR
    assert first[3]["due_at"] is None
    assert subjects(ordering="-due_at") == ["none", "paused", "later", "soon", "late"]
    assert subjects(ordering="due_at", due="overdue") == ["late"]
    assert subjects(ordering="due_at", due_from=now.isoformat()) == ["soon", "later"]
    assert subjects(ordering="due_at", due_to=(now + 2 * HOUR).isoformat()) == ["late", "soon"]
    assert subjects(ordering="due_at", due_to="9500-01-01T00:00:00Z") == ["late", "soon", "later"]
    wrong = api.get(f"{BASE}/tickets/", {"ordering": "pay"})
    assert (wrong.status_code, problem(wrong)["errors"][0]["field"]) == (400, "ordering")


@pytest.mark.parametrize("order", ["due_at", "-due_at"])
def test_api_pages_by_due_forwards_and_backwards(order):
    for n in range(11):
        due(due_order=[NOW, DUE_PAUSED, NEVER_DUE][n % 3])
    api = client_of(UserFactory(permissions=["support.view_ticket"]))
    url, there, back = f"{BASE}/tickets/?ordering={order}&page_size=3", [], []

    while url:
        last, page = url, api.get(url).json()
        there.append([row["id"] for row in page["results"]])
        url = page["next"]
    url = last
    while url:
        page = api.get(url).json()
        back.append([row["id"] for row in page["results"]])
        url = page["previous"]

    assert len({pk for ids in there for pk in ids}) == sum(map(len, there)) == 11
    assert back == there[::-1]


def test_api_refuses_a_cursor_that_is_none_of_ours():
    api = client_of(UserFactory(permissions=["support.view_ticket"]))

    answer = api.get(f"{BASE}/tickets/", {"ordering": "due_at", "cursor": "cD0x"})

    assert (answer.status_code, problem(answer)["code"]) == (404, "unknown_cursor")


def test_page_of_the_api_by_due_costs_no_more_queries_with_more_rows():
    api = client_of(UserFactory(permissions=["support.view_ticket"]))

    def count():
        with CaptureQueriesContext(connection) as captured:
            api.get(f"{BASE}/tickets/", {"ordering": "due_at"})
        return len(captured)

    TicketFactory()
    count()
    one = count()
    TicketFactory.create_batch(3)
    assert count() == one


def test_migration_fills_what_is_due_from_the_clocks():
    running, paused, none = TicketFactory(), TicketFactory(), TicketFactory()
    TicketClockFactory(ticket=running, metric="next_reply", due_at=NOW, target_seconds=60)
    TicketClockFactory(ticket=running, metric="customer_wait", due_at=NOW + HOUR, target_seconds=60)
    TicketClockFactory(
        ticket=paused, metric="customer_wait", state="paused", running_since=None, due_at=None, target_seconds=60
    )

    import_module("support.migrations.0019_what_is_due").fill(apps, None)

    assert [stored(one).due_order for one in (running, paused, none)] == [NOW, DUE_PAUSED, NEVER_DUE]


def test_the_queue_begins_with_what_is_due_first_and_names_its_clock(promised, person, client):
    late, answered = opened(at=NOW), opened(at=NOW - HOUR)
    add_reply(ticket_id=answered.pk, body="We look at it.", actor=UserFactory(), at=NOW)
    never = TicketFactory(opened_at=NOW - 24 * HOUR)

    table = BeautifulSoup(client.get("/tickets/").content, "html.parser").table
    shown = [[cell.get_text(" ", strip=True) for cell in row.select("td")][1] for row in table.select("tbody tr")]
    rows = list(csv.DictReader(io.StringIO(client.get("/tickets/tickets.csv").getvalue().decode())))

    assert "soonest due first" in table.caption.get_text()
    assert shown == ["First reply", "Resolution", ""]
    assert [row["number"] for row in rows] == [one.reference for one in (late, answered, never)]
    assert [row["clock"] for row in rows] == ["First reply", "Resolution, customer's waits left out", ""]
