"""The engine against a loop over minutes that knows nothing of it, and against vectors worked out by hand."""

import random
from bisect import bisect_left
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

import pytest

from operations.business_time.engine import BusinessTime, NoOpenTimeError, check_opens
from operations.business_time.rules import Week, make_rules, parse_week, parse_windows

MINUTE = timedelta(minutes=1)
NEW_YORK = ZoneInfo("America/New_York")
WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
EVERY_DAY = (*WORKDAYS, "sat", "sun")

# A zone with its changes of the clock inside these days, and hours that meet them.
CASES = {
    "new york, two windows, spring": (
        "America/New_York", date(2026, 3, 4), {day: ["09:00-12:00", "13:00-17:30"] for day in WORKDAYS},
    ),
    "new york, nights, spring": ("America/New_York", date(2026, 3, 4), {day: ["22:00-06:00"] for day in EVERY_DAY}),
    "new york, edges in the gap": (
        "America/New_York", date(2026, 3, 4), {"sun": ["01:15-02:30", "02:45-04:00"], "mon": ["02:30-02:45"]},
    ),
    "new york, nights, autumn": ("America/New_York", date(2026, 10, 28), {day: ["21:30-01:30"] for day in EVERY_DAY}),
    "new york, edges that come twice": (
        "America/New_York", date(2026, 10, 28), {"sun": ["00:15-01:30", "01:45-03:00"]},
    ),
    "berlin, whole days": ("Europe/Berlin", date(2026, 3, 25), {"sat": ["00:00-24:00"], "sun": ["00:30-00:30"]}),
    "lord howe, half an hour": ("Australia/Lord_Howe", date(2026, 4, 1), {day: ["01:40-02:10"] for day in EVERY_DAY}),
    "kathmandu, overlapping": (
        "Asia/Kathmandu", date(2026, 5, 1), {"mon": ["08:00-14:00", "13:00-18:00"], "tue": ["23:00-23:00"]},
    ),
    "apia, a day that never was": ("Pacific/Apia", date(2011, 12, 27), {day: ["08:00-17:00"] for day in EVERY_DAY}),
    "casablanca, ramadan": ("Africa/Casablanca", date(2026, 2, 12), {day: ["20:00-04:00"] for day in EVERY_DAY}),
}  # fmt: skip
DAYS = 10
SPECIAL = {3: ["10:00-11:00"], 6: []}


def rules_of(zone, first, windows):
    later = {day: ["10:00-15:00"] for day in EVERY_DAY}
    weeks = [Week(first - timedelta(days=90), parse_week(windows))]
    weeks.append(Week(first + timedelta(days=8), parse_week(later)))
    special = {first + timedelta(days=day): parse_windows(texts) for day, texts in SPECIAL.items()}
    return make_rules(ZoneInfo(zone), weeks, special), later


def naive_minutes(zone, first, days, hours_of):
    """Every minute of the days around, open or not: an edge is the first minute whose wall clock has reached it.

    `hours_of` gives the windows of a local day as texts.
    """
    tz = ZoneInfo(zone)
    begin = datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(days=2)
    instants = [begin + i * MINUTE for i in range((days + 5) * 1440)]
    reached, top = [], datetime.min
    for at_ in instants:
        top = max(top, at_.astimezone(tz).replace(tzinfo=None))
        reached.append(top)
    is_open = [False] * len(instants)
    for offset in range(-3, days + 4):
        day = first + timedelta(days=offset)
        midnight = datetime(day.year, day.month, day.day)
        for text in hours_of(day):
            start, end = (timedelta(hours=int(t[:2]), minutes=int(t[3:])) for t in text.split("-"))
            end = end if end > start else end + timedelta(days=1)
            low, high = bisect_left(reached, midnight + start), bisect_left(reached, midnight + end)
            is_open[low:high] = [True] * (high - low)
    return instants, is_open


def open_seconds(is_open):
    """How many seconds were open before each minute."""
    return list(accumulate((60 * one for one in is_open), initial=0))


