"""The feed of what happened to tickets: whoever goes on from the last answer misses nothing and gets nothing twice."""

import json
import threading
import time

import pytest
from django.db import connection, transaction

from foundation.change_feed import Place, UnknownPlaceError, list_after
from foundation.triggers import install_triggers
from support.models import TicketEvent
from tests.api_client import BASE, problem, role_client
from tests.factories import TicketEventFactory, TicketFactory
from tests.template_database import is_sqlite

committed = pytest.mark.django_db(transaction=True)
postgresql = pytest.mark.skipif(is_sqlite(), reason="SQLite has one writer at a time")

WRITERS, TICKETS = 3, 25
WRITE = """
    import random, time
    from django.db import transaction
    from django.utils import timezone
    from support.services.messages import add_note
    from support.services.tickets import NewTicket, open_ticket
    rng = random.Random({number})
    for number in range({tickets}):
        try:
            with transaction.atomic():
                ticket = open_ticket(new=NewTicket("x"), actor=None, at=timezone.now())
                time.sleep(rng.uniform(0, 0.03))  # Others commit meanwhile.
                add_note(ticket_id=ticket.pk, body="x", actor=None, at=timezone.now())
                if rng.random() < 0.2:
                    raise KeyError
        except KeyError:
            pass
"""
FOLLOW = """
    import json, sys, time
    from django.db import connection
    from foundation.change_feed import Place, list_after
    from support.models import TicketEvent
    place, read, ends = Place(), [], None
    print("ready", flush=True)
    while ends is None or time.monotonic() < ends:
        page = list_after(TicketEvent.objects.all(), place, limit=7)
        read += [row.pk for row in page.rows]
        place = Place.decode(page.behind.encode())
        if not page.has_more:
            time.sleep(0.002)
        if ends is None and TicketEvent.objects.filter(body="The end").exists():
            ends = time.monotonic() + 60
        if read and TicketEvent.objects.get(pk=read[-1]).body == "The end":
            break
    print(json.dumps(read))
"""
END = """
    import json
    from django.utils import timezone
    from support.models import TicketEvent
    from support.services.messages import add_note
    from support.services.tickets import NewTicket, open_ticket
    ticket = open_ticket(new=NewTicket("x"), actor=None, at=timezone.now())
    add_note(ticket_id=ticket.pk, body="The end", actor=None, at=timezone.now())
    print(json.dumps(list(TicketEvent.objects.order_by("pk").values_list("pk", flat=True))))
"""


def read_all(place=None, limit=100):
    """The keys that the feed gives from a place on, and the place behind them."""
    keys, place = [], place or Place()
    while True:
        page = list_after(TicketEvent.objects.all(), place, limit=limit)
        keys += [row.pk for row in page.rows]
        place = page.behind
        if not page.has_more:
            return keys, place


def settle():
    """Wait until all events can be read: on a server with other databases theirs are waited for, too."""
    for _ in range(600):
        if len(read_all()[0]) == TicketEvent.objects.count():
            return
        time.sleep(0.1)
    raise AssertionError("some transaction has been running for a minute")


@committed
def test_pages_go_on_where_the_last_one_ended():
    events = TicketEventFactory.create_batch(5)
    settle()
    client = role_client("support_agent")

    first = client.get(f"{BASE}/events/", {"page_size": 2}).json()
    second = client.get(first["next"]).json()
    third = client.get(second["next"]).json()
    empty = client.get(third["next"]).json()

    pages = (first, second, third, empty)
    assert [row["id"] for page in pages for row in page["results"]] == [event.pk for event in events]
    assert [page["has_more"] for page in pages] == [True, True, False, False]
    assert (empty["cursor"], empty["next"]) == (third["cursor"], third["next"])
    late = TicketEventFactory()
    settle()
    assert [row["id"] for row in client.get(empty["next"]).json()["results"]] == [late.pk]


@committed
def test_an_empty_feed_gives_a_cursor_too():
    answer = role_client("tool_support").get(f"{BASE}/events/").json()

    assert (answer["results"], answer["has_more"]) == ([], False)
    event = TicketEventFactory()
    settle()
    assert [row["id"] for row in role_client("auditor").get(answer["next"]).json()["results"]] == [event.pk]


