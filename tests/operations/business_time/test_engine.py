"""The engine against a loop over minutes that knows nothing of it, and against vectors worked out by hand."""

import random
from bisect import bisect_left
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
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


def naive_minutes(zone, first, windows, later):
    """Every minute of the days around, open or not: an edge is the first minute whose wall clock has reached it."""
    tz = ZoneInfo(zone)
    begin = datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(days=2)
    instants = [begin + i * MINUTE for i in range((DAYS + 5) * 1440)]
    walls = [at.astimezone(tz).replace(tzinfo=None) for at in instants]
    reached, top = [], datetime.min
    for wall in walls:
        top = max(top, wall)
        reached.append(top)
    is_open = [False] * len(instants)
    for offset in range(-3, DAYS + 4):
        day = first + timedelta(days=offset)
        texts = SPECIAL.get(offset)
        if texts is None:
            texts = (later if offset >= 8 else windows).get(EVERY_DAY[day.weekday()], [])
        midnight = datetime(day.year, day.month, day.day)
        for text in texts:
            start, end = (timedelta(hours=int(t[:2]), minutes=int(t[3:])) for t in text.split("-"))
            end = end if end > start else end + timedelta(days=1)
            low, high = bisect_left(reached, midnight + start), bisect_left(reached, midnight + end)
            is_open[low:high] = [True] * (high - low)
    return instants, is_open


@pytest.mark.parametrize("case", CASES)
def test_equals_a_loop_over_minutes(case):
    zone, first, windows = CASES[case]
    rules, later = rules_of(zone, first, windows)
    instants, is_open = naive_minutes(zone, first, windows, later)
    sums = [0]
    for one in is_open:
        sums.append(sums[-1] + 60 * one)
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


VECTORS = {
    "V1 over a weekend": (new_york("09:00-17:00"), at("01-30", "16:30"), 1, at("02-02", "09:30")),
    "V2 over a holiday": (
        new_york("09:00-17:00", special={date(2026, 2, 2): []}), at("01-30", "16:30"), 1, at("02-03", "09:30"),
    ),
    "V3 over lunch": (new_york("09:00-12:00", "13:00-17:00"), at("02-02", "11:30"), 1, at("02-02", "13:30")),
    "V4 all hours, clocks forward": (
        new_york("00:00-24:00", days=EVERY_DAY), at("03-07", "22:00"), 8, at("03-08", "07:00"),
    ),
    "to the very end of a window": (new_york("09:00-17:00"), at("01-30", "16:00"), 1, at("01-30", "17:00")),
    "V10 four business days": (new_york("09:00-17:00"), at("01-29", "09:00"), 32, at("02-03", "17:00")),
}  # fmt: skip


@pytest.mark.parametrize("name", VECTORS)
def test_vector(name):
    engine, start, hours, due = VECTORS[name]

    assert engine.add_business_time(start, hours * 3600) == due


def test_night_shift_over_the_change_of_the_clock_is_seven_hours():
    engine = new_york("22:00-06:00", days=("sat",))

    assert engine.business_seconds(at("03-07", "12:00"), at("03-09", "12:00")) == 7 * 3600


def test_ticket_that_waited_counts_21_business_hours():
    engine = new_york("09:00-17:00")

    assert engine.business_seconds(at("02-02", "10:00"), at("02-04", "15:00")) == 21 * 3600
    assert engine.business_seconds(at("02-02", "12:00"), at("02-04", "11:00")) == 15 * 3600


def test_calendar_that_never_opens_is_refused_and_never_loops():
    closed = make_rules(NEW_YORK, [Week(date(2026, 1, 1), parse_week({}))], {})
    far = make_rules(NEW_YORK, [], {date(2027, 6, 1): parse_windows(["09:00-10:00"])})

    for rules in (closed, far):
        with pytest.raises(NoOpenTimeError):
            check_opens(rules, at=at("01-01", "00:00"))
        with pytest.raises(NoOpenTimeError):
            BusinessTime(rules).add_business_time(at("01-01", "00:00"), 7200)
    check_opens(far, at=at("12-01", "00:00"))


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
