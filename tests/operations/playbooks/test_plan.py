"""Plans by hand and against brute force: circles, working days, verdicts."""

from datetime import date, timedelta
from itertools import pairwise, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.playbooks.gates import Condition, Outcome, Verdict, is_bolder, judge, verdict_of
from operations.playbooks.plan import (
    PlannedStep,
    add_working_days,
    due_days,
    find_circle,
    plan_problems,
    working_days_but,
)

MONDAY = date(2026, 3, 2)
WEEKDAYS = working_days_but(())
KEYS = "abcde"


@given(st.dictionaries(st.sampled_from(KEYS), st.sets(st.sampled_from(KEYS), max_size=3), min_size=1))
def test_circle_is_found_where_no_order_exists(waits):
    """An order exists when some permutation has each step after all it waits for."""
    known = {key: others & set(waits) for key, others in waits.items()}
    has_order = any(
        all(known[key] <= set(order[:place]) for place, key in enumerate(order)) for order in permutations(known)
    )

    circle = find_circle(waits)

    assert (circle == []) == has_order
    for earlier, later in pairwise(circle):
        assert later in known[earlier]
    assert not circle or circle[0] == circle[-1]


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(-60, 60), st.sets(st.integers(-90, 90), max_size=8))
def test_working_days_are_counted_one_by_one(day, count, closed):
    is_working = working_days_but({day + timedelta(days=days) for days in closed})

    found = add_working_days(day, count, is_working=is_working)

    between = (day + timedelta(days=n) for n in range(1, abs((found - day).days) + 1))
    if count < 0:
        between = (day - timedelta(days=n) for n in range(1, abs((found - day).days) + 1))
    assert sum(map(is_working, between)) == abs(count)
    assert count == 0 or is_working(found)


def test_due_days_from_the_anchor_and_after_what_was_done():
    steps = [
        PlannedStep("early", -5),
        PlannedStep("launch", 0),
        PlannedStep("after", 2, after_key="early"),
        PlannedStep("later", 1, after_key="after"),
    ]

    planned = due_days(steps, anchor=MONDAY, done={}, is_working=WEEKDAYS)
    lived = due_days(steps, anchor=MONDAY, done={"early": date(2026, 2, 27)}, is_working=WEEKDAYS)

    assert planned == {
        "early": date(2026, 2, 23),
        "launch": MONDAY,
        "after": date(2026, 2, 25),
        "later": date(2026, 2, 26),
    }
    assert (lived["after"], lived["later"]) == (date(2026, 3, 3), date(2026, 3, 4))


def test_what_is_wrong_with_plans():
    assert plan_problems([PlannedStep("a"), PlannedStep("a")]) == ["The key a is used twice."]
    assert plan_problems([PlannedStep("a", waits_for=("z",))]) == ["a waits for z, which does not exist."]
    circle = [PlannedStep("a", after_key="b"), PlannedStep("b", waits_for=("a",))]
    assert plan_problems(circle) == ["These steps wait for each other: a → b → a."]
    assert plan_problems([PlannedStep("a"), PlannedStep("b", waits_for=("a",))]) == []


@pytest.mark.parametrize(
    ("fails", "warnings", "verdict"),
    [(0, 0, "go"), (0, 1, "go"), (0, 2, "conditional"), (0, 3, "conditional"), (0, 9, "conditional"),
     (1, 0, "conditional"), (1, 5, "conditional"), (2, 0, "no_go"), (3, 3, "no_go")],
)  # fmt: skip
def test_verdict_rule(fails, warnings, verdict):
    outcomes = [Outcome.FAIL] * fails + [Outcome.WARN] * warnings + [Outcome.PASS] * 4

    assert verdict_of(outcomes) == verdict


@pytest.mark.parametrize(
    ("condition", "value", "outcome"),
    [
        (Condition("m", "at_least", 10), 10, "pass"),
        (Condition("m", "at_least", 10), 9.99, "fail"),
        (Condition("m", "at_least", 10), None, "fail"),
        (Condition("m", "at_most", 10, is_hard=False), 11, "warn"),
        (Condition("m", "at_most", 10, is_hard=False), None, "warn"),
        (Condition("m", "at_most", 10), 10, "pass"),
    ],
)
def test_conditions(condition, value, outcome):
    assert judge(condition, value) == outcome


def test_bolder_decisions():
    assert is_bolder("go", Verdict.CONDITIONAL)
    assert is_bolder("conditional", Verdict.NO_GO)
    assert not is_bolder("no_go", Verdict.GO)
    assert not is_bolder("go", Verdict.GO)
