import csv
import io
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from support.models import Ticket, TicketEvent
from support.selectors import queue
from tests.factories import (
    CustomerFactory,
    SolvedTicketFactory,
    TeamFactory,
    TicketEventFactory,
    TicketFactory,
    UserFactory,
)
from tests.factories_support import SavedViewFactory

pytestmark = pytest.mark.django_db

LIST, CSV = "/tickets/", "/tickets/tickets.csv"


@pytest.fixture
def agent(client):
    person = UserFactory(
        permissions=["support.view_ticket", "support.change_ticket", "support.add_ticket"], name="Ann Ode"
    )
    client.force_login(person)
    return person


def page(client, url, **parameters):
    response = client.get(url, parameters)
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def subjects(soup):
    return [link.text for link in soup.select("main table.pin a.subj")]


def downloaded(client, **parameters):
    content = b"".join(client.get(CSV, parameters).streaming_content).decode()
    return list(csv.DictReader(io.StringIO(content)))


def post(client, name, ticket, **data):
    return client.post(reverse(f"support:{name}", args=[ticket.pk]), data)


def test_list_shows_what_waits_for_us_soonest_due_first(client, agent):
    TicketFactory(subject="without a promise", state="new", opened_at=timezone.now() - timedelta(days=3))
    TicketFactory(subject="promised", due_order=timezone.now() + timedelta(hours=1))
    TicketFactory(subject="parked", state="pending_customer")
    SolvedTicketFactory(subject="done")

    soup = page(client, LIST)

    assert subjects(soup) == ["promised", "without a promise"]
    assert soup.select_one("main table caption").text == "2 tickets, soonest due first"
    assert soup.select_one(".lede").text == "2 wait for us, 1 for customers, 0 on hold. 3 are with nobody."
    assert [tab.text for tab in soup.select(".tabs a")] == [
        "Waits for us 2", "Mine 0", "Unassigned 3", "Reopened 0", "Pending customer 1", "On hold 0", "Solved", "All",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"tab": "mine"}, ["b"]),
        ({"tab": "unassigned"}, ["a", "c"]),
        ({"tab": "reopened"}, ["c"]),
        ({"tab": "customer"}, ["c"]),
        ({"tab": "solved"}, ["d"]),
        ({"tab": "nonsense"}, ["a", "b"]),
        ({"tab": "all", "priority": "urgent"}, ["b"]),
        ({"tab": "all", "priority": "nonsense", "sort": "subject"}, ["a", "b", "c", "d"]),
        ({"tab": "all", "category": "Payouts"}, ["a"]),
        ({"tab": "all", "q": "acme"}, ["d"]),
        ({"tab": "all", "q": "INC77"}, ["c"]),
        ({"tab": "all", "holder": "none", "sort": "-subject"}, ["d", "c", "a"]),
        ({"tab": "all", "sort": "priority"}, ["b", "a", "c", "d"]),
        ({"tab": "all", "sort": "-reopens"}, ["c", "d", "b", "a"]),
        ({"tab": "all", "q": "a\x00b", "sort": "subject"}, ["a", "b", "c", "d"]),
        ({"tab": "all", "q": "zzz"}, []),
    ],
)
def test_tabs_filters_and_sorts_are_the_url(client, agent, parameters, expected):
    now = timezone.now()
    TicketFactory(subject="a", category="Payouts", opened_at=now - timedelta(hours=4))
    TicketFactory(subject="b", priority="urgent", assignee=agent, opened_at=now - timedelta(hours=3))
    TicketFactory(
        subject="c", state="pending_customer", reopen_count=2, external_id="INC77", opened_at=now - timedelta(hours=2)
    )
    SolvedTicketFactory(
        subject="d", customer=CustomerFactory(name="Acme"), opened_at=now - timedelta(hours=1), resolved_at=now
    )

    soup = page(client, LIST, **parameters)

    assert subjects(soup) == expected
    assert [row["subject"] for row in downloaded(client, **parameters)] == expected


def test_ticket_is_found_by_its_number_and_team_and_holder(client, agent):
    team = TeamFactory()
    mine, other = TicketFactory(subject="mine", team=team, assignee=agent), TicketFactory(subject="other")

    assert subjects(page(client, LIST, q=f"t-{other.pk}")) == ["other"]
    assert subjects(page(client, LIST, team=team.pk)) == ["mine"]
    assert subjects(page(client, LIST, holder=agent.pk)) == ["mine"]
    assert subjects(page(client, LIST, q="9" * 30)) == []
    assert mine.pk != other.pk


