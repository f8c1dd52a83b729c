from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.models import Grain
from metrics.periods import ALL_START, OrganisationCalendar, days_of_marks

ZONES = [
    "UTC",
    "America/New_York",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "Pacific/Apia",
]


@pytest.mark.parametrize(
    ("zone", "day", "length"),
    [
        ("America/New_York", date(2026, 3, 8), 23),
        ("America/New_York", date(2026, 11, 1), 25),
        ("UTC", date(2026, 3, 8), 24),
    ],
)
def test_a_local_day_lasts_as_long_as_its_clocks_say(zone, day, length):
    calendar = OrganisationCalendar(zone)

    assert calendar.midnight(day + timedelta(days=1)) - calendar.midnight(day) == timedelta(hours=length)


def test_the_skipped_day_of_samoa_is_empty():
    calendar = OrganisationCalendar("Pacific/Apia")

    assert calendar.midnight(date(2011, 12, 30)) == calendar.midnight(date(2011, 12, 31))


@given(
    zone=st.sampled_from(ZONES),
    moment=st.datetimes(datetime(1971, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC)),
)
def test_every_instant_lies_in_exactly_its_local_day(zone, moment):
    calendar = OrganisationCalendar(zone)
    day = calendar.day_of(moment)

    assert day == moment.astimezone(ZoneInfo(zone)).date()
    assert calendar.midnight(day) <= moment < calendar.midnight(day + timedelta(days=1))
    hour = int(moment.timestamp()) // 3600
    assert day in days_of_marks([hour], calendar)


@given(
    day=st.dates(date(1990, 1, 1), date(2090, 1, 1)),
    week_start=st.integers(0, 6),
    year_start=st.integers(1, 12),
    grain=st.sampled_from([g for g in Grain.values if g not in (Grain.ALL, Grain.ROLLING)]),
)
def test_periods_tile_the_days(day, week_start, year_start, grain):
    calendar = OrganisationCalendar("UTC", week_start, year_start)
    start = calendar.period_start(day, grain)
    end = calendar.period_end(start, grain)

    assert start <= day < end
    assert calendar.period_start(end - timedelta(days=1), grain) == start
    assert calendar.period_start(end, grain) == end


def test_a_fiscal_year_from_april():
    calendar = OrganisationCalendar(year_start=4)

    assert calendar.period_start(date(2026, 2, 3), Grain.YEAR) == date(2025, 4, 1)
    assert calendar.period_start(date(2026, 8, 31), Grain.QUARTER) == date(2026, 7, 1)
    assert calendar.period_start(date(2026, 8, 31), Grain.ALL) == ALL_START
    assert calendar.period_end(ALL_START, Grain.ALL) is None


@given(day=st.dates(date(1990, 1, 1), date(2090, 1, 1)), length=st.integers(2, 366))
def test_a_day_lies_in_as_many_rolling_periods_as_they_are_long(day, length):
    calendar = OrganisationCalendar(rolling_days=length)
    starts = calendar.starts_containing(day, Grain.ROLLING)

    assert len(set(starts)) == length
    assert all(start <= day < calendar.period_end(start, Grain.ROLLING) for start in starts)
    assert list(calendar.starts_between(min(starts), day, Grain.ROLLING)) == sorted(starts)


@pytest.mark.parametrize("first_month", range(1, 13))
def test_quarters_and_years_begin_with_the_fiscal_year(first_month):
    calendar = OrganisationCalendar(year_start=first_month)
    for month in range(24):
        day = date(2025 + month // 12, month % 12 + 1, 17)
        quarter, year = calendar.period_start(day, Grain.QUARTER), calendar.period_start(day, Grain.YEAR)
        assert year.month == first_month
        assert (quarter.month - first_month) % 3 == 0
        assert year <= quarter <= day < calendar.period_end(quarter, Grain.QUARTER)
        assert calendar.period_end(quarter, Grain.QUARTER) <= calendar.period_end(year, Grain.YEAR)


def test_weeks_are_iso_weeks_by_default():
    calendar = OrganisationCalendar()

    for offset in range(800):
        day = date(2024, 12, 20) + timedelta(days=offset)
        assert calendar.period_start(day, Grain.WEEK).isocalendar() == (*day.isocalendar()[:2], 1)


def test_every_zone_of_the_database_has_its_midnights():
    for zone in sorted(available_timezones()):
        calendar = OrganisationCalendar(zone)
        for day in (date(2026, 3, 29), date(2026, 10, 25), date(2026, 7, 1)):
            assert calendar.day_of(calendar.midnight(day)) == day
            assert calendar.day_of(calendar.midnight(day) - timedelta(microseconds=1)) < day