@pytest.mark.parametrize("case", CASES)
def test_equals_a_loop_over_minutes(case):
    zone, first, windows = CASES[case]
    rules, later = rules_of(zone, first, windows)

    def hours_of(day):
        offset = (day - first).days
        week = later if offset >= 8 else windows
        return SPECIAL.get(offset, week.get(EVERY_DAY[day.weekday()], []))

    instants, is_open = naive_minutes(zone, first, DAYS, hours_of)
    sums = open_seconds(is_open)
    rng = random.Random(7)
    engine = BusinessTime(rules)
    low, high = 1440 * 2, 1440 * (DAYS + 2)

    for _ in range(1500):
        a, b = sorted((rng.randint(low, high), rng.randint(low, high)))
        assert engine.business_seconds(instants[a], instants[b]) == sums[b] - sums[a]
        assert engine.is_open(instants[a]) == is_open[a]
        if sums[b] > sums[a]:
            due = engine.add_business_time(instants[a], sums[b] - sums[a])
            assert due == instants[bisect_left(sums, sums[b])]
        ranges = engine.open_ranges(instants[a], instants[b])
        assert sum((end - start).total_seconds() for start, end in ranges) == sums[b] - sums[a]
        assert all(one[1] < two[0] for one, two in pairwise(ranges))


ZONES = ("America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata", "America/Sao_Paulo", "UTC")
RANDOM_DAYS = 56
# The clocks of New York, Berlin and Lord Howe change within these days: forward in some zones, back in others.
RANDOM_STARTS = (date(2026, 2, 20), date(2026, 9, 20))


def random_window(rng):
    """On any minute, every third over midnight, some of a whole day."""
    start, end = (f"{rng.randrange(24):02}:{rng.randrange(60):02}" for _ in range(2))
    return rng.choice([f"{min(start, end)}-{max(start, end)}", f"{max(start, end)}-{min(start, end)}", "00:00-24:00"])


def random_hours(rng):
    """The windows of a week, up to four a day, some days closed and Monday open."""
    week = {day: [random_window(rng) for _ in range(rng.randrange(5))] for day in EVERY_DAY}
    return {**week, "mon": ["09:00-12:00", "13:00-17:30"]}


@pytest.mark.parametrize("seed", range(20))
def test_equals_a_loop_over_minutes_for_any_calendar(seed):
    """A thousand random intervals in each of twenty random calendars, of three versions, with holidays and days of
    special hours: how much is open in them, and when as much has passed.
    """
    rng = random.Random(seed)
    zone, first = rng.choice(ZONES), rng.choice(RANDOM_STARTS)
    versions = [(first + timedelta(days=offset), random_hours(rng)) for offset in (-90, 17, 38)]
    days = [first + timedelta(days=offset) for offset in rng.sample(range(RANDOM_DAYS), 6)]
    special = {day: [random_window(rng)] * (place % 2) for place, day in enumerate(days)}  # Every other is closed.
    weeks = [Week(day, parse_week(hours)) for day, hours in versions]
    engine = BusinessTime(make_rules(ZoneInfo(zone), weeks, {d: parse_windows(w) for d, w in special.items()}))

    def hours_of(day):
        week = [hours for since, hours in versions if since <= day][-1]
        return special.get(day, week[EVERY_DAY[day.weekday()]])

    instants, is_open = naive_minutes(zone, first, RANDOM_DAYS, hours_of)
    sums = open_seconds(is_open)
    for _ in range(1000):
        a, b = sorted(rng.randint(2 * 1440, (RANDOM_DAYS + 2) * 1440) for _ in range(2))
        passed = sums[b] - sums[a]
        assert engine.business_seconds(instants[a], instants[b]) == passed
        if passed:
            assert engine.add_business_time(instants[a], passed) == instants[bisect_left(sums, sums[b])]


def test_index_that_grows_either_way_answers_as_one_made_at_once():
    zone, first, windows = CASES["new york, nights, spring"]
    rules, _ = rules_of(zone, first, windows)
    rng = random.Random(3)
    grown = BusinessTime(rules)
    begin = datetime(2026, 3, 1, tzinfo=UTC)

    for _ in range(60):
        a, b = sorted(begin + timedelta(seconds=rng.uniform(-9e7, 9e7)) for _ in range(2))
        assert grown.business_seconds(a, b) == BusinessTime(rules).business_seconds(a, b)
        assert grown.add_business_time(a, 90_000) == BusinessTime(rules).add_business_time(a, 90_000)


def new_york(*texts, days=WORKDAYS, special=None):
    weeks = [Week(date(2020, 1, 1), parse_week({day: list(texts) for day in days}))]
    return BusinessTime(make_rules(NEW_YORK, weeks, {day: parse_windows(w) for day, w in (special or {}).items()}))


def at(day, clock):
    return datetime.fromisoformat(f"2026-{day}T{clock}").replace(tzinfo=NEW_YORK)