@pytest.mark.parametrize(
    "sort", ["opened", "-opened", "priority", "-priority", "subject", "-subject", "reopens", "-reopens", "due", "-due"]
)
def test_pages_show_every_ticket_once_forwards_and_backwards(client, agent, monkeypatch, sort):
    monkeypatch.setattr(queue, "PAGE_ROWS", 3)
    now = timezone.now()
    for n in range(11):
        TicketFactory(
            subject=f"ö{n % 4}\t{n % 2}",
            priority=["urgent", "low", "normal"][n % 3],
            reopen_count=n % 2,
            opened_at=now - timedelta(hours=n % 5),
        )
    url, there, back = f"{LIST}?tab=all&sort={sort}", [], []

    while url:
        soup = page(client, url)
        there.append([link["href"] for link in soup.select("table.pin a.subj")])
        last, url = url, next((link["href"] for link in soup.select("a[rel=next]")), "")
    url = last
    while url:
        soup = page(client, url)
        back.append([link["href"] for link in soup.select("table.pin a.subj")])
        url = next((link["href"] for link in soup.select("a[rel=prev]")), "")

    flat = [href for hrefs in there for href in hrefs]
    assert (len(flat), len(set(flat))) == (11, 11)
    assert back == there[::-1]
    whole = [f"/tickets/{row['number'].removeprefix('T-')}/" for row in downloaded(client, tab="all", sort=sort)]
    assert whole == flat


@pytest.mark.parametrize(
    "cursor",
    [
        *("", "x", "W10", "WzEsMiwzLDRd", "bnVsbA", "e30", "WyJhZnRlciIsInYiLCJcdTAwMDAiLDFd", "A" * 9000),
        *("W1tdLCAidiIsIDEsIDFd", "W3t9LCAidiIsIDEsIDFd"),  # A side that is a list or an object.
        "WyJhZnRlciIsICJ0IiwgIjAwMDEtMDEtMDFUMDA6MDA6MDArMTQ6MDAiLCAxXQ",  # An instant before the year 1 in UTC.
        "WyJhZnRlciIsICJ0IiwgIjk5OTktMTItMzFUMjM6NTk6NTktMTQ6MDAiLCAxXQ",  # And one after the year 9999.
        "WyJhZnRlciIsInQiLCIyMDI2LTAxLTAxVDAwOjAwOjAwIiwxXQ",  # A time of no zone.
    ],
)
def test_cursor_that_is_none_of_ours_is_the_first_page(client, agent, cursor):
    TicketFactory(subject="a")

    for sort in ("opened", "subject", "priority"):
        assert subjects(page(client, LIST, sort=sort, page=cursor)) == ["a"]


def test_pages_by_the_longest_subjects_are_reached(client, agent):
    for _ in range(queue.PAGE_ROWS + 1):
        TicketFactory(subject="\N{GRINNING FACE}" * 300)

    link = page(client, LIST, sort="subject").select_one("a[rel=next]")["href"]

    assert len(link) < 2000  # Servers take 4,094 characters.
    assert len(subjects(page(client, link))) == 1


def test_further_pages_of_a_kept_view_stay_in_it(client, agent):
    TicketFactory.create_batch(queue.PAGE_ROWS + 1, priority="urgent")
    TicketFactory(priority="low")
    view = SavedViewFactory(owner=agent, is_pinned=True, name="Urgent", filters={"tab": "all", "priority": "urgent"})

    first = page(client, LIST, view=view.pk)
    second = page(client, first.select_one("a[rel=next]")["href"])
    again = page(client, second.select_one("a[rel=prev]")["href"])

    for soup in (first, second, again):
        assert soup.select_one(".tabs [aria-current]").text == "Urgent 51"
    assert (len(subjects(second)), subjects(again)) == (1, subjects(first))


