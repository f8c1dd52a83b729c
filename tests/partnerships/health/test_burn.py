"""Burn alerts beside the published table, a count second by second, and the arithmetic of impossible rules."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.errors import InvalidInputError
from partnerships.health.burn import (
    DOWN,
    MINUTE_US,
    PAGE,
    STANDARD_RULES,
    TICKET,
    Reading,
    Rule,
    burn_rate,
    default_rules,
    down_for,
    offer_instead,
)
from partnerships.health.burn_words import check_rules, read_rules, rule_words, write_rules
from partnerships.health.uptime import Span

SECOND = 1_000_000
HOUR, DAY = 3600 * SECOND, 86_400 * SECOND
MONTH = 30 * DAY
THREE_NINES = Fraction("0.999")


def test_the_table_of_the_workbook_comes_out():
    table = [
        (rule.severity, rule.long_us // MINUTE_US, rule.short_us(SECOND) // MINUTE_US, rule.threshold(MONTH))
        for rule in STANDARD_RULES
    ]

    assert table == [
        ("page", 60, 5, Fraction("14.4")),
        ("page", 360, 30, 6),
        ("ticket", 1440, 120, 3),
        ("ticket", 4320, 360, 1),
    ]


@pytest.mark.parametrize(
    ("days", "thresholds"),
    [(28, ["13.44", "5.6", "2.8", "0.93333"]), (7, ["3.36", "1.4", "0.7", "0.23333"]), (90, ["43.2", "18", "9", "3"])],
)
def test_other_windows_scale_the_thresholds(days, thresholds):
    scaled = [rule.threshold(days * DAY) for rule in STANDARD_RULES]

    assert [f"{float(one):.5g}" for one in scaled] == thresholds


def seconds_of_outage_until(rule, target, window=MONTH):
    """By counting: how many seconds of a total outage after a long good time make both windows exceed the threshold."""
    short = rule.short_us(SECOND) // SECOND
    for lost in range(1, rule.long_us // SECOND + 1):
        long_share = Fraction(lost, rule.long_us // SECOND)
        short_share = Fraction(min(lost, short), short)
        if min(long_share, short_share) / (1 - target) > rule.threshold(window):
            return lost
    return None


@pytest.mark.parametrize(
    ("target", "seconds"),
    [
        # threshold × (1 − target) × long window: 14.4 × 0.001 × 3600 s = 51.84 s, or 0.864 minutes, and so on
        ("0.999", [52, 130, 260, 260]),
        ("0.99", [519, 1297, 2593, 2593]),
        ("0.95", [2593, 6481, 12961, 12961]),
        ("0.9995", [26, 65, 130, 130]),
        ("0.9", [None, 12961, 25921, 25921]),
    ],
)
def test_a_total_outage_is_told_after_the_published_time(target, seconds):
    found = [seconds_of_outage_until(rule, Fraction(target)) for rule in STANDARD_RULES]
    by_formula = [rule.bad_share(Fraction(target), MONTH) * rule.long_us / SECOND for rule in STANDARD_RULES]

    assert found == seconds
    assert [None if one >= rule.long_us / SECOND else int(one) + 1 for one, rule in zip(by_formula, STANDARD_RULES, strict=True)] == seconds  # fmt: skip


def test_at_95_percent_a_total_outage_needs_43_minutes():
    rule = STANDARD_RULES[0]

    assert rule.bad_share(Fraction("0.95"), MONTH) * rule.long_us == Fraction("43.2") * MINUTE_US


@pytest.mark.parametrize(
    ("target", "impossible"),
    [
        ("0.9306", [True, False, False, False]),  # 14.4 × 0.0694 = 0.999: fires in the last second of the hour
        ("0.9305", [True, False, False, False]),  # 14.4 × 0.0695 = 1.0008: never
        ("0.9375", [True, False, False, False]),  # 14.4 × 0.0625 = 0.9
        ("0.9376", [False, False, False, False]),
        ("0.85", [True, True, False, False]),
        ("0.7", [True, True, True, False]),
        ("0.1", [True, True, True, True]),
    ],
)
def test_a_rule_that_could_not_fire_in_time_is_impossible(target, impossible):
    assert [rule.is_impossible(Fraction(target), MONTH) for rule in STANDARD_RULES] == impossible


def test_an_impossible_rule_comes_with_an_offer():
    rule, target = STANDARD_RULES[0], Fraction("0.9")

    offer = offer_instead(rule, target, MONTH)

    # an hour is 1/720 of the month and grants at most 1/72 of the budget: 0.9 / 72 = 1.25 %
    assert (offer.budget_percent, offer.down_us) == (1, 87 * MINUTE_US)  # 2 % of 72 h are 86.4 minutes
    assert not Rule(PAGE, rule.long_us, Fraction(1, 100)).is_impossible(target, MONTH)


def test_an_offer_on_the_edge_is_possible():
    # 720 h × (1 − target) × share = 0.9 h exactly at 1 %: 0.9 / 7.2 = 0.125
    target = Fraction("0.875")

    assert offer_instead(STANDARD_RULES[0], target, MONTH).budget_percent == 0


def test_standard_rules_that_are_impossible_become_plain_outages():
    rules = default_rules(Fraction("0.9"), MONTH, wakes=True)

    assert [rule_words(rule) for rule in rules] == [
        "down longer than 87 min",
        "5 % of the budget in 6 h",
        "10 % of the budget in 1 d",
        "10 % of the budget in 3 d",
    ]
    assert [rule.severity for rule in rules] == [PAGE, PAGE, TICKET, TICKET]


def test_rules_of_what_wakes_nobody_are_tickets():
    assert {rule.severity for rule in default_rules(Fraction("0.95"), MONTH, wakes=False)} == {TICKET}
    assert len({rule.key for rule in default_rules(Fraction("0.95"), MONTH, wakes=False)}) == 4


def test_rules_that_do_not_fit_the_window_are_left_out():
    assert [rule.long_us for rule in default_rules(THREE_NINES, DAY, wakes=True)] == [HOUR, 6 * HOUR]


@pytest.mark.parametrize(("interval", "minutes", "widened"), [(30, 5, False), (60, 5, False), (61, None, True), (300, 25, True), (3600, 60, True)])  # fmt: skip
def test_the_short_window_holds_five_probes(interval, minutes, widened):
    rule = STANDARD_RULES[0]

    found = rule.short_us(interval * SECOND)

    assert found == (minutes * MINUTE_US if minutes else 305 * SECOND)
    assert rule.is_widened(interval * SECOND) == widened


def reading(long, short, *, is_known=True):
    rule = STANDARD_RULES[0]
    return Reading(rule, Fraction("14.4"), long, short, rule.short_us(SECOND), is_widened=False, is_known=is_known)


def test_both_windows_must_exceed_and_reaching_is_not_exceeding():
    high, edge, low = Fraction(15), Fraction("14.4"), Fraction(1)

    assert [reading(a, b).is_over for a, b in ((high, high), (high, low), (low, high), (edge, high), (high, edge))] == [
        True,
        False,
        False,
        False,
        False,
    ]
    assert not reading(high, high, is_known=False).is_over
    assert not reading(None, None).is_over


def test_it_is_past_by_the_long_window_alone():
    assert [reading(Fraction(long), Fraction(short)).is_past for long, short in ((15, 0), (14, 99))] == [False, True]
    assert not reading(None, None).is_past


def test_it_does_not_fire_again_within_a_long_window():
    over = reading(Fraction(99), Fraction(99))

    assert [over.may_fire(last, 10 * HOUR) for last in (None, 10 * HOUR - 1, 9 * HOUR + 1, 9 * HOUR)] == [
        True,
        False,
        False,
        True,
    ]


def test_nothing_counted_is_no_burn():
    assert burn_rate(lost_us=Fraction(0), counted_us=0, target=THREE_NINES) is None


@given(
    st.lists(st.sampled_from([0, 0, 0, 1, None]), min_size=120, max_size=120),
    st.integers(1, 60),
    st.sampled_from(["0.5", "0.9", "0.99"]),
)
def test_burn_equals_a_count_second_by_second(bad, length, target):
    """None is a second that nobody measured; it is neither good nor bad."""
    window = [one for one in bad[-length:] if one is not None]

    found = burn_rate(lost_us=Fraction(sum(window) * SECOND), counted_us=len(window) * SECOND, target=Fraction(target))

    granted = (1 - Fraction(target)) * len(window)
    assert found == (sum(window) / granted if window else None)


@given(st.lists(st.sampled_from(["up", "down", "degraded", "unknown"]), min_size=1, max_size=40), st.integers(0, 50))
def test_the_present_outage_is_as_long_as_its_last_seconds(states, now):
    spans = [Span(at, at + 1, state) for at, state in enumerate(states)]
    seen = states[:now]

    expected = 0
    while now <= len(states) and expected < len(seen) and seen[-1 - expected] == "down":
        expected += 1

    assert down_for(spans, now) == expected


def test_rules_are_read_as_they_are_written():
    rules = (Rule(PAGE, HOUR, Fraction(2, 100)), Rule(TICKET, 30 * MINUTE_US, kind=DOWN), Rule(PAGE, 6 * HOUR, Fraction("0.025")))  # fmt: skip

    assert read_rules(write_rules(rules)) == rules
    assert write_rules(rules)[0] == {"severity": "page", "kind": "burn", "window_minutes": 60, "budget_percent": 2}


GOOD = {"severity": "page", "window_minutes": 60, "budget_percent": 2}


@pytest.mark.parametrize(
    "stored",
    [
        "page",
        None,
        [GOOD] * 11,
        [GOOD, GOOD],
        [[]],
        [{"severity": "page"}],
        [{**GOOD, "more": 1}],
        [{**GOOD, "severity": "shout"}],
        [{**GOOD, "severity": ["page"]}],
        [{**GOOD, "kind": "curl"}],
        [{**GOOD, "window_minutes": True}],
        [{**GOOD, "window_minutes": 4}],
        [{**GOOD, "window_minutes": 60.0}],
        [{**GOOD, "window_minutes": 10**30}],
        [{**GOOD, "budget_percent": 0}],
        [{**GOOD, "budget_percent": 101}],
        [{**GOOD, "budget_percent": "2"}],
        [{**GOOD, "budget_percent": float("nan")}],
        [{**GOOD, "kind": "down"}],
    ],
    ids=range(19),
)
def test_rules_that_cannot_be_read_are_refused(stored):
    with pytest.raises(InvalidInputError) as refusal:
        read_rules(stored)

    assert refusal.value.field == "rules"


def test_window_that_is_too_long_is_refused_with_the_longest():
    with pytest.raises(InvalidInputError, match="a whole number, 5 to 527040"):
        read_rules([{**GOOD, "window_minutes": 10**12}])


@pytest.mark.parametrize(
    ("rule", "target", "wakes", "words"),
    [
        (
            STANDARD_RULES[0],
            "0.93",
            True,
            "At this target 2 % of the budget in 1 h cannot fire in time: 100.8 % of 1 h would have to be lost. "
            "Take 1 % of the budget in 1 h, or down longer than 61 min.",
        ),
        (
            STANDARD_RULES[0],
            "0.5",
            True,
            "At this target 2 % of the budget in 1 h cannot fire in time: 720 % of 1 h would have to be lost. "
            "Take down longer than 432 min.",
        ),
        (STANDARD_RULES[0], "0.95", False, "An experimental integration wakes nobody: its rules are tickets."),
        (Rule(TICKET, MONTH, Fraction(1, 2)), "0.999", True, "30 d must be shorter than the window."),
    ],
    ids=["offer", "plain", "wakes", "window"],
)
def test_a_rule_that_cannot_be_is_refused_with_an_offer(rule, target, wakes, words):
    with pytest.raises(InvalidInputError) as refusal:
        check_rules([rule], target=Fraction(target), window_us=MONTH, wakes=wakes)

    assert refusal.value.message == words