def test_v1_an_hour_over_a_weekend_ends_on_monday():
    engine = new_york("09:00-17:00")

    assert engine.add_business_time(at("01-30", "16:30"), 3600) == at("02-02", "09:30")
    assert engine.add_business_time(at("01-30", "16:00"), 3600) == at("01-30", "17:00")


def test_v2_an_hour_over_a_weekend_and_a_holiday_ends_on_tuesday():
    engine = new_york("09:00-17:00", special={date(2026, 2, 2): []})

    assert engine.add_business_time(at("01-30", "16:30"), 3600) == at("02-03", "09:30")


def test_v3_an_hour_over_lunch_ends_after_it():
    engine = new_york("09:00-12:00", "13:00-17:00")

    assert engine.add_business_time(at("02-02", "11:30"), 3600) == at("02-02", "13:30")


def test_v4_eight_hours_of_a_night_without_one_of_its_hours_end_at_seven():
    engine = new_york("00:00-24:00", days=EVERY_DAY)

    assert engine.add_business_time(at("03-07", "22:00"), 8 * 3600) == at("03-08", "07:00")


def test_v5_a_night_shift_over_the_change_of_the_clock_is_seven_hours():
    engine = new_york("22:00-06:00", days=("sat",))

    assert engine.business_seconds(at("03-07", "12:00"), at("03-09", "12:00")) == 7 * 3600


def test_v7_a_ticket_that_waited_counts_21_business_hours():
    engine = new_york("09:00-17:00")

    assert engine.business_seconds(at("02-02", "10:00"), at("02-04", "15:00")) == 21 * 3600
    assert engine.business_seconds(at("02-02", "12:00"), at("02-04", "11:00")) == 15 * 3600


def test_v10_four_business_days_with_a_weekend_inside_end_later():
    engine = new_york("09:00-17:00")

    without, inside = (engine.add_business_time(at(day, "09:00"), 4 * 8 * 3600) for day in ("02-02", "01-29"))

    assert (without, inside) == (at("02-05", "17:00"), at("02-03", "17:00"))
    assert inside - at("01-29", "09:00") > without - at("02-02", "09:00")


def test_v9_a_calendar_that_never_opens_is_refused_and_never_loops():
    closed = make_rules(NEW_YORK, [Week(date(2026, 1, 1), parse_week({}))], {})
    far = make_rules(NEW_YORK, [], {date(2027, 6, 1): parse_windows(["09:00-10:00"])})

    for rules in (closed, far):
        with pytest.raises(NoOpenTimeError):
            check_opens(rules, at=at("01-01", "00:00"))
        with pytest.raises(NoOpenTimeError):
            BusinessTime(rules).add_business_time(at("01-01", "00:00"), 7200)
    check_opens(far, at=at("12-01", "00:00"))


def test_what_would_take_thousands_of_years_is_refused_and_the_ends_of_time_are_counted():
    engine = new_york("09:00-09:01", days=("mon",))

    assert engine.add_business_time(at("02-02", "08:00"), 60) == at("02-02", "09:01")
    with pytest.raises(NoOpenTimeError, match="as long as that"):
        engine.add_business_time(at("02-02", "08:00"), 400 * 86_400)
    first, last = datetime(1, 1, 1, 12, tzinfo=UTC), datetime(9999, 12, 31, 12, tzinfo=UTC)
    for moment in (first, last):
        assert BusinessTime(engine._rules).business_seconds(moment, moment) == 0


def test_next_open_is_now_or_when_the_next_window_begins():
    engine = new_york("09:00-17:00")

    assert engine.next_open(at("02-02", "10:00")) == at("02-02", "10:00")
    assert engine.next_open(at("02-02", "17:00")) == at("02-03", "09:00")


def test_backwards_is_negative_and_nothing_added_stays():
    engine = new_york("09:00-17:00")

    assert engine.business_seconds(at("02-02", "12:00"), at("02-02", "10:00")) == -7200
    assert engine.add_business_time(at("02-01", "12:00"), 0) == at("02-01", "12:00")
    with pytest.raises(ValueError, match="negative"):
        engine.add_business_time(at("02-01", "12:00"), -1)


def test_microseconds_are_kept():
    engine = new_york("09:00-17:00")
    start = at("02-02", "10:00") + timedelta(microseconds=1)

    assert engine.business_seconds(start, at("02-02", "10:00:01")) == 0.999999
    assert engine.add_business_time(start, 0.5) == start + timedelta(seconds=0.5)