def test_queries_do_not_grow_with_the_rows(client, agent, django_assert_max_num_queries):
    def count(url):
        with django_assert_max_num_queries(60) as queries:
            page(client, url)
        return len(queries)

    def make(number):
        for _ in range(number):
            ticket = TicketFactory(
                team=TeamFactory(),
                assignee=UserFactory(),
                customer=CustomerFactory(),
                opened_at=timezone.now() - timedelta(days=1),
            )
            TicketEventFactory(ticket=ticket, actor=UserFactory())
        return ticket

    ticket = make(1)
    page(client, LIST)  # The first request of a process fills caches.
    one, one_detail = count(LIST), count(ticket.get_absolute_url())
    make(2)
    for _ in range(3):
        TicketEventFactory(ticket=ticket, actor=UserFactory())

    assert (count(LIST), count(ticket.get_absolute_url())) == (one, one_detail)


def test_csv_keeps_formulas_text(client, agent):
    TicketFactory(subject='=HYPERLINK("http://x")', category="@sum", reopen_count=3)

    (row,) = downloaded(client)

    assert (row["subject"], row["area"], row["reopens"]) == ('\'=HYPERLINK("http://x")', "'@sum", "3")


def test_empty_list_says_so_and_a_filtered_one_offers_to_clear(client, agent):
    assert "Nothing waits here" in page(client, LIST).text
    assert page(client, LIST, q="x").select_one("a[href='/tickets/?tab=us']") is not None


def test_texts_are_escaped(client, agent):
    ticket = TicketFactory(subject="<script>alert(1)</script>", category="<b>")
    TicketEventFactory(ticket=ticket, body="<img src=x>", actor_name="<i>", changes={"subject": ["<u>", ""]})

    for url in (LIST, ticket.get_absolute_url()):
        content = client.get(url).content.decode()
        assert "<script>alert" not in content
        assert not any(mark in content for mark in ("<img src=x>", "<u>", "<i>&lt;"))


def test_ticket_page_tells_facts_and_history_newest_first(client, agent):
    ticket = TicketFactory(
        subject="Broken",
        external_source="desk",
        external_id="A1",
        reopen_count=2,
        customer=CustomerFactory(name="Acme"),
    )
    TicketEventFactory(ticket=ticket, kind="state", old_state="new", new_state="open", actor_name="Jo", via="import")
    changes = {"assignee": [None, "Bo"], "team_id": ["", "Blue"]}
    TicketEventFactory(ticket=ticket, kind="reply", body="Hello", actor=agent, at=timezone.now(), changes=changes)

    soup = page(client, ticket.get_absolute_url())

    facts = {fact.dt.text: fact.dd.text for fact in soup.select("dl.facts div") if fact.dt.kbd is None}
    assert soup.h1.text == "Broken"
    assert {name: facts[name] for name in ("Customer", "With", "Reopened", "Came from")} == {
        "Customer": "Acme", "With": "nobody", "Reopened": "2 times", "Came from": "desk as A1",
    }  # fmt: skip
    first, second = soup.select("ul.rows > li")
    assert ("Public reply" in first.text, "Hello" in first.text, "Ann Ode" in first.text) == (True, True, True)
    assert ("assignee: none → Bo" in first.text, "team: none → Blue" in first.text) == (True, True)
    assert ("New → Open" in second.text, "Jo" in second.text, "Import" in second.text) == (True, True, True)


def test_state_form_offers_only_allowed_states(client, agent):
    options = [o["value"] for o in page(client, SolvedTicketFactory().get_absolute_url()).select("#state-state option")]
    closed = page(client, SolvedTicketFactory(state="closed").get_absolute_url())

    assert options == ["", "open", "closed"]
    assert (closed.select("#state-state"), "Closed is final" in closed.text) == ([], True)


def test_solving_on_the_page_changes_the_ticket_and_comes_back(client, agent):
    ticket = TicketFactory()

    response = post(client, "ticket_state", ticket, state="solved", category="Login", version=1)

    assert (response.status_code, response.url) == (302, ticket.get_absolute_url())
    ticket.refresh_from_db()
    assert (ticket.state, ticket.category, ticket.version) == ("solved", "Login", 2)
    event = TicketEvent.objects.get()
    assert (event.actor, event.via, event.new_state) == (agent, "ui", "solved")
    assert "is solved." in page(client, ticket.get_absolute_url()).text


