from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from scipy.stats import poisson

from operations.models import BusinessCalendar, CalendarVersion, Notification, OutboxMessage
from support.cover.staffing import Demand, Slot, count_agents, list_slots, merge_ranges, poisson_upper
from support.models import CoverageGap
from support.selectors.coverage import get_outlook
from support.services.coverage_gaps import watch_coverage, write_hours
from support.tasks import watch_coverage as task
from tests.api_client import BASE, client_of
from tests.factories import NOW, TeamFactory, TicketFactory, UserFactory
from tests.factories_cover import DutyShiftFactory
from tests.support.cover.people import DAY, out

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
TUESDAY = datetime(2026, 3, 3, tzinfo=UTC)  # NOW is the Monday before, 12:00.
NEW_YORK = ZoneInfo("America/New_York")


@pytest.fixture(autouse=True)
def _utc(settings):
    settings.ORGANISATION_TIME_ZONE = "UTC"
    settings.SUPPORT_HANDLING_MINUTES, settings.SUPPORT_OCCUPANCY = 30.0, 0.5


def arrivals(team, weeks, each=1, hour=10):
    """Tickets on Tuesdays at that hour of so many weeks, and one eight weeks ago on a Monday, so that all days count."""
    TicketFactory(opened_at=NOW - 8 * 7 * DAY)
    for week in range(1, weeks + 1):
        TicketFactory.create_batch(
            each, team=team, opened_at=TUESDAY + timedelta(hours=hour, minutes=20) - week * 7 * DAY
        )


def hour_of(coverage, day, hour):
    return next(one for one in coverage.hours if (one.slot.day, one.slot.hour) == (day, hour))


def test_an_hour_needs_what_came_on_its_weekday_before():
    desk, other = TeamFactory(), TeamFactory()
    arrivals(desk, weeks=8, each=3)
    TicketFactory(team=desk, state="spam", opened_at=TUESDAY + 10 * HOUR - 7 * DAY, closed_at=TUESDAY)
    TicketFactory(team=desk, opened_at=TUESDAY + 10 * HOUR - 9 * 7 * DAY)
    first, second = UserFactory(), UserFactory()
    DutyShiftFactory(team=desk, user=first, windows={"tue": ["10:30-17:00"]})
    DutyShiftFactory(team=other, user=first, windows={"tue": ["10:00-12:00"]})
    DutyShiftFactory(team=desk, user=second)
    out(second, since=NOW, until=NOW + 3 * DAY)

    outlook = get_outlook(NOW)
    mine = hour_of(outlook.of(desk), TUESDAY.date(), 10)
    all_teams = hour_of(outlook.of(None), TUESDAY.date(), 10)

    assert (mine.arrivals.count, mine.arrivals.days, mine.arrivals.mean) == (24, 8, 3.0)
    assert (mine.on_duty, mine.needed, mine.lacking) == (0.5, 3.0, 2.5)  # 3 × 30 min / 60 / 0.5.
    assert (all_teams.on_duty, all_teams.needed) == (1.0, 3.0)  # In two shifts at once, but one person.
    assert hour_of(outlook.of(desk), TUESDAY.date() + timedelta(7), 10).on_duty == 1.5
    assert len(outlook.of(None).hours) == 14 * 24


def test_without_history_nothing_is_expected_and_closed_hours_need_nobody():
    desk = TeamFactory()
    DutyShiftFactory(team=desk)
    assert hour_of(get_outlook(NOW).of(desk), TUESDAY.date(), 10).needed is None

    calendar = BusinessCalendar.objects.create(name="Desk", timezone="UTC")
    CalendarVersion.objects.create(
        calendar=calendar, effective_on=date(2020, 1, 1), windows={"tue": ["11:00-12:00"]}, created_at=NOW
    )
    desk.calendar = calendar
    desk.save()
    arrivals(desk, weeks=8)
    coverage = get_outlook(NOW).of(desk)

    assert [hour_of(coverage, TUESDAY.date(), hour).needed for hour in (10, 11)] == [None, 0.0]
    assert not hour_of(coverage, TUESDAY.date(), 10).is_open


def test_a_young_desk_counts_the_days_there_were():
    desk = TeamFactory()
    TicketFactory(team=desk, opened_at=TUESDAY - 7 * DAY + 10 * HOUR)

    found = hour_of(get_outlook(NOW).of(desk), TUESDAY.date(), 10)

    assert (found.arrivals.count, found.arrivals.days) == (1, 1)


def test_days_of_daylight_saving_have_24_slots_of_real_length():
    spring, autumn = (list_slots(day, 1, NEW_YORK) for day in (date(2026, 3, 8), date(2026, 11, 1)))

    assert [(len(slots), sum(slot.length for slot in slots)) for slots in (spring, autumn)] == [(24, 23.0), (24, 25.0)]
    assert ([slot.length for slot in spring][1:4], [slot.length for slot in autumn][0:3]) == ([1, 0, 1], [1, 2, 1])
    day = [(autumn[0].start, autumn[-1].end)]
    assert set(count_agents(autumn, [day, day])) == {2.0}
    assert count_agents(spring, [[(spring[0].start, spring[-1].end)]])[2] == 0.0