@pytest.mark.django_db
@pytest.mark.parametrize("since", ["x", "12", "MS4y.", "LTEuMg", "MS4tMg", "MDEuMg", "%00", "é", "A" * 101, "MS4yLjM"])
def test_what_is_no_cursor_is_refused(since):
    answer = role_client("support_agent").get(f"{BASE}/events/", {"since": since})

    assert (answer.status_code, problem(answer)["code"]) == (404, "unknown_cursor")
    assert "begin anew" in problem(answer)["detail"]


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "value"), [("page_size", "0"), ("page_size", "501"), ("page_size", "x"), ("to", "1")])
def test_other_questions_are_refused(name, value):
    answer = role_client("support_agent").get(f"{BASE}/events/", {name: value})

    assert problem(answer)["errors"][0]["field"] == name


@postgresql
@committed
def test_a_smaller_number_that_commits_late_is_waited_for():
    ticket = TicketFactory()
    written, may_commit = threading.Event(), threading.Event()
    late = []

    def write_slowly():
        try:
            with transaction.atomic():
                late.append(TicketEventFactory(ticket=ticket).pk)
                written.set()
                assert may_commit.wait(30)
        finally:
            connection.close()

    slow = threading.Thread(target=write_slowly)
    slow.start()
    assert written.wait(30)
    early = TicketEventFactory(ticket=ticket).pk
    seen, place = read_all()
    may_commit.set()
    slow.join(30)
    settle()

    assert late[0] < early
    assert seen == []  # Where the larger one is given, the smaller one has been.
    assert read_all(place)[0] == [late[0], early]


@postgresql
@committed
def test_a_transaction_that_began_first_and_writes_last_is_waited_for():
    ticket = TicketFactory()
    begun, may_write = threading.Event(), threading.Event()
    late = []

    def write_late():
        try:
            with transaction.atomic():
                TicketFactory()  # Its transaction has its number now.
                begun.set()
                assert may_write.wait(30)
                late.append(TicketEventFactory(ticket=ticket).pk)
        finally:
            connection.close()

    slow = threading.Thread(target=write_late)
    slow.start()
    assert begun.wait(30)
    early = TicketEventFactory(ticket=ticket).pk
    seen, place = read_all()
    may_write.set()
    slow.join(30)
    settle()

    assert early < late[0]
    assert seen == []
    assert sorted(read_all(place)[0]) == [early, late[0]]


def test_a_reader_that_follows_writers_gets_every_event_once(own_database):
    reader = own_database.start_code(FOLLOW)
    assert reader.stdout.readline() == "ready\n"
    writers = [own_database.start_code(WRITE.format(number=n, tickets=TICKETS)) for n in range(WRITERS)]
    for writer in writers:
        out, err = writer.communicate(timeout=120)
        assert writer.returncode == 0, f"{out}\n{err}"
    written = json.loads(own_database.run_code(END).splitlines()[-1])

    out, err = reader.communicate(timeout=60)

    read = json.loads(out.splitlines()[-1])
    assert len(written) > WRITERS * TICKETS
    assert sorted(read) == written, err


@postgresql
@committed
def test_what_was_restored_elsewhere_comes_before_what_is_new():
    """Another server counts its transactions anew: those that a dump brings along may be of its future."""
    old = TicketEventFactory.create_batch(3)
    settle()
    place = read_all()[1]
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE support_ticketevent DISABLE TRIGGER USER")
        cursor.execute("UPDATE support_ticketevent SET written_in = written_in + 1000000000")
        cursor.execute("ALTER TABLE support_ticketevent ENABLE TRIGGER USER")
    install_triggers(connection, prefix="feed_")
    new = TicketEventFactory()
    settle()

    assert read_all()[0] == [*(event.pk for event in old), new.pk]
    with pytest.raises(UnknownPlaceError):
        read_all(Place(place.written_in + 1_000_000_000, place.pk))


@committed
def test_a_later_page_costs_what_the_first_one_costs(django_assert_max_num_queries):
    TicketEventFactory.create_batch(12)
    settle()
    place = Place()
    for _ in range(5):
        with django_assert_max_num_queries(3):
            place = list_after(TicketEvent.objects.all(), place, limit=3).behind

    assert place == read_all()[1]