@pytest.mark.parametrize(
    ("data", "status", "complaint"),
    [
        ({"state": "solved", "version": 1}, 422, "Give the cause before solving the ticket."),
        (
            {"state": "on_hold_vendor", "version": 1, "wake_at": "2099-01-01T10:00"},
            422,
            "Say what the ticket waits for.",
        ),
        (
            {"state": "on_hold_vendor", "version": 1, "reason": "x"},
            422,
            "Give a later time at which the ticket comes back.",
        ),
        ({"state": "closed", "version": 1}, 422, "Select a valid choice."),
        ({"state": "pending_customer", "version": 2}, 409, "This was changed by somebody else meanwhile."),
        ({"state": "pending_customer"}, 422, "The form was not complete."),
    ],
)
def test_refused_change_shows_why_and_changes_nothing(client, agent, data, status, complaint):
    ticket = TicketFactory()

    response = post(client, "ticket_state", ticket, **data)

    assert (response.status_code, complaint in response.content.decode()) == (status, True)
    assert (Ticket.objects.get().state, TicketEvent.objects.count()) == ("open", 0)


def test_hold_is_read_on_the_organisation_s_clock(client, agent, settings):
    settings.ORGANISATION_TIME_ZONE = "America/New_York"
    ticket = TicketFactory()

    post(client, "ticket_state", ticket, state="on_hold_vendor", reason="parts", wake_at="2099-07-01T10:00", version=1)

    assert Ticket.objects.get().wake_at.isoformat() == "2099-07-01T14:00:00+00:00"


@pytest.mark.parametrize("kind", ["reply", "note", "customer"])
def test_something_is_said(client, agent, kind):
    ticket = TicketFactory()

    assert post(client, "ticket_message", ticket, kind=kind, body="Words").status_code == 302
    assert post(client, "ticket_message", ticket, kind=kind, body=" ").status_code == 422

    assert list(TicketEvent.objects.values_list("kind", "body")) == [(kind, "Words")]


def test_ticket_is_given_to_somebody_and_only_to_people(client, agent):
    ticket, team = TicketFactory(), TeamFactory()

    assert post(client, "ticket_assign", ticket, assignee=agent.pk, team=team.pk, version=1).status_code == 302
    assert post(client, "ticket_assign", ticket, assignee=UserFactory(is_service=True).pk, version=2).status_code == 422
    assert post(client, "ticket_assign", ticket, assignee="", version=1).status_code == 409

    ticket.refresh_from_db()
    assert (ticket.assignee, ticket.team) == (agent, team)


def test_new_ticket_is_opened_for_a_known_customer(client, agent):
    acme = CustomerFactory(name="Acme", email="a@example.com")
    data = {"subject": "Broken", "priority": "high", "customer": "ACME"}

    response = client.post("/tickets/new/", data)
    unknown = client.post("/tickets/new/", {**data, "customer": "Nobody"})
    CustomerFactory(name="acme")
    twice = client.post("/tickets/new/", data)

    ticket = Ticket.objects.get()
    assert (response.status_code, response.url) == (302, ticket.get_absolute_url())
    assert (ticket.subject, ticket.priority, ticket.customer, ticket.state) == ("Broken", "high", acme, "new")
    assert (unknown.status_code, "No such customer." in unknown.content.decode()) == (422, True)
    assert (twice.status_code, "More than one customer is called that" in twice.content.decode()) == (422, True)
    assert client.get("/tickets/new/").status_code == 200


def test_reader_sees_no_forms_and_may_not_post(client):
    client.force_login(UserFactory(permissions=["support.view_ticket"]))
    ticket = TicketFactory()

    soup = page(client, ticket.get_absolute_url())

    assert soup.select("main form") == []
    assert page(client, LIST).select("a[href='/tickets/new/']") == []
    for name in ("ticket_state", "ticket_assign", "ticket_message"):
        assert post(client, name, ticket).status_code == 403
    assert client.get("/tickets/new/").status_code == 403


def test_stranger_is_refused_and_the_signed_out_sent_to_sign_in(client):
    ticket = TicketFactory()
    urls = [LIST, CSV, ticket.get_absolute_url(), "/tickets/new/"]

    assert [client.get(url).status_code for url in urls] == [302] * 4
    client.force_login(UserFactory())
    assert [client.get(url).status_code for url in urls] == [403] * 4


def test_absent_ticket_is_404(client, agent):
    assert client.get("/tickets/999/").status_code == 404
    assert client.post("/tickets/999/state/", {"state": "open", "version": 1}).status_code == 404
    assert client.post("/tickets/999/message/", {"kind": "note", "body": "x"}).status_code == 404
