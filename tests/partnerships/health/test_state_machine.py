import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnerships.health.state_machine import (
    Memory,
    Rules,
    Seen,
    Transition,
    go_stale,
    observe,
    pause,
    replay,
    resume,
    stale_at,
)

T0 = datetime(2026, 3, 2, 12, tzinfo=UTC)
LETTERS = {"o": "ok", "d": "degraded", "f": "fail", "e": "error"}


def at(number: float) -> datetime:
    return T0 + timedelta(minutes=number)


def rules(fails: int = 2, recovers: int = 2, seconds: int = 60) -> Rules:
    return Rules(fail_threshold=fails, recover_threshold=recovers, interval=timedelta(seconds=seconds))


def seen(letter: str, number: float) -> Seen:
    return Seen(outcome=LETTERS[letter], started_at=at(number), finished_at=at(number) + timedelta(seconds=1))


def run(letters: str, *, n: int = 2, r: int = 2) -> str:
    """States by minute, as "pending@0 up@1": one result a minute."""
    found = replay([seen(letter, number) for number, letter in enumerate(letters)], rules(n, r))
    return " ".join(f"{state}@{(since - T0) // timedelta(minutes=1)}" for state, since in found)


@pytest.mark.parametrize(
    ("letters", "n", "r", "expected"),
    [
        ("o", 2, 2, "up@0"),
        ("f", 2, 2, "pending@0"),
        ("ff", 2, 2, "down@0"),
        ("dd", 2, 2, "degraded@0"),
        ("eo", 2, 2, "pending@0 up@1"),
        ("ofo", 2, 2, "up@0"),
        ("ofofofo", 2, 2, "up@0"),
        ("off", 2, 2, "up@0 down@1"),
        ("of", 1, 1, "up@0 down@1"),
        ("oofffo", 3, 1, "up@0 down@2 up@5"),
        ("offoo", 2, 2, "up@0 down@1 up@3"),
        ("offofoo", 2, 2, "up@0 down@1 up@5"),
        ("odd", 2, 2, "up@0 degraded@1"),
        ("oddoo", 2, 2, "up@0 degraded@1 up@3"),
        ("ofd", 2, 2, "up@0 degraded@1"),  # mixed: the weaker state
        ("odf", 2, 2, "up@0 degraded@1"),
        ("odff", 2, 2, "up@0 degraded@1 down@2"),  # two fails in a row, the first of them completed the mixed streak
        ("ofdff", 2, 2, "up@0 degraded@1 down@3"),
        ("oddfdf", 2, 2, "up@0 degraded@1"),
        ("oddff", 2, 2, "up@0 degraded@1 down@3"),
        ("offdd", 2, 2, "up@0 down@1 degraded@3"),
        ("offdfdd", 2, 2, "up@0 down@1 degraded@5"),
        ("offdo", 2, 1, "up@0 down@1 degraded@3 up@4"),
        ("oefef", 2, 2, "up@0 down@2"),  # what could not be measured neither breaks nor makes a streak
        ("offeoeo", 2, 2, "up@0 down@1 up@4"),
        ("fo", 1, 1, "down@0 up@1"),
    ],
)
def test_the_transition_table(letters, n, r, expected):
    assert run(letters, n=n, r=r) == expected


def test_a_suspicion_is_shown_and_withdrawn():
    memory = observe(Memory(), seen("o", 0), rules()).memory
    suspect = observe(memory, seen("f", 1), rules()).memory
    cleared = observe(suspect, seen("o", 2), rules()).memory

    assert (suspect.state, suspect.suspect_since, suspect.bad_streak) == ("up", at(1), 1)
    assert (cleared.state, cleared.suspect_since, cleared.bad_streak) == ("up", None, 0)


def test_a_transition_is_dated_back_and_says_when_it_was_known():
    memory = observe(observe(Memory(), seen("o", 0), rules()).memory, seen("f", 1), rules()).memory

    step = observe(memory, seen("f", 2), rules())

    assert step.transition == Transition(old="up", new="down", at=at(1), known_at=at(2) + timedelta(seconds=1))


def test_late_and_repeated_results_change_nothing():
    memory = observe(Memory(), seen("o", 5), rules(1, 1)).memory

    assert observe(memory, seen("f", 4), rules(1, 1)).memory == memory


def test_silence_becomes_unknown_from_when_the_next_result_was_due():
    memory = observe(Memory(), seen("o", 0), rules()).memory
    deadline = stale_at(memory, rules())

    assert deadline == at(0) + timedelta(seconds=181)
    assert go_stale(memory, rules(), now=deadline - timedelta(seconds=1)).transition is None
    transition = go_stale(memory, rules(), now=deadline).transition
    assert transition == Transition("up", "unknown", at=at(0) + timedelta(seconds=61), known_at=deadline)


