import itertools
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnerships.health.uptime import (
    Accounting,
    Span,
    Tally,
    Window,
    display_percent,
    from_us,
    sum_tallies,
    tally,
    to_us,
)

SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR
STATES = ["up", "degraded", "down", "unknown", "paused", "pending"]
LENGTH = 120  # seconds of the brute force's world


@st.composite
def timelines(draw):
    """Contiguous spans in whole seconds within 0…LENGTH, the last one perhaps open."""
    cuts = sorted(draw(st.sets(st.integers(0, LENGTH), min_size=1, max_size=10)))
    spans = [
        Span(start * SECOND, end * SECOND, draw(st.sampled_from(STATES))) for start, end in itertools.pairwise(cuts)
    ]
    if draw(st.booleans()):
        spans.append(Span(cuts[-1] * SECOND, None, draw(st.sampled_from(STATES))))
    return spans


windows = st.builds(
    lambda start, length, now, since: Window(
        start * SECOND, (start + length) * SECOND, now * SECOND, since and since * SECOND
    ),
    st.integers(0, LENGTH),
    st.integers(0, LENGTH),
    st.integers(0, 2 * LENGTH),
    st.none() | st.integers(0, LENGTH),
)
maintenances = st.lists(
    st.tuples(st.integers(0, LENGTH), st.integers(0, LENGTH)).map(
        lambda pair: (min(pair) * SECOND, max(pair) * SECOND)
    ),
    max_size=4,
)
accountings = st.builds(
    Accounting,
    maintenance=st.sampled_from(["exclude", "measured", "up"]),
    unknown=st.sampled_from(["exclude", "down", "up"]),
    degraded_weight=st.sampled_from([Decimal(0), Decimal("0.3"), Decimal(1)]),
)


def second_by_second(spans, window, maintenance, accounting):
    """The class of each second, looked up one by one."""
    counts = dict.fromkeys(["up", "degraded", "down", "unknown", "paused", "maintenance"], 0)
    for second in range(2 * LENGTH + 1):
        moment = second * SECOND
        if not window.start <= moment < window.end or moment >= window.now:
            continue
        if window.monitored_from is not None and moment < window.monitored_from:
            continue
        kind = next((s.state for s in spans if s.start <= moment and (s.end is None or moment < s.end)), "unknown")
        kind = "unknown" if kind == "pending" else kind
        if accounting.maintenance != "measured" and any(low <= moment < high for low, high in maintenance):
            kind = "up" if accounting.maintenance == "up" else "maintenance"
        counts[kind] += SECOND
    return counts


@given(timelines(), windows, maintenances, accountings)
def test_the_tally_is_that_of_a_brute_force_by_seconds(spans, window, maintenance, accounting):
    expected = second_by_second(spans, window, maintenance, accounting)

    found = tally(spans, window, maintenance=maintenance, accounting=accounting)

    assert found == Tally(**expected)
    up = expected["up"] + (expected["unknown"] if accounting.unknown == "up" else 0)
    down = expected["down"] + (expected["unknown"] if accounting.unknown == "down" else 0)
    good = up + (1 - Fraction(accounting.degraded_weight)) * expected["degraded"]
    counted = up + down + expected["degraded"]
    assert found.uptime(accounting) == (good / counted if counted else None)


@given(timelines(), windows, maintenances, accountings, st.lists(st.integers(0, 2 * LENGTH), max_size=5))
def test_tallies_add_up_over_any_split(spans, window, maintenance, accounting, cuts):
    inside = sorted({cut * SECOND for cut in cuts if window.start < cut * SECOND < window.end})
    edges = [window.start, *inside, window.end]
    parts = [
        tally(
            spans, Window(low, high, window.now, window.monitored_from), maintenance=maintenance, accounting=accounting
        )
        for low, high in itertools.pairwise(edges)
    ]

    assert sum_tallies(parts) == tally(spans, window, maintenance=maintenance, accounting=accounting)


@given(timelines(), windows)
def test_every_microsecond_of_the_effective_window_is_in_one_class(spans, window):
    start, end = window.effective

    assert tally(spans, window).total == end - start


def test_a_month_down_so_far_is_no_uptime_at_all():
    """D1: down since the month began is 0 % on the 15th; the future is not up."""
    month = Window(0, 31 * DAY, now=14 * DAY, monitored_from=0)

    found = tally([Span(0, None, "down")], month)

    assert (found.uptime(), found.coverage, found.total) == (0, 1, 14 * DAY)


def test_paused_time_is_not_up():
    """D1: paused counts neither as up nor as down, and lowers the coverage."""
    spans = [Span(0, 6 * HOUR, "up"), Span(6 * HOUR, None, "paused")]

    found = tally(spans, Window(0, DAY, DAY, 0))

    assert (found.uptime(), found.coverage) == (1, Fraction(1, 4))


