"""Maintenance over measured states, against a look at every second."""

import itertools
from random import Random

import pytest

from partnerships.health.outages import list_outages
from partnerships.health.overlays import join_ranges, put_maintenance_over, put_over, ranges_within, split_tally
from partnerships.health.uptime import Accounting, Span, Tally, Window, sum_tallies, tally

LENGTH = 200
STATES = ("up", "degraded", "down", "unknown", "paused", "pending")


def timeline(rng):
    cuts = sorted(rng.sample(range(LENGTH), rng.randint(1, 9)))
    spans = [Span(low, high, rng.choice(STATES)) for low, high in itertools.pairwise(cuts)]
    return [*spans, Span(cuts[-1], None, rng.choice(STATES))] if rng.random() < 0.6 else spans


def ranges(rng):
    return [(low, low + rng.randint(1, 50)) for low in (rng.randrange(LENGTH) for _ in range(rng.randint(0, 4)))]


def state_at(spans, moment):
    return next((one.state for one in spans if one.start <= moment and (one.end is None or moment < one.end)), None)


def is_planned(planned, moment):
    return any(low <= moment < high for low, high in planned)


@pytest.mark.parametrize("seed", range(8))
def test_tallies_of_overlaid_timelines_are_those_of_every_second(seed):
    rng = Random(seed)
    for _ in range(100):
        spans, planned = timeline(rng), ranges(rng)
        now, start, end = rng.randrange(LENGTH * 2), rng.randrange(LENGTH), rng.randrange(LENGTH * 2)
        window = Window(start, max(start, end), now, spans[0].start if spans else now)
        for rule in ("exclude", "measured", "up"):
            accounting = Accounting(maintenance=rule)
            counts = dict.fromkeys(("up", "degraded", "down", "unknown", "paused", "maintenance"), 0)
            for moment in range(*window.effective):
                state = state_at(spans, moment)
                state = "unknown" if state in {None, "pending"} else state
                # Before the first and behind the last measurement nothing is overlaid but what tally is told.
                if rule != "measured" and is_planned(planned, moment):
                    state = "up" if rule == "up" else "maintenance"
                counts[state] += 1
            expected = Tally(**counts)

            assert tally(spans, window, maintenance=planned, accounting=accounting) == expected
            if spans and spans[-1].end is None:
                laid = put_maintenance_over(spans, join_ranges(planned), now=now, accounting=accounting)
                assert tally(laid, window, accounting=accounting) == expected


@pytest.mark.parametrize("seed", range(6))
def test_adjusted_and_maintained_time_is_that_of_every_second(seed):
    """600 timelines with corrections below and maintenance above them, whole and over any split."""
    rng = Random(f"adjusted {seed}")
    for _ in range(100):
        cuts = sorted(rng.sample(range(LENGTH), rng.randint(1, 9)))
        spans = [Span(low, high, rng.choice(STATES)) for low, high in itertools.pairwise(cuts)]
        spans.append(Span(cuts[-1], None, rng.choice(STATES)))
        corrections = [Span(low, high, rng.choice(STATES[:4])) for low, high in join_ranges(ranges(rng))]
        planned, now = ranges(rng), rng.randrange(LENGTH * 2)
        start = rng.randrange(LENGTH)
        window = Window(start, start + rng.randrange(1, LENGTH), now, spans[0].start)
        for rule in ("exclude", "measured", "up"):
            accounting = Accounting(maintenance=rule)
            counts = dict.fromkeys(("up", "degraded", "down", "unknown", "paused", "maintenance"), 0)
            for moment in range(*window.effective):
                state = state_at(corrections, moment) or state_at(spans, moment)
                if rule != "measured" and is_planned(planned, moment):
                    state = "up" if rule == "up" else "maintenance"
                counts["unknown" if state == "pending" else state] += 1
            adjusted = put_over(spans, corrections)
            laid = put_maintenance_over(adjusted, join_ranges(planned), now=now, accounting=accounting)
            edges = sorted({window.start, window.end, rng.randrange(window.start, window.end)})

            assert tally(laid, window, accounting=accounting) == Tally(**counts)
            assert tally(adjusted, window, maintenance=planned, accounting=accounting) == Tally(**counts)
            parts = (Window(low, high, now, spans[0].start) for low, high in itertools.pairwise(edges))
            assert sum_tallies(tally(laid, part, accounting=accounting) for part in parts) == Tally(**counts)


@pytest.mark.parametrize("seed", range(4))
def test_a_split_tally_is_whole_and_each_half_is_its_own(seed):
    rng = Random(seed)
    for _ in range(100):
        spans, planned = timeline(rng), join_ranges(ranges(rng))
        window = Window(rng.randrange(LENGTH), LENGTH * 2, rng.randrange(LENGTH * 2), rng.randrange(LENGTH))

        outside, inside = split_tally(spans, window, planned)

        assert outside + inside == tally(spans, window)
        assert outside == tally(spans, window, maintenance=planned) + Tally(maintenance=-inside.total)
        edges = [window.start, *sorted({rng.randrange(window.start, window.end) for _ in range(3)}), window.end]
        parts = [
            split_tally(spans, Window(low, high, window.now, window.monitored_from), planned)
            for low, high in itertools.pairwise(edges)
        ]
        assert (sum_tallies(one for one, _ in parts), sum_tallies(one for _, one in parts)) == (outside, inside)


@pytest.mark.parametrize("seed", range(4))
def test_covers_take_the_place_of_what_they_cover_and_of_nothing_else(seed):
    rng = Random(seed)
    for _ in range(100):
        spans = timeline(rng)
        covers = [Span(low, high, rng.choice(STATES)) for low, high in join_ranges(ranges(rng))]

        laid = put_over(spans, covers)

        for moment in range(LENGTH + 60):
            under = state_at(spans, moment)
            assert state_at(laid, moment) == (under if under is None else state_at(covers, moment) or under)
        assert all(one.end == two.start and one.state != two.state for one, two in itertools.pairwise(laid))
        assert not laid or laid[-1].end == spans[-1].end


def test_what_is_planned_for_later_does_not_end_an_outage_that_goes_on():
    spans = [Span(0, 100, "up"), Span(100, None, "down")]

    laid = put_maintenance_over(spans, [(120, 130), (500, 600)], now=200)

    outages = list_outages(laid, Window(0, 200, 200, 0))
    assert [(one.start, one.end) for one in outages] == [(100, 120), (130, None)]


def test_ranges_are_cut_to_a_window():
    known = [(0, 10), (20, 30), (40, 50)]

    assert ranges_within(known, 5, 45) == [(5, 10), (20, 30), (40, 45)]
    assert ranges_within(known, 10, 20) == []
    assert ranges_within([], 10, 20) == []
    assert join_ranges([(20, 30), (0, 10), (10, 12), (25, 40)]) == [(0, 12), (20, 40)]