def test_long_intervals_are_stale_after_three():
    assert rules(seconds=300).stale_after == timedelta(seconds=900)


def test_errors_alone_do_not_keep_a_state_alive():
    memory = observe(Memory(), seen("o", 0), rules()).memory
    for minute in (1, 2, 3):
        memory = observe(memory, seen("e", minute), rules()).memory

    assert stale_at(memory, rules()) == at(0) + timedelta(seconds=181)
    assert go_stale(memory, rules(), now=at(4)).memory.state == "unknown"


def test_staleness_ends_a_streak():
    memory = observe(observe(Memory(), seen("o", 0), rules()).memory, seen("f", 1), rules()).memory
    memory = go_stale(memory, rules(), now=at(60)).memory

    step = observe(memory, seen("f", 60), rules())

    assert (step.memory.state, step.memory.bad_streak, step.transition) == ("unknown", 1, None)
    assert observe(step.memory, seen("f", 61), rules()).transition.at == at(60)


def test_unknown_ends_with_the_first_good_result():
    memory = go_stale(observe(Memory(), seen("f", 0), rules(1, 1)).memory, rules(1, 3), now=at(60)).memory

    assert memory.state == "unknown"
    assert observe(memory, seen("o", 61), rules(1, 3)).transition == Transition(
        "unknown", "up", at=at(61), known_at=at(61) + timedelta(seconds=1)
    )


def test_a_check_with_errors_only_is_pending_then_unknown():
    memory = observe(Memory(), seen("e", 0), rules()).memory

    assert (memory.state, memory.state_since) == ("pending", at(0))
    assert go_stale(memory, rules(), now=at(3)).transition.at == at(1)


def test_never_measured_paused_and_unknown_checks_do_not_become_stale():
    paused = pause(Memory(), at=at(0)).memory
    unknown = go_stale(observe(Memory(), seen("o", 0), rules()).memory, rules(), now=at(9)).memory

    assert [stale_at(memory, rules()) for memory in (Memory(), paused, unknown)] == [None, None, None]
    assert go_stale(unknown, rules(), now=at(99)).transition is None


def test_pause_and_resume():
    memory = observe(Memory(), seen("o", 0), rules()).memory
    paused = pause(memory, at=at(5))
    resumed = resume(paused.memory, at=at(9))

    assert paused.transition == Transition("up", "paused", at=at(5), known_at=at(5))
    assert observe(paused.memory, seen("f", 6), rules(1, 1)).memory == paused.memory
    assert resumed.transition == Transition("paused", "pending", at=at(9), known_at=at(9))
    assert pause(paused.memory, at=at(6)).transition is None
    assert resume(memory, at=at(6)).transition is None


def test_a_change_of_thresholds_never_dates_before_the_state():
    memory = observe(Memory(), seen("o", 0), rules()).memory
    memory = Memory(**{**memory.__dict__, "suspect_since": at(-5), "bad_streak": 4})

    assert observe(memory, seen("f", 1), rules()).transition.at == at(0)


@given(st.text(alphabet="odfe", max_size=60), st.integers(1, 4), st.integers(1, 4))
def test_states_are_in_order_and_differ_from_their_neighbours(letters, n, r):
    found = replay([seen(letter, number) for number, letter in enumerate(letters)], rules(n, r))

    assert all(first[1] < second[1] for first, second in itertools.pairwise(found))
    assert all(first[0] != second[0] for first, second in itertools.pairwise(found))


@given(st.text(alphabet="of", min_size=1, max_size=60))
def test_thresholds_of_one_give_the_results_themselves(letters):
    found = replay([seen(letter, number) for number, letter in enumerate(letters)], rules(1, 1))

    by_minute = [
        max((since, state) for state, since in found if since <= at(number))[1] for number in range(len(letters))
    ]
    assert by_minute == ["up" if letter == "o" else "down" for letter in letters]


@given(st.text(alphabet="ofe", min_size=1, max_size=80), st.integers(1, 4), st.integers(1, 4))
def test_down_is_exactly_the_runs_that_reach_their_threshold(letters, n, r):
    """An oracle that sees all results at once: a run of n fails makes down from its first, one of r oks makes up."""
    measured = [(number, letter) for number, letter in enumerate(letters) if letter != "e"]
    expected = {}
    state, run_of, length = "pending", "", 0
    start = 0
    for number, letter in measured:
        if letter != run_of:
            run_of, length, start = letter, 0, number
        length += 1
        if letter == "f" and length == n and state != "down":
            state = "down"
            expected[start] = "down"
        if letter == "o" and state != "up" and (state == "pending" or length == r):
            state = "up"
            expected[start] = "up"

    found = {
        int((since - T0) / timedelta(minutes=1)): str(state)
        for state, since in replay([seen(letter, number) for number, letter in enumerate(letters)], rules(n, r, 86_400))
        if state != "pending"
    }

    assert found == expected
