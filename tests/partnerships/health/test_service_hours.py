"""Service hours against counting minute by minute, also over changes of the clocks."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from operations.business_time.engine import BusinessTime
from operations.business_time.rules import DAY_MINUTES, Week, Window, make_rules
from partnerships.health.overlays import as_rules_want
from partnerships.health.uptime import Accounting, Span, Tally, from_us, tally, to_us
from partnerships.health.uptime import Window as Asked

MINUTE = 60_000_000
STATES = ("up", "degraded", "down", "unknown", "paused", "pending")
# Weeks in which clocks go forward or back; Lord Howe's by half an hour.
WEEKS = [
    ("Europe/Berlin", datetime(2026, 3, 27, 9, tzinfo=UTC)),
    ("Europe/Berlin", datetime(2026, 10, 23, 9, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 3, 6, 20, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 4, 3, 3, tzinfo=UTC)),
    ("Asia/Kathmandu", datetime(2026, 5, 1, 3, tzinfo=UTC)),
]
LENGTH = 3 * DAY_MINUTES
# No edge in the hours that the clocks skip or show twice: which instant such an edge is, the engine's own tests say.
edges = st.one_of(st.integers(0, 59), st.integers(4 * 60, DAY_MINUTES))


@st.composite
def weeks(draw):
    """For each weekday one window or none, some over midnight."""
    days = []
    for _ in range(7):
        start, end = draw(edges), draw(edges)
        is_open = draw(st.booleans()) and start < DAY_MINUTES
        days.append((Window(start, end if end > start else end + DAY_MINUTES),) if is_open else ())
    return tuple(days)


@st.composite
def timelines(draw):
    """Spans without gaps over the days, the last one open, in minutes."""
    cuts = sorted(draw(st.sets(st.integers(1, LENGTH - 1), max_size=8)))
    states = draw(st.lists(st.sampled_from(STATES), min_size=len(cuts) + 1, max_size=len(cuts) + 1))
    return list(zip([0, *cuts], [*cuts, None], states, strict=True))


def is_open(week, zone, moment) -> bool:
    """By the clock on the wall alone."""
    local = moment.astimezone(zone)
    minute = local.hour * 60 + local.minute
    today, yesterday = week[local.weekday()], week[local.weekday() - 1]
    return any(w.start <= minute < w.end for w in today) or any(minute + DAY_MINUTES < w.end for w in yesterday)


@given(
    st.sampled_from(WEEKS),
    weeks(),
    timelines(),
    st.lists(st.tuples(st.integers(0, LENGTH), st.integers(0, LENGTH)).map(sorted), max_size=2),
    st.sampled_from(["exclude", "measured", "up"]),
    st.tuples(st.integers(-60, LENGTH), st.integers(0, LENGTH + 60)).map(sorted),
)
def test_each_minute_is_counted_as_the_clock_on_the_wall_says(place, week, past, planned, rule, asked):
    name, begun = place
    zone, first = ZoneInfo(name), to_us(begun)
    engine = BusinessTime(make_rules(zone, [Week(date(2026, 1, 1), week)], {}))
    accounting = Accounting(maintenance=rule, service_hours=engine, hours_name="Desk")
    spans = [
        Span(first + low * MINUTE, None if high is None else first + high * MINUTE, state) for low, high, state in past
    ]
    now = first + LENGTH * MINUTE
    ranges = merged([(first + low * MINUTE, first + high * MINUTE) for low, high in planned if low < high])

    told = as_rules_want(spans, ranges, now=now, accounting=accounting)
    window = Asked(first + asked[0] * MINUTE, first + asked[1] * MINUTE, now, first)
    counted = tally(told, window, accounting=accounting)

    expected = dict.fromkeys(Tally.__dataclass_fields__, 0)
    for minute in range(max(asked[0], 0), min(asked[1], LENGTH)):
        at = first + minute * MINUTE
        state = next(one for low, high, one in past if low <= minute and (high is None or minute < high))
        if not is_open(week, zone, from_us(at)):
            state = "outside_hours"
        elif any(low <= at < high for low, high in ranges) and rule != "measured":
            state = "up" if rule == "up" else "maintenance"
        expected["unknown" if state == "pending" else state] += MINUTE
    assert counted == Tally(**expected)
    assert accounting.open_us(*window.effective) == sum(expected.values()) - expected["outside_hours"]


def merged(ranges):
    """As get_maintenance_by_check gives them: in order, not touching."""
    found = []
    for low, high in sorted(ranges):
        if found and low <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], high))
        else:
            found.append((low, high))
    return found


def test_what_lies_outside_is_neither_good_nor_bad_nor_missing():
    hour = 60 * MINUTE
    counted = Tally(up=3 * hour, down=hour, unknown=hour, outside_hours=19 * hour)

    assert counted.uptime() == Fraction(3, 4)
    assert counted.coverage == Fraction(4, 5)
    assert Tally(outside_hours=hour).uptime() is None
    assert Tally(outside_hours=hour).coverage is None


def test_without_hours_every_second_counts():
    assert Accounting().open_us(0, MINUTE) == MINUTE
    assert Accounting().closed_ranges(0, MINUTE) == []
    assert timedelta(microseconds=Accounting().open_us(5, 5)) == timedelta(0)