def test_time_is_counted_by_brute_force_alike():
    slots = list_slots(date(2026, 3, 7), 2, NEW_YORK)
    start = slots[0].start - HOUR
    ranges = merge_ranges([(start + 7 * k * HOUR / 3, start + (7 * k + 5) * HOUR / 3) for k in range(30)])
    minute = timedelta(minutes=1)

    def minutes_in(slot: Slot):
        length = round((slot.end - slot.start) / minute)
        inside = sum(any(low <= slot.start + k * minute < high for low, high in ranges) for k in range(length))
        return round(inside / length, 1) if length else 0.0

    assert count_agents(slots, [ranges]) == [minutes_in(slot) for slot in slots]


def test_the_upper_bound_is_scipys():
    means = [0, 0.1, 0.5, 1, 2.25, 7, 30]

    assert [poisson_upper(mean) for mean in means] == [int(poisson.ppf(0.8, mean)) for mean in means]
    assert Demand(20, 0.75).agents_for(4.5, 1) == 2.0


def test_a_gap_is_told_once_ahead_of_it_and_ended_when_it_is_closed():
    coo, lead = UserFactory(groups=["coo"]), UserFactory()
    desk = TeamFactory(name="Desk", lead=lead)
    agent = UserFactory()
    DutyShiftFactory(team=desk, user=agent, windows={"tue": ["10:00-11:00"]})
    arrivals(desk, weeks=8)
    assert watch_coverage(at=NOW) == 0
    absence = out(agent, since=TUESDAY, until=TUESDAY + DAY)
    absence.ends_at = TUESDAY + 12 * HOUR

    assert (watch_coverage(at=NOW), watch_coverage(at=NOW + HOUR)) == (1, 0)

    gap = CoverageGap.objects.get()
    assert (gap.team, gap.day_on, gap.hours, gap.lacking) == (desk, TUESDAY.date(), [10], 1.0)
    told = OutboxMessage.objects.filter(event=f"coverage:{gap.pk}", channel="in_app")
    assert set(told.values_list("user", flat=True)) == {coo.pk, lead.pk}
    assert (told[0].title, told[0].text) == (
        "Desk lacks agents on Tue 3 Mar",
        "10:00–11:00. In the worst hour 0.0 of 1.0 agents are there.",
    )

    DutyShiftFactory(team=desk, user=UserFactory(), windows={"tue": ["10:00-11:00"]})
    assert watch_coverage(at=NOW + 2 * HOUR) == 0
    gap.refresh_from_db()
    assert (gap.ending, gap.ended_at) == ("closed", NOW + 2 * HOUR)
    assert Notification.objects.filter(message__event=f"coverage:{gap.pk}:end").count() == 2


def test_a_gap_that_comes_to_pass_ends_quietly():
    UserFactory(groups=["coo"])
    desk = TeamFactory()
    DutyShiftFactory(team=desk, windows={"tue": ["10:00-10:30"]})
    arrivals(desk, weeks=8)
    arrivals(desk, weeks=8, hour=14)
    watch_coverage(at=NOW)

    watch_coverage(at=TUESDAY + 12 * HOUR)
    assert CoverageGap.objects.get(ended_at=None, day_on=TUESDAY.date()).hours == [10, 14]
    watch_coverage(at=TUESDAY + 15 * HOUR)

    gap = CoverageGap.objects.get(day_on=TUESDAY.date())
    assert gap.ending == "passed"
    assert not Notification.objects.filter(message__event__endswith=":end").exists()


def test_a_team_without_shifts_is_not_warned_of():
    arrivals(TeamFactory(), weeks=8)

    task()
    assert watch_coverage(at=NOW) == 0


def test_hours_are_written_as_stretches():
    assert write_hours([9, 10, 15, 23]) == "09:00–11:00, 15:00–16:00, 23:00–24:00"


def test_the_api_says_what_it_was_worked_out_of():
    desk = TeamFactory()
    api = client_of(UserFactory(groups=["executive"]))

    found = api.get(f"{BASE}/coverage/?team={desk.pk}").json()

    assert (found["team"], found["weeks"], found["handling_minutes"], found["occupancy"]) == (desk.pk, 8, 30.0, 0.5)
    assert len(found["hours"]) == 14 * 24
    assert (found["hours"][0]["hour"], found["hours"][0]["expected"]) == (0, None)
    assert [api.get(f"{BASE}/coverage/?team={asked}").status_code for asked in ("0", "x", "", 2**63, 2**62)] == [
        *(400, 400, 400, 400, 404)
    ]
