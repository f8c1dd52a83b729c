"""The page of the whole desk."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from support.models import TicketState
from support.selectors.overview import Staff, count_waiting_on
from support.selectors.queue import QueueQuery, count_tabs
from support.views.overview import write_staff
from tests.factories import SolvedTicketFactory, TeamFactory, TicketFactory, UserFactory
from tests.factories_cover import AbsenceFactory, DutyShiftFactory
from tests.factories_learning import ChangeFactory, InsightFactory
from tests.factories_support import SlaPolicyVersionFactory, TicketClockFactory

pytestmark = pytest.mark.django_db
URL, DAY = "/support/", timedelta(days=1)


@pytest.fixture
def agent(client):
    person = UserFactory(groups=["support_agent"])
    client.force_login(person)
    return person


def page(client, url=URL):
    response = client.get(url)
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def section(soup, name):
    return next((one for one in soup.select("section.sec") if one.h2.find(string=True).strip() == name), None)


def words(node):
    return " ".join(node.get_text(" ", strip=True).split())


def test_lede_counts_as_the_tabs_of_the_queue_do(client, agent):
    for number, state in enumerate(TicketState):
        ended = {"resolved_at": timezone.now()} if state in {TicketState.SOLVED, TicketState.CLOSED} else {}
        for _ in range(number + 1):
            TicketFactory(state=state, opened_at=timezone.now() - DAY, **ended)

    waiting, tabs = count_waiting_on(), count_tabs(QueueQuery(person=agent.pk))

    assert (waiting.us, waiting.customer, waiting.hold) == (tabs["us"], tabs["customer"], tabs["hold"]) == (3, 3, 9)
    assert words(page(client).select_one(".lede")).startswith("3 wait for us, 3 for customers, 9 are on hold.")


def test_lede_names_who_is_out_and_counts_agents_once(client, agent):
    now, ann, bob = timezone.now(), UserFactory(name="Ann"), UserFactory(name="Bob")
    for person in (ann, ann, bob, UserFactory(), UserFactory(is_active=False)):
        DutyShiftFactory(user=person)
    AbsenceFactory(user=bob, starts_at=now - DAY, ends_at=now + DAY)
    AbsenceFactory(user=UserFactory(name="Cy"), starts_at=now + DAY, ends_at=now + 2 * DAY)

    assert "2 agents are on duty now; Bob is out." in words(page(client).select_one(".lede"))
    assert "2 on duty now." in words(page(client, "/tickets/cover/").select_one(".lede"))


@pytest.mark.parametrize(
    ("there", "out", "said"),
    [
        (0, 0, "Nobody is on duty now; nobody is out."),
        (1, 2, "1 agent is on duty now; A and B are out."),
        (1200, 5, "1,200 agents are on duty now; A, B, C and 2 more are out."),
    ],
)
def test_staff_in_words(there, out, said):
    people = tuple(UserFactory.build(name=name) for name in "ABCDE"[:out])

    assert write_staff(Staff(there, people)) == said


def test_urgent_tickets_with_nobody_and_the_oldest_are_named_once(client, agent):
    now = timezone.now()
    oldest = TicketFactory(subject="oldest", priority="urgent", assignee=None, opened_at=now - 9 * DAY)
    for age in (5, 4, 3):
        TicketFactory(subject=f"{age} days", assignee=UserFactory(), opened_at=now - age * DAY)
    TicketFactory(subject="urgent", priority="urgent", assignee=None, opened_at=now - DAY)
    SolvedTicketFactory(opened_at=now - 20 * DAY, resolved_at=now - DAY)

    found = section(page(client), "Needs somebody")
    rows, link = found.select("li"), found.select_one("header a")

    assert [row.a.text for row in rows] == ["oldest", "urgent", "5 days", "4 days"]
    assert link.text == "2 urgent with nobody"
    assert {row.text for row in page(client, link["href"]).select("a.subj")} == {"oldest", "urgent"}
    assert words(rows[0].select_one(".what p")) == f"{oldest.reference}, urgent, with nobody"
    assert words(rows[2].select_one(".what p")).endswith("among the oldest")


def test_empty_desk_says_so(client, agent):
    soup = page(client)

    assert "0 wait for us" in soup.select_one(".lede").text
    assert "No ticket is open." in section(soup, "Needs somebody").text
    assert "Nothing was solved" in section(soup, "Resolution").text
    assert "Causes stand here" in section(soup, "What tickets teach").text


def test_buttons_and_sections_are_for_those_who_may(client):
    client.force_login(UserFactory(permissions=["support.view_ticket"]))

    soup = page(client)

    assert [link.text for link in soup.select(".head .actions a")] == ["Queue"]
    assert "on duty" not in soup.select_one(".lede").text
    assert section(soup, "What tickets teach") is None


def test_agents_get_to_the_queue_and_back(client, agent):
    queue = BeautifulSoup(client.get("/tickets/").content, "html.parser")

    assert [link["href"] for link in page(client).select(".head .actions a")] == [
        "/tickets/",
        "/tickets/cover/",
        "/tickets/new/",
    ]
    assert queue.select_one(".head .actions a")["href"] == URL


def test_the_page_takes_the_same_queries_however_much_there_is(client, agent):
    """Twenty-two, besides those of the frame, which are the same on every page."""

    def count(url):
        client.get(url)  # Fills caches.
        with CaptureQueriesContext(connection) as captured:
            client.get(url)
        return sum("django_cache" not in query["sql"] for query in captured)  # Redis needs none.

    def fill():
        now, team = timezone.now(), TeamFactory()
        promised = {"due_at": now + timedelta(hours=1), "remaining_us": 1, "policy_version": SlaPolicyVersionFactory()}
        TicketClockFactory(ticket=TicketFactory(opened_at=now - DAY, category=f"c{team.pk}"), **promised)
        ChangeFactory(insight=InsightFactory(cause=f"c{team.pk}", state="planned"))
        SolvedTicketFactory(opened_at=now - DAY, resolved_at=now)
        DutyShiftFactory(team=team)
        AbsenceFactory(starts_at=now - DAY, ends_at=now + DAY)

    fill()
    few = count(URL)
    for _ in range(5):
        fill()

    assert (few - count("/search/"), count(URL) - few) == (23, 0)


def test_stranger_is_refused_and_the_signed_out_sent_to_sign_in(client):
    assert client.get(URL).status_code == 302
    client.force_login(UserFactory())
    assert client.get(URL).status_code == 403


def test_resolution_counts_the_last_four_weeks(client, agent):
    now = timezone.now()
    for hours in (2, 4, 100):
        SolvedTicketFactory(opened_at=now - timedelta(hours=hours + 1), resolved_at=now - timedelta(hours=1))
    SolvedTicketFactory(opened_at=now - timedelta(days=60), resolved_at=now - timedelta(days=40))
    SolvedTicketFactory(state="spam", opened_at=now - timedelta(hours=9), resolved_at=now - timedelta(hours=1))

    soup = page(client)

    assert "last 28 days, n = 3; the last bar holds 1 beyond 96 h" in soup.select_one("figcaption").text
    assert "Half are solved in 4.0 h; a long tail makes the mean 35.3" in soup.select_one("figcaption").text
    rows = {row.th.text: row.td.text for row in soup.select("details.data tbody tr")}
    assert (rows["0 to 6 h"], rows["90 h and more"], sum(map(int, rows.values()))) == ("2", "1", 3)
