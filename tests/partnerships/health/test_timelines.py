import itertools

from hypothesis import given
from hypothesis import strategies as st

from partnerships.health.timelines import worst_timeline
from partnerships.health.uptime import Span, Window, tally
from tests.partnerships.health.test_uptime import HOUR, LENGTH, SECOND, timelines

ORDER = ["down", "degraded", "unknown", "pending", "up", "paused"]


def test_overlapping_outages_lose_no_minute():
    """D12: A down 10:00–11:00, B down 10:30–12:00: two hours down, not one and a half."""
    first = [Span(0, 10 * HOUR, "up"), Span(10 * HOUR, 11 * HOUR, "down"), Span(11 * HOUR, None, "up")]
    second = [
        Span(0, 10 * HOUR + HOUR // 2, "up"),
        Span(10 * HOUR + HOUR // 2, 12 * HOUR, "down"),
        Span(12 * HOUR, None, "up"),
    ]

    joined = worst_timeline([first, second])

    assert joined == [Span(0, 10 * HOUR, "up"), Span(10 * HOUR, 12 * HOUR, "down"), Span(12 * HOUR, None, "up")]
    assert tally(joined, Window(0, 24 * HOUR, 24 * HOUR)).down == 2 * HOUR


def test_an_unknown_member_keeps_the_whole_from_being_up_and_hides_no_outage():
    unknown = [Span(0, None, "unknown")]

    assert worst_timeline([unknown, [Span(0, None, "up")]]) == [Span(0, None, "unknown")]
    assert worst_timeline([unknown, [Span(0, None, "down")]]) == [Span(0, None, "down")]


def test_a_paused_member_says_nothing():
    assert worst_timeline([[Span(0, None, "paused")], [Span(0, None, "up")]]) == [Span(0, None, "up")]


def test_a_member_counts_from_when_it_is_monitored():
    joined = worst_timeline([[Span(0, None, "up")], [Span(HOUR, None, "down")]])

    assert joined == [Span(0, HOUR, "up"), Span(HOUR, None, "down")]


@given(st.lists(timelines(), max_size=4))
def test_the_worst_timeline_is_that_of_a_brute_force_by_seconds(members):
    def state_at(spans, moment):
        return next((s.state for s in spans if s.start <= moment and (s.end is None or moment < s.end)), None)

    joined = worst_timeline(members)

    for second in range(LENGTH + 5):
        states = [state_at(spans, second * SECOND) for spans in members]
        expected = min((state for state in states if state), key=ORDER.index, default=None)
        assert state_at(joined, second * SECOND) == expected
    assert all(first.end is not None and first.end <= second.start for first, second in itertools.pairwise(joined))
