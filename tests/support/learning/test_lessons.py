"""What tickets teach, on the page of the desk: the causes that ask most, and what is done about each."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from support.selectors import lessons
from support.selectors.lessons import MOST, count_lessons, list_lessons
from support.views.lessons import trend
from tests.factories import NOW, CustomerFactory, TicketFactory, UserFactory
from tests.factories_learning import CauseFactory, ChangeFactory, InsightFactory
from tests.factories_support import TicketClockFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_cache")]
DAY = timedelta(days=1)


def asked(cause, days, **fields):
    return TicketFactory(category=cause, opened_at=NOW - days * DAY, **fields)


def work(ticket, minutes, metric="agent_work"):
    TicketClockFactory(ticket=ticket, metric=metric, elapsed_business_us=minutes * 60_000_000)


def test_causes_are_counted_over_ninety_days_against_those_before():
    ann = CustomerFactory()
    CauseFactory(code="sync", name="Sync fails")
    for ticket in (asked("sync", 1, customer=ann), asked("sync", 89, customer=ann), asked("sync", 30)):
        work(ticket, 10)
    work(asked("sync", 91), 500)
    asked("sync", 179)
    asked("sync", 181)
    asked("bills", 2)
    asked("", 2)
    asked("sync", 2, state="spam", closed_at=NOW)

    rows = [(one.cause, one.name, one.tickets, one.before, one.customers, one.minutes) for one in list_lessons(at=NOW)]

    assert rows == [("sync", "Sync fails", 3, 2, 1, 30), ("bills", "bills", 1, 0, 0, 0)]


def test_other_clocks_are_no_work_of_ours():
    work(asked("sync", 1), 10, metric="customer_wait")

    assert [one.minutes for one in list_lessons(at=NOW)] == [0]


def test_insight_that_came_furthest_is_shown_with_its_change():
    asked("sync", 1)
    InsightFactory(cause="sync", product="A", state="candidate")
    planned = InsightFactory(cause="sync", product="B", state="planned")
    InsightFactory(cause="sync", product="C", state="dismissed", ended_at=NOW)
    change = ChangeFactory(insight=planned)

    (lesson,) = list_lessons(at=NOW)

    assert (lesson.insight, lesson.change) == (planned, change)


def test_only_the_heaviest_are_shown():
    for number in range(MOST + 2):
        for _ in range(1 + (number < 2)):
            asked(f"cause-{number:02}", 1)

    assert [one.cause for one in list_lessons(at=NOW)] == [f"cause-{number:02}" for number in range(MOST)]


@pytest.mark.parametrize(
    ("now", "before", "words"),
    [(14, 10, "↑ 40 %"), (5, 10, "↓ 50 %"), (10, 10, "="), (7, 0, "new"), (3, 1, "–"), (0, 10, "↓ 100 %")],
)
def test_trend_in_words(now, before, words):
    assert trend(now, before) == words


def test_page_of_the_desk_shows_it_to_those_who_see_insights(client):
    now = timezone.now()
    insight = InsightFactory(cause="sync", state="planned")
    ChangeFactory(insight=insight, title="Renew tokens", check_on=(now + 10 * DAY).date())
    for _ in range(6):
        TicketFactory(category="sync", opened_at=now - DAY)
    client.force_login(UserFactory(groups=["support_agent"]))

    soup = BeautifulSoup(client.get("/support/").content, "html.parser")
    client.force_login(UserFactory(permissions=["support.view_ticket"]))
    hidden = client.get("/support/").content.decode()

    section = next(one for one in soup.select("section.sec") if one.h2.text == "What tickets teach")
    cells = [" ".join(cell.get_text(" ", strip=True).split()) for cell in section.select("tbody td")]
    assert cells[:5] == ["sync", "6", "0", "0 min", "new"]
    assert cells[5].startswith("planned Renew tokens, check")
    assert section.select_one("tbody a")["href"] == insight.get_absolute_url()
    assert section.select_one("header a")["href"] == "/insights/"
    assert "What tickets teach" not in hidden


def test_numbers_of_many_tickets_are_kept_but_not_what_is_done_about_them(monkeypatch):
    monkeypatch.setattr(lessons, "MANY", 2)
    asked("sync", 1)
    asked("sync", 2)
    list_lessons(at=NOW)
    asked("sync", 3)
    insight = InsightFactory(cause="sync", state="validated")

    (kept,) = list_lessons(at=NOW)
    count_lessons(at=NOW)
    (renewed,) = list_lessons(at=NOW)

    assert (kept.tickets, kept.insight) == (2, insight)
    assert renewed.tickets == 3


def test_more_causes_cost_no_more_queries():
    def count():
        with CaptureQueriesContext(connection) as captured:
            list_lessons(at=NOW)
        return len(captured)

    def add(cause):
        work(asked(cause, 1), 5)
        ChangeFactory(insight=InsightFactory(cause=cause, state="planned"))

    add("one")
    one = count()
    add("two")
    add("three")
    assert count() == one
