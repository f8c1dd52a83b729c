"""When maintenance takes place, against a walk through every minute of the zone's clock."""

from datetime import UTC, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from partnerships.health.maintenance import WEEKDAYS, Occurrence, Plan, cron_problem, list_occurrences, read_zone

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
CHANGES = [
    ("Europe/Berlin", datetime(2026, 3, 29, 1, tzinfo=UTC)),  # 02:00 to 03:00 is skipped
    ("Europe/Berlin", datetime(2026, 10, 25, 1, tzinfo=UTC)),  # 02:00 to 03:00 comes twice
    ("America/New_York", datetime(2026, 3, 8, 7, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 11, 1, 6, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),  # by half an hour
    ("Australia/Lord_Howe", datetime(2026, 4, 4, 15, tzinfo=UTC)),
    ("America/Sao_Paulo", datetime(2018, 11, 4, 3, tzinfo=UTC)),  # midnight itself is skipped
    ("America/Sao_Paulo", datetime(2018, 2, 18, 2, tzinfo=UTC)),  # the last hour of a day comes twice
    ("Asia/Kathmandu", datetime(2026, 6, 1, tzinfo=UTC)),
]
IDS = [f"{zone}-{at:%Y-%m}" for zone, at in CHANGES]


def minutes_of_clock(zone, first, last):
    """Every local time as (instant, clock): skipped ones at the instant they would have had, repeated ones once."""
    tz, seen, moment = ZoneInfo(zone), set(), first
    offset = (first - MINUTE).astimezone(tz).utcoffset()
    while moment < last:
        now = moment.astimezone(tz).utcoffset()
        for step in range(int((now - offset) / MINUTE)):  # the old clock goes on through the gap
            yield moment + step * MINUTE, (moment + step * MINUTE + offset).replace(tzinfo=None)
        offset = now
        clock = (moment + now).replace(tzinfo=None)
        if clock not in seen:
            seen.add(clock)
            yield moment, clock
        moment += MINUTE


def covered(starts, duration, window):
    """The minutes of the window that lie in any of these."""
    found = set()
    for start in starts:
        found |= {start + number * MINUTE for number in range(duration // MINUTE)}
    return {minute for minute in found if window[0] <= minute < window[1]}


def covered_by(occurrences, window):
    return {
        minute
        for one in occurrences
        for number in range((one.end - one.start) // MINUTE)
        if window[0] <= (minute := one.start + number * MINUTE) < window[1]
    }


def rule(rng):
    """A weekly or a cron rule, and what it means for a time on the clock. Many lie where clocks change."""
    minute, hour = rng.choice([0, 15, 30, 59]), rng.choice([0, 1, 2, 2, 3, 23, 13])
    days = rng.sample(WEEKDAYS, rng.randint(1, 7))
    if rng.random() < 0.5:
        fields = {"kind": "weekly", "weekdays": frozenset(days), "local_start": time(hour, minute)}
        return fields, lambda c: WEEKDAYS[c.weekday()] in days and (c.hour, c.minute) == (hour, minute)
    if rng.random() < 0.5:
        step = rng.choice([1, 2, 5])
        return {"kind": "cron", "cron": f"{minute} */{step} * * *"}, lambda c: c.hour % step == 0 and c.minute == minute
    names = ",".join(days)
    return {
        "kind": "cron",
        "cron": f"{minute} {hour} * * {names}",
    }, lambda c: WEEKDAYS[c.weekday()] in days and (c.hour, c.minute) == (hour, minute)


@pytest.mark.parametrize(("zone", "change"), CHANGES, ids=IDS)
def test_occurrences_are_those_of_a_walk_through_every_minute(zone, change):
    clock = list(minutes_of_clock(zone, change - 6 * DAY, change + 6 * DAY))
    for seed in range(30):
        rng = Random(seed)
        fields, matches = rule(rng)
        duration = rng.choice([MINUTE, 90 * MINUTE, 3 * HOUR, DAY, 26 * HOUR])
        begun = change - rng.choice([3, 4]) * DAY + rng.randrange(1440) * MINUTE
        ended = rng.choice([None, change + rng.randrange(2000) * MINUTE])
        cut = rng.choice([None, change + rng.randrange(1000) * MINUTE])
        low = change - rng.randrange(3000) * MINUTE
        window = (low, low + rng.randrange(1, 4000) * MINUTE)
        plan = Plan(zone=zone, starts_at=begun, duration=duration, ends_at=ended, cancelled_from=cut, **fields)
        starts = [at for at, local in clock if matches(local) and begun <= at and (ended is None or at < ended)]
        limits = (window[0], min(window[1], cut or window[1]))

        found = list_occurrences(plan, *window)

        assert covered_by(found, window) == covered(starts, duration, limits), (seed, plan)
        assert found == sorted(found)
        assert all(one.start < window[1] and one.end > window[0] for one in found)


def test_one_that_happens_once():
    begins = datetime(2026, 3, 2, 22, tzinfo=UTC)
    plan = Plan(kind="once", zone="UTC", starts_at=begins, duration=4 * HOUR)

    assert list_occurrences(plan, begins + HOUR, begins + 2 * HOUR) == [Occurrence(begins, begins + 4 * HOUR)]
    assert list_occurrences(plan, begins - HOUR, begins) == []
    assert list_occurrences(plan, begins + 4 * HOUR, begins + 5 * HOUR) == []


def test_a_day_from_half_past_midnight_loses_nothing():
    """D4: 24 hours from 00:30, every day of a week, are the week."""
    plan = Plan(
        kind="weekly",
        zone="UTC",
        starts_at=datetime(2026, 3, 1, tzinfo=UTC),
        duration=DAY,
        weekdays=frozenset(WEEKDAYS),
        local_start=time(0, 30),
    )
    start = datetime(2026, 3, 3, tzinfo=UTC)

    found = list_occurrences(plan, start, start + 2 * DAY)

    assert found == [
        Occurrence(start + HOUR / 2 + number * DAY, start + HOUR / 2 + (number + 1) * DAY) for number in (-1, 0, 1)
    ]


def test_the_duration_is_elapsed_time_where_clocks_change():
    """D4: three hours from 00:00 in the night of the change are three hours, not two."""
    plan = Plan(
        kind="weekly",
        zone="Europe/Berlin",
        starts_at=datetime(2026, 3, 1, tzinfo=UTC),
        duration=3 * HOUR,
        weekdays=frozenset({"sun"}),
        local_start=time(0, 0),
    )

    found = list_occurrences(plan, datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 3, 30, tzinfo=UTC))

    assert found == [Occurrence(datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 3, 29, 2, tzinfo=UTC))]


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("0 3 * * *", ""),
        ("30 2 1-7 * SUN#1", ""),
        ("0 0 L * *", ""),
        ("* 3 * * *", "The minute must be one number"),
        ("*/5 3 * * *", "The minute must be one number"),
        ("0,30 3 * * *", "The minute must be one number"),
        ("0 0 30 2 *", "This is no cron expression"),
        ("0 24 * * *", "This is no cron expression"),
        ("0 0 0 3 * *", "Give five fields"),
        ("@daily", "Give five fields"),
        ("", "Give five fields"),
        ("0 3 * * ²L", "Give five fields"),
        ("0 0 31 2,4 MON#5", ""),
    ],
)
def test_cron_expressions_are_judged(expression, words):
    assert cron_problem(expression).startswith(words)
    assert bool(cron_problem(expression)) == bool(words)


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../../etc/passwd", "/etc/passwd", "a\0b"])
def test_there_is_no_such_zone(name):
    assert read_zone(name) is None
