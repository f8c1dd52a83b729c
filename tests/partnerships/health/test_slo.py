"""Error budgets by hand and by brute force: a second is a unit, and a budget is counted second by second."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnerships.health.slo import Objective, budget_of, status_of
from partnerships.health.uptime import Accounting, Span, Tally, to_us
from partnerships.selectors.pages_figures import Figures
from partnerships.selectors.slos import Past

SECOND, MINUTE, DAY = 1_000_000, 60_000_000, 86_400_000_000
THREE_NINES = Fraction("0.999")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def budget(*, counted, lost, target=THREE_NINES, **more):
    return budget_of(target, counted_us=counted, lost_us=lost, **more)


@pytest.mark.parametrize(
    ("target", "days", "minutes"),
    [
        # downtime allowed, from the tables of the SRE books: 30 days of 90, 99, 99.5, 99.9, 99.95, 99.99, 99.999 %
        ("0.9", 30, Fraction(4320)),
        ("0.99", 30, Fraction(432)),
        ("0.995", 30, Fraction(216)),
        ("0.999", 30, Fraction("43.2")),
        ("0.9995", 30, Fraction("21.6")),
        ("0.9999", 30, Fraction("4.32")),
        ("0.99999", 30, Fraction("0.432")),
        ("0.999", 7, Fraction("10.08")),
        ("0.999", 90, Fraction("129.6")),
    ],
)
def test_the_published_downtime_is_granted(target, days, minutes):
    found = budget(counted=days * DAY, lost=0, target=Fraction(target))

    assert found.total_us == minutes * MINUTE
    assert (found.left_share, found.spent_share) == (1, 0)


def test_two_percent_of_a_month_at_three_nines_are_51_84_seconds_of_outage():
    found = budget(counted=30 * DAY, lost=51_840_000)

    assert found.spent_share == Fraction(2, 100)


def test_what_is_left_is_signed():
    found = budget(counted=30 * DAY, lost=150 * MINUTE)

    assert found.left_us == Fraction("-106.8") * MINUTE
    assert found.left_share == 1 - Fraction(150) / Fraction("43.2")


def test_nothing_counted_is_no_budget():
    assert budget(counted=0, lost=0, ahead_us=DAY) is None
    assert status_of(None) == "no_data"


@pytest.mark.parametrize(
    ("left", "previous", "expected"),
    [
        ("1", "", "healthy"),
        ("0.201", "", "healthy"),
        ("0.2", "", "at_risk"),
        ("0.2", "healthy", "at_risk"),
        ("0.25", "at_risk", "at_risk"),
        ("0.251", "at_risk", "healthy"),
        ("0.22", "healthy", "healthy"),
        ("0", "healthy", "exhausted"),
        ("-2", "", "exhausted"),
        ("0.05", "exhausted", "exhausted"),
        ("0.051", "exhausted", "at_risk"),
        ("0.25", "exhausted", "at_risk"),
        ("0.26", "exhausted", "healthy"),
        ("0.22", "no_data", "healthy"),
    ],
)
def test_a_status_worsens_at_once_and_recovers_with_a_margin(left, previous, expected):
    spent = (1 - Fraction(left)) * Fraction("43.2") * MINUTE

    assert status_of(budget(counted=30 * DAY, lost=spent), previous=previous) == expected


def test_a_paused_integration_is_paused_whatever_was_lost():
    assert status_of(budget(counted=DAY, lost=DAY), previous="exhausted", is_paused=True) == "paused"


def test_a_rolling_window_ends_now_and_its_days_are_24_hours():
    assert Objective(THREE_NINES, "rolling", 28).bounds(NOON) == (NOON - timedelta(days=28), NOON)
    assert Objective(THREE_NINES, "rolling", 28).length_us(NOON) == 28 * DAY


@pytest.mark.parametrize(
    ("zone", "at", "start", "end", "hours"),
    [
        ("UTC", "2026-03-02T12:00", "2026-03-01T00:00", "2026-04-01T00:00", 744),
        # clocks went forward on 8 March and back on 1 November
        ("America/New_York", "2026-03-02T12:00", "2026-03-01T05:00", "2026-04-01T04:00", 743),
        ("America/New_York", "2026-11-02T12:00", "2026-11-01T04:00", "2026-12-01T05:00", 721),
        ("America/New_York", "2026-04-01T03:00", "2026-03-01T05:00", "2026-04-01T04:00", 743),
        ("Asia/Tokyo", "2026-02-28T15:00", "2026-02-28T15:00", "2026-03-31T15:00", 744),
        ("UTC", "2028-02-29T23:59", "2028-02-01T00:00", "2028-03-01T00:00", 696),
        ("UTC", "2026-12-31T23:59", "2026-12-01T00:00", "2027-01-01T00:00", 744),
    ],
)
def test_a_month_is_cut_in_its_zone_and_is_as_long_as_it_is(zone, at, start, end, hours):
    objective = Objective(THREE_NINES, "month", zone=zone)
    now, low, high = (datetime.fromisoformat(f"{words}+00:00") for words in (at, start, end))

    assert objective.bounds(now) == (low, high)
    assert objective.length_us(now) == hours * 3600 * SECOND


def test_a_month_grants_its_whole_budget_from_the_first_day():
    first = budget(counted=DAY, lost=0, ahead_us=30 * DAY)

    assert first.total_us == Fraction("44.64") * MINUTE  # 31 days at 99.9 %


@given(
    st.tuples(*[st.integers(0, 10**12)] * 4),
    st.sampled_from(["exclude", "up", "down"]),
    st.sampled_from([Decimal(0), Decimal("0.3"), Decimal(1)]),
    st.sampled_from([Fraction("0.999"), Fraction("0.95"), Fraction("0.5")]),
)
def test_a_budget_is_overspent_exactly_when_the_uptime_misses_its_target(spent, unknown, weight, target):
    up, degraded, down, blind = spent
    found = Figures(
        Tally(up=up, degraded=degraded, down=down, unknown=blind),
        Accounting(unknown=unknown, degraded_weight=weight),
    )

    left = budget(counted=found.counted_us, lost=found.lost_us, target=target)

    if found.uptime is None:
        assert left is None
    else:
        assert (left.left_us < 0) == (found.uptime < target)
        assert left.left_us == left.total_us - left.spent_us


LENGTH = 300
STATES = st.sampled_from(["up", "degraded", "down", "unknown", "paused", "pending"])


@given(
    st.lists(STATES, min_size=LENGTH, max_size=LENGTH),
    st.lists(st.sampled_from(["production", "experimental"]), min_size=3, max_size=3),
    st.integers(0, LENGTH),
    st.integers(1, LENGTH),
    st.sampled_from([Decimal(0), Decimal("0.5"), Decimal(1)]),
)
def test_spending_equals_a_count_second_by_second(seconds, tiers, measured_from, now, weight):
    """Each second belongs to one state and one tier; bad seconds of the tier are the spending."""
    spans = [Span(at * SECOND, (at + 1) * SECOND, state) for at, state in enumerate(seconds)]
    periods = [Span(at * 100 * SECOND, (at + 1) * 100 * SECOND, tier) for at, tier in enumerate(tiers)]
    past = Past(spans, periods, measured_from * SECOND)
    accounting = Accounting(degraded_weight=weight)

    found = past.figures(0, LENGTH * SECOND, tier="production", now=now * SECOND, accounting=accounting)

    seen = [
        state
        for at, state in enumerate(seconds)
        if measured_from <= at < now and tiers[at // 100] == "production" and state in {"up", "degraded", "down"}
    ]
    bad = seen.count("down") + Fraction(weight) * seen.count("degraded")
    assert (found.counted_us, found.lost_us) == (len(seen) * SECOND, bad * SECOND)


def test_instants_are_microseconds():
    assert to_us(NOON) - to_us(NOON - timedelta(days=1)) == DAY
