import itertools
import random
from datetime import UTC, datetime, timedelta

import pytest

from partnerships.health.confirmation import FEED_LAG_US, Confirmation, confirm
from partnerships.health.flapping import FLAP_TRANSITIONS, FLAP_WINDOW, flapping_since
from partnerships.health.uptime import Span

MINUTE = 60_000_000
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
OUTAGE = Span(100 * MINUTE, 110 * MINUTE, "down")


def seen(outage=OUTAGE, fails=(), feeds=(), now=1000) -> Confirmation:
    minutes = [(moment * MINUTE, probe) for moment, probe in fails]
    timelines = [[Span(low * MINUTE, high and high * MINUTE, state) for low, high, state in feed] for feed in feeds]
    return confirm(outage, fails=minutes, feeds=timelines, now=now * MINUTE, slack=3 * MINUTE)


def test_nobody_else_makes_it_suspected():
    assert seen() == Confirmation()
    assert not seen().is_confirmed


@pytest.mark.parametrize(("minute", "expected"), [(96, ()), (97, ("eu",)), (105, ("eu",)), (109, ("eu",)), (110, ())])
def test_a_probe_elsewhere_confirms_within_the_window(minute, expected):
    assert seen(fails=[(minute, "eu")]).probes == expected


def test_each_probe_is_named_once():
    assert seen(fails=[(101, "us"), (102, "eu"), (103, "us")]).probes == ("eu", "us")


def test_an_outage_that_goes_on_is_confirmed_until_now():
    going_on = Span(100 * MINUTE, None, "down")

    assert seen(going_on, fails=[(900, "eu")]).is_confirmed
    assert not seen(going_on, fails=[(900, "eu")], now=900).is_confirmed


@pytest.mark.parametrize(
    ("feed", "expected"),
    [
        ((90, 100, "down"), False),
        ((90, 101, "down"), True),
        ((129, 140, "degraded"), True),
        ((130, 140, "down"), False),
        ((90, None, "degraded"), True),
        ((100, 110, "unknown"), False),
        ((100, 110, "up"), False),
    ],
)
def test_the_partner_confirms_by_trouble_during_it_or_within_half_an_hour(feed, expected):
    assert FEED_LAG_US == 30 * MINUTE
    assert seen(feeds=[[feed]]).by_partner == expected


def test_one_more_transition_than_the_limit_within_the_window_is_flapping():
    moments = [NOON - timedelta(minutes=number) for number in range(FLAP_TRANSITIONS + 1)]

    assert flapping_since(moments[1:], already=None, at=NOON) is None
    assert flapping_since(moments, already=None, at=NOON) == moments[-1]
    assert flapping_since([*moments[1:], NOON - FLAP_WINDOW], already=None, at=NOON) is None


def test_it_goes_on_until_there_was_no_transition_for_the_window():
    begun = NOON - timedelta(hours=5)

    assert flapping_since([NOON - timedelta(minutes=59), NOON], already=begun, at=NOON) == begun
    assert flapping_since([NOON - timedelta(minutes=60), NOON], already=begun, at=NOON) is None


@pytest.mark.parametrize("seed", range(20))
def test_flapping_is_what_counting_every_window_says(seed):
    rng = random.Random(seed)
    moments = sorted(NOON + timedelta(minutes=minute) for minute in rng.sample(range(600), rng.randrange(80)))

    since, expected = None, None
    for number, at in enumerate(moments):
        told = moments[: number + 1]
        since = flapping_since([one for one in told if one > at - FLAP_WINDOW], already=since, at=at)
        gaps = [later - earlier for earlier, later in itertools.pairwise(told)]
        recent = [one for one in told if at - one < FLAP_WINDOW]
        if gaps and gaps[-1] >= FLAP_WINDOW:
            expected = None
        if expected is None and len(recent) > FLAP_TRANSITIONS:
            expected = recent[0]
        assert since == expected
