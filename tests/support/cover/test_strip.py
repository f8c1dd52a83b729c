"""Cover on the page of the desk: the numbers of the page of cover, day by day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from django.utils import timezone

from operations.models import BusinessCalendar
from operations.services.calendars import NewHours, create_calendar
from support.selectors.coverage import get_outlook
from support.views.cover_chart import show_cover
from support.views.cover_words import show_grid
from tests.factories import TeamFactory, TicketFactory, UserFactory
from tests.factories_cover import DutyShiftFactory

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 6, 15, 10, 20, tzinfo=UTC)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _utc(settings):
    settings.ORGANISATION_TIME_ZONE = "UTC"


def shift(team, windows, **fields):
    return DutyShiftFactory(team=team, windows={day: [windows] for day in WEEKDAYS}, **fields)


def arrive(team, *, hour, count, weeks=8, weekday=0):
    """So many tickets on that weekday at that hour of each of the last weeks."""
    first = MONDAY.replace(hour=hour, minute=5) - timedelta(weeks=weeks) + weekday * DAY
    for week in range(weeks):
        for _ in range(count):
            TicketFactory(team=team, opened_at=first + timedelta(weeks=week))


def read(shown):
    """The words below the days, by their names, and the rows of the table."""
    soup = BeautifulSoup(str(shown["figure"]), "html.parser")
    words = [word.text for word in soup.select_one("svg.wide").select("text")]
    rows = [[cell.text for cell in row.select("th, td")] for row in soup.select("tbody tr")]
    return dict(zip(words[::2], words[1::2], strict=True)), rows, soup.figcaption.b.text


def test_each_day_has_the_numbers_of_the_page_of_cover():
    team = TeamFactory(name="Hooks")
    shift(team, "09:00-17:00")
    shift(team, "12:00-15:30")
    arrive(team, hour=9, count=3)  # Needs 1.3 of 1 agents on Mondays; this Monday's 9 o'clock is over.
    arrive(team, hour=11, count=3)
    arrive(team, hour=18, count=1, weekday=3)
    outlook = get_outlook(MONDAY)

    days, rows, finding = read(show_cover(outlook))

    coverage = outlook.of(None)
    cells = [row["cells"] for row in show_grid(coverage, MONDAY)["rows"]]
    lacking = [sum(bool(hour[place]["needed"]) for hour in cells) for place in range(14)]
    assert lacking == [1, 0, 0, 1, 0, 0, 0, 2, 0, 0, 1, 0, 0, 0]
    expected = [f"−{count} h" if count else "covered" for count in lacking]
    expected[5] = expected[6] = expected[12] = expected[13] = "closed"
    assert list(days.values()) == expected
    assert list(days)[:2] == ["Mon 15", "Tue 16"]
    for row, hours in zip(rows, coverage.days().values(), strict=True):
        assert float(row[1]) == pytest.approx(sum(hour.on_duty for hour in hours))
        assert float(row[2]) == pytest.approx(sum(hour.needed or 0 for hour in hours))
    assert (rows[0][0], rows[0][3], rows[7][3]) == ("Mon 15 Jun", "11:00–12:00", "09:00–10:00, 11:00–12:00")
    assert finding == "Short on Mon 15, Thu 18, Mon 22 and Thu 25"


def test_a_team_that_is_short_is_named_though_all_together_are_enough():
    billing, hooks = TeamFactory(name="Billing"), TeamFactory(name="Hooks")
    shift(billing, "09:00-10:00")
    for _ in range(3):
        shift(hooks, "00:00-24:00")
    arrive(billing, hour=11, count=2)

    shown = show_cover(get_outlook(MONDAY))

    assert read(shown)[2] == "Together there are enough; Billing is short"
    assert shown["gaps"] == "Short: Billing on Mon 15 Jun 11:00–12:00; Billing on Mon 22 Jun 11:00–12:00."


def test_a_team_without_shifts_opens_no_hours_for_the_others():
    calendar = create_calendar(
        calendar=BusinessCalendar(name="Billing", timezone="UTC"),
        hours=NewHours(date(2026, 1, 1), {day: ["09:00-17:00"] for day in WEEKDAYS}),
        at=MONDAY,
        by=None,
    )
    billing = TeamFactory(name="Billing", calendar=calendar)
    shift(billing, "09:00-17:00")
    arrive(billing, hour=11, count=1)
    arrive(billing, hour=20, count=3)
    before = read(show_cover(get_outlook(MONDAY)))

    TeamFactory(name="New, open around the clock, and nobody knows who is there")

    assert read(show_cover(get_outlook(MONDAY))) == before
    assert before[2] == "Every open hour ahead is covered"


@pytest.mark.parametrize(
    ("hour", "weeks", "first", "finding"),
    [
        (9, 8, "covered", "Every open hour ahead is covered"),
        (9, 0, "unknown", "How many are needed is not known yet"),
    ],
)
def test_days_without_gaps(hour, weeks, first, finding):
    team = TeamFactory()
    shift(team, "00:00-24:00")
    arrive(team, hour=hour, count=1, weeks=weeks)

    days, _, said = read(show_cover(get_outlook(MONDAY)))

    assert (days["Mon 15"], said) == (first, finding)


def test_more_short_days_than_are_named_are_counted():
    team = TeamFactory()
    shift(team, "01:00-02:00", starts_on=date(2020, 1, 1))
    for weekday in range(5):
        arrive(team, hour=12, count=1, weekday=weekday)

    assert read(show_cover(get_outlook(MONDAY)))[2] == "Short on Mon 15, Tue 16, Wed 17 and seven more days"


def test_a_day_that_has_ended_its_hours_is_over():
    week = {day: ["09:00-17:00"] for day in WEEKDAYS}
    hours = NewHours(date(2026, 1, 1), week)
    calendar = BusinessCalendar(name="Office", timezone="UTC", is_organisation=True)
    create_calendar(calendar=calendar, hours=hours, at=MONDAY, by=None)
    shift(TeamFactory(), "09:00-17:00")
    evening = MONDAY.replace(hour=17, minute=0)

    said = [read(show_cover(get_outlook(at)))[0]["Mon 15"] for at in (evening - timedelta(seconds=1), evening)]

    assert said == ["unknown", "over"]


def section(client, **person):
    client.force_login(UserFactory(**person))
    soup = BeautifulSoup(client.get("/support/").content, "html.parser")
    return next((one for one in soup.select("section.sec") if one.h2.text == "Cover"), None)


def test_page_shows_it_to_those_who_see_shifts(client):
    DutyShiftFactory()
    TicketFactory(opened_at=timezone.now() - 60 * DAY)

    found = section(client, groups=["support_agent"])

    assert found.select_one("header a")["href"] == "/tickets/cover/"
    assert [svg["role"] for svg in found.select("svg[role]")] == ["img", "img"]
    assert len(found.select("tbody tr")) == 14
    assert section(client, permissions=["support.view_ticket"]) is None


def test_without_shifts_the_section_says_what_to_do(client):
    found = section(client, groups=["support_agent"])

    assert found.svg is not None  # The shape of the state.
    assert found.select("svg.wide") == []
    assert "No shift is planned yet" in found.text
