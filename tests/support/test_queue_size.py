"""What keeps the queue quick where there are many tickets."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.db.models import QuerySet

from support.models import Ticket
from support.selectors import resolution, search
from support.selectors.queue import PAGE_ROWS, QueueQuery, count_found, count_tabs, get_filters, get_page
from support.selectors.resolution import get_resolution
from tests.factories import NOW, SolvedTicketFactory, TicketEventFactory, TicketFactory, UserFactory
from tests.factories_support import SavedViewFactory

pytestmark = pytest.mark.django_db
IS_SQLITE = connection.vendor == "sqlite"


def query(**asked):
    return QueueQuery(**{"person": 0, "tab": "all", **asked})


def plan_of(act):
    """What the database says of how it runs each of the act's statements, where it reads as little as it can."""
    statements = []

    def keep(execute, sql, params, many, context):
        statements.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(keep):
        act()
    with connection.cursor() as cursor:
        if not IS_SQLITE:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
        plans = []
        for sql, params in statements:
            cursor.execute(f"EXPLAIN {'QUERY PLAN' if IS_SQLITE else ''} {sql}", params)
            plans.append(" ".join(str(row[-1]) for row in cursor.fetchall()))
    return plans


def test_a_deep_page_begins_in_the_index():
    TicketFactory.create_batch(PAGE_ROWS + 1)
    after = get_page(query()).after

    plan = plan_of(lambda: get_page(query(), cursor=after))[0]

    wanted = "INDEX ticket_opened (opened_at<?)" if IS_SQLITE else "Index Cond: (opened_at <="
    assert wanted in plan


def test_open_tickets_are_counted_without_reading_them():
    if not IS_SQLITE:  # Of so few rows the costs are the same.
        with connection.cursor() as cursor:
            cursor.execute("DROP INDEX ticket_queue")
    (plan,) = plan_of(lambda: count_tabs(query()))

    assert ("USING COVERING INDEX ticket_counts" if IS_SQLITE else "Index Only Scan using ticket_counts") in plan


@pytest.mark.parametrize(("words", "queries"), [("", 2), ("ticket", 3)])
def test_a_page_takes_the_same_queries_however_many_rows(django_assert_num_queries, words, queries):
    for rows in (1, 3):
        TicketFactory.create_batch(rows)
        with django_assert_num_queries(queries):
            page = get_page(query(words=words))
            total = count_found([page.found])
            assert [str(row.customer or row.team or row.assignee or "") for row in page.rows]
        assert total == [len(page.rows)] == [Ticket.objects.count()]


@pytest.mark.parametrize(
    "sort", ["opened", "-opened", "priority", "-priority", "subject", "-subject", "reopens", "due"]
)
def test_pages_forth_and_back_hold_each_ticket_once_in_order(sort):
    for number in range(PAGE_ROWS + 20):
        opened, urgent = NOW - timedelta(minutes=number % 3), number % 5 == 0
        TicketFactory(opened_at=opened, priority="urgent" if urgent else "low", reopen_count=number % 4)
    first = get_page(query(sort=sort))

    second = get_page(query(sort=sort), cursor=first.after)
    again = get_page(query(sort=sort), cursor=second.before)

    assert sorted(row.pk for row in (*first.rows, *second.rows)) == sorted(Ticket.objects.values_list("pk", flat=True))
    assert [row.pk for row in again.rows] == [row.pk for row in first.rows]
    assert (len(second.rows), second.after) == (20, None)
    assert count_found([second.found]) == [PAGE_ROWS + 20]


def test_words_of_more_tickets_than_are_named_find_the_same(monkeypatch):
    wanted = {TicketFactory(subject=f"late parcel {number}") for number in range(3)}
    wanted.add(TicketEventFactory(body="the parcel came").ticket)
    TicketFactory(subject="else")
    named = search.about("parcel")

    monkeypatch.setitem(search._LISTED, connection.vendor, 3)
    unnamed = search.about("parcel")

    assert set(Ticket.objects.filter(named)) == set(Ticket.objects.filter(unnamed)) == wanted
    assert isinstance(dict(unnamed.children)["pk__in"], QuerySet)
    assert sorted(dict(named.children)["pk__in"]) == sorted(ticket.pk for ticket in wanted)


@pytest.mark.usefixtures("own_cache")
def test_a_distribution_of_many_tickets_is_kept_for_a_while(monkeypatch):
    monkeypatch.setattr(resolution, "MANY", 2)
    SolvedTicketFactory()
    few = get_resolution(at=NOW)
    SolvedTicketFactory()
    many = get_resolution(at=NOW)
    SolvedTicketFactory()

    assert [few.n, many.n, get_resolution(at=NOW).n] == [1, 2, 2]

    cache.clear()
    assert get_resolution(at=NOW).n == 3


def test_areas_are_those_of_the_latest_tickets_each_once():
    for category in ("b", "a", "", "b"):
        TicketFactory(category=category)
    UserFactory(name="Zoe")

    assert list(get_filters().categories) == ["a", "b"]
    assert list(get_filters(limit=1).categories) == ["a"]


@pytest.mark.parametrize(
    ("asked", "queries"),
    [("tab=us", 10), ("tab=all", 10), ("tab=all&priority=normal&sort=due", 10), ("tab=all&q=ticket", 11)],
)
def test_pages_of_the_list_take_few_queries(client, django_assert_num_queries, asked, queries):
    """Ten, four of which are who asks and what they may; words cost one more."""
    TicketFactory.create_batch(PAGE_ROWS + 1)
    agent = UserFactory(groups=["support_agent"])
    SavedViewFactory.create_batch(2, owner=agent, is_pinned=True, filters={"tab": "all", "holder": "none"})
    client.force_login(agent)
    client.get(f"/tickets/?{asked}")  # The first request of a process fills caches.

    with django_assert_num_queries(queries):
        front = client.get(f"/tickets/?{asked}")
    with django_assert_num_queries(queries):
        deep = client.get(front.context["after"])

    assert (len(front.context["rows"]), len(deep.context["rows"])) == (PAGE_ROWS, 1)