def test_maintenance_does_not_lower_uptime_and_is_kept_apart():
    """D3: what failed inside a maintenance is recorded and excluded."""
    spans = [Span(0, 10 * HOUR, "up"), Span(10 * HOUR, 12 * HOUR, "down"), Span(12 * HOUR, None, "up")]
    window = Window(0, DAY, DAY, 0)
    planned = [(10 * HOUR, 11 * HOUR), (10 * HOUR + 1, 12 * HOUR)]

    assert tally(spans, window, maintenance=planned) == Tally(up=22 * HOUR, maintenance=2 * HOUR)
    assert tally(spans, window, maintenance=planned).coverage == 1
    measured = Accounting(maintenance="measured")
    assert tally(spans, window, maintenance=planned, accounting=measured) == Tally(up=22 * HOUR, down=2 * HOUR)


@pytest.mark.parametrize(("day", "hours"), [((2026, 3, 29), 23), ((2026, 10, 25), 25), ((2026, 5, 1), 24)])
def test_a_local_day_has_its_real_length(day, hours):
    """D4: days are cut in the zone and turned into instants first."""
    zone = ZoneInfo("Europe/Berlin")
    start = datetime(*day, tzinfo=zone).astimezone(UTC)
    end = (datetime(*day, tzinfo=zone) + timedelta(days=1)).astimezone(UTC)

    found = tally([Span(0, None, "up")], Window(to_us(start), to_us(end), to_us(end) + DAY))

    assert found.up == hours * HOUR


def test_a_maintenance_of_24_hours_from_half_past_midnight_is_whole():
    """D4: 00:30 to 00:30 next day loses nothing."""
    planned = [(DAY + HOUR // 2, 2 * DAY + HOUR // 2)]

    found = tally([Span(0, None, "down")], Window(0, 3 * DAY, 3 * DAY), maintenance=planned)

    assert found == Tally(down=2 * DAY, maintenance=DAY)


def test_nothing_measured_is_no_data_never_nought_nor_hundred():
    empty = tally([], Window(0, DAY, DAY))
    future = tally([Span(0, None, "up")], Window(2 * DAY, 3 * DAY, DAY))

    assert (empty.uptime(), empty.coverage, empty.unknown) == (None, 0, DAY)
    assert (future.uptime(), future.coverage, future.total) == (None, None, 0)
    assert display_percent(empty.uptime()) == "no data"


def test_a_contract_strict_profile_counts_the_unmeasured_as_down_but_not_as_covered():
    spans = [Span(0, 12 * HOUR, "up"), Span(12 * HOUR, None, "unknown")]

    found = tally(spans, Window(0, DAY, DAY, 0))

    assert found.uptime(Accounting(unknown="down")) == Fraction(1, 2)
    assert found.uptime(Accounting(unknown="up")) == 1
    assert found.coverage == Fraction(1, 2)


def test_degraded_time_weighs_as_the_profile_says():
    spans = [Span(0, 12 * HOUR, "up"), Span(12 * HOUR, None, "degraded")]
    found = tally(spans, Window(0, DAY, DAY, 0))

    weights = [Decimal(0), Decimal("0.3"), Decimal(1)]
    assert [found.uptime(Accounting(degraded_weight=weight)) for weight in weights] == [
        1,
        Fraction(17, 20),
        Fraction(1, 2),
    ]


def test_promotion_splits_the_month_and_rewrites_nothing():
    spans = [Span(0, 9 * DAY, "down"), Span(9 * DAY, None, "up")]
    promoted = 10 * DAY

    experimental = tally(spans, Window(0, promoted, 31 * DAY))
    production = tally(spans, Window(promoted, 31 * DAY, 31 * DAY))

    assert (experimental.uptime(), production.uptime()) == (Fraction(1, 10), 1)
    assert experimental + production == tally(spans, Window(0, 31 * DAY, 31 * DAY))


@pytest.mark.parametrize(
    ("ratio", "decimals", "expected"),
    [
        (Fraction(999_996, 1_000_000), 2, "99.99"),
        (Fraction(1), 2, "100.00"),
        (Fraction(0), 2, "0.00"),
        (Fraction(2, 3), 3, "66.666"),
        (Fraction(2, 3), 0, "66"),
        (Fraction(1, 1000), 1, "0.1"),
        (None, 2, "no data"),
    ],
)
def test_percentages_are_rounded_down(ratio, decimals, expected):
    assert display_percent(ratio, decimals=decimals) == expected


def test_microseconds_survive_the_round_trip():
    moment = datetime(2026, 3, 2, 12, 0, 0, 123_457, tzinfo=UTC)

    assert from_us(to_us(moment)) == moment


def test_confirmed_intervals_beat_samples():
    """D2: 400 blips that were retried away cost nothing; three real outages cost their length."""
    spans, moment = [], 0
    for hour in (100, 300, 500):
        spans += [Span(moment, hour * HOUR, "up"), Span(hour * HOUR, hour * HOUR + 20 * 60 * SECOND, "down")]
        moment = spans[-1].end
    spans.append(Span(moment, None, "up"))

    found = tally(spans, Window(0, 30 * DAY, 30 * DAY, 0))

    assert found.uptime() == 1 - Fraction(3600, 30 * 86400)
