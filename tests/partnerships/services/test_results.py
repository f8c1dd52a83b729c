import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck as Suppressed
from hypothesis import given, settings
from hypothesis import strategies as st

from partnerships.health.state_machine import Rules, Seen, replay
from partnerships.health.uptime import Window, tally, to_us
from partnerships.models import CheckResult, HealthCheck, StatusInterval, UptimeHour
from partnerships.selectors.spans import get_spans_by_check
from partnerships.services.results import ProbeResult, record_results
from tests.factories import HealthCheckFactory

pytestmark = pytest.mark.django_db

T0 = datetime(2026, 3, 2, 12, 57, tzinfo=UTC)
LETTERS = {"o": "ok", "d": "degraded", "f": "fail", "e": "error"}


def minute(number: float) -> datetime:
    return T0 + timedelta(minutes=number)


def result(check: HealthCheck, letter: str, number: float, **fields) -> ProbeResult:
    at = minute(number)
    known = {
        "check_id": check.pk,
        "scheduled_for": at,
        "started_at": at,
        "finished_at": at + timedelta(seconds=1),
        "outcome": LETTERS[letter],
        "latency_us": 1000 if letter in "od" else None,
    }
    return ProbeResult(**known | fields)


def record(check: HealthCheck, letters: str, *, start: int = 0) -> None:
    """One result a minute, each recorded by itself; a space is a minute without one."""
    for number, letter in enumerate(letters, start):
        if letter != " ":
            record_results(results=[result(check, letter, number)], at=minute(number) + timedelta(seconds=2))
    check.refresh_from_db()


def intervals(check: HealthCheck) -> list[tuple[str, float, float | None]]:
    def minutes(moment):
        return None if moment is None else (moment - T0) / timedelta(minutes=1)

    rows = StatusInterval.objects.filter(health_check=check).order_by("started_at")
    return [(row.state, minutes(row.started_at), minutes(row.ended_at)) for row in rows]


def hours(check: HealthCheck) -> list[tuple[int, str, dict[str, float]]]:
    rows = UptimeHour.objects.filter(health_check=check).order_by("hour", "tier")
    kinds = ("up", "degraded", "down", "unknown", "paused")
    return [
        (
            row.hour.hour,
            row.tier,
            {kind: getattr(row, f"{kind}_us") / 60e6 for kind in kinds if getattr(row, f"{kind}_us")},
        )
        for row in rows
    ]


def test_a_first_good_result_makes_the_check_up():
    check = HealthCheckFactory()

    record(check, "o")

    assert intervals(check) == [("up", 0, None)]
    assert (check.state, check.state_since, check.monitored_from) == ("up", T0, T0)
    assert (check.last_outcome, check.last_latency_us) == ("ok", 1000)
    assert check.stale_at == T0 + timedelta(seconds=181)


def test_an_outage_is_cut_into_the_intervals_from_its_first_fail():
    check = HealthCheckFactory()

    record(check, "oofffoo")

    assert intervals(check) == [("up", 0, 2), ("down", 2, 5), ("up", 5, None)]
    down = StatusInterval.objects.get(state="down")
    assert down.confirmed_at == minute(3) + timedelta(seconds=1)


def test_a_pending_check_that_fails_has_been_down_from_its_first_result():
    check = HealthCheckFactory()

    record(check, "f")
    assert intervals(check) == [("pending", 0, None)]
    record(check, "f", start=1)

    assert intervals(check) == [("down", 0, None)]


def test_a_batch_that_holds_a_whole_story_is_told_in_order():
    check = HealthCheckFactory()
    letters = "offoofdfd"

    results = [result(check, letter, number) for number, letter in enumerate(letters)]
    recorded = record_results(results=list(reversed(results)), at=minute(9))

    assert intervals(check) == [("up", 0, 1), ("down", 1, 3), ("up", 3, 5), ("degraded", 5, None)]
    assert recorded.stored == 9
    assert [(one.old, one.new) for _, one in recorded.transitions] == [
        ("pending", "up"),
        ("up", "down"),
        ("down", "up"),
        ("up", "degraded"),
    ]


def test_the_same_result_twice_counts_once():
    check = HealthCheckFactory()
    record(check, "o")

    again = record_results(results=[result(check, "f", 1), result(check, "f", 1)], at=minute(1))
    and_again = record_results(results=[result(check, "f", 1)], at=minute(2))

    check.refresh_from_db()
    assert (again.stored, and_again.stored) == (1, 0)
    assert (check.state, check.bad_streak, CheckResult.objects.count()) == ("up", 1, 2)


def test_a_result_of_a_check_that_is_gone_is_dropped():
    check = HealthCheckFactory()
    gone = result(check, "o", 0)
    check.delete()

    assert record_results(results=[gone], at=T0).stored == 0
    assert record_results(results=[], at=T0).stored == 0


def test_texts_of_strangers_are_made_storable():
    check = HealthCheckFactory()
    nasty = "a\x00b\ud800" + "x" * 5000

    record_results(
        results=[
            result(
                check,
                "f",
                0,
                detail=nasty,
                reason=nasty,
                failed_assertion=nasty,
                snippet=nasty,
                headers={"sunset": nasty},
            )
        ],
        at=minute(0),
    )

    stored = CheckResult.objects.get()
    assert (len(stored.detail), len(stored.reason), len(stored.snippet)) == (300, 60, 4096)
    assert stored.detail.startswith("ab?xxx")


stories = st.lists(st.tuples(st.sampled_from("oodffe"), st.integers(1, 40)), min_size=1, max_size=25)


@settings(max_examples=40, deadline=None, suppress_health_check=[Suppressed.function_scoped_fixture])
@given(
    stories, st.integers(1, 3), st.integers(1, 3), st.lists(st.integers(1, 6), min_size=25, max_size=25), st.randoms()
)
def test_whatever_the_batches_the_intervals_are_those_of_a_replay(story, fails, recovers, sizes, random):
    """Batches of any size, with repeats of what was recorded before: contiguous intervals, and hours that agree."""
    check = HealthCheckFactory(fail_threshold=fails, recover_threshold=recovers)
    numbers = list(itertools.accumulate(step for _, step in story))
    results = [result(check, letter, number) for (letter, _), number in zip(story, numbers, strict=True)]

    left, seen = results, []
    for size in sizes:
        batch, left = left[:size], left[size:]
        seen += batch
        if batch:
            record_results(results=[*batch, *random.sample(seen, min(2, len(seen)))], at=batch[-1].finished_at)

    expected = replay(
        [Seen(one.outcome, one.started_at, one.finished_at) for one in results],
        Rules(fails, recovers, timedelta(seconds=60)),
    )
    found = list(StatusInterval.objects.filter(health_check=check).order_by("started_at"))
    assert [(one.state, one.started_at) for one in found] == expected
    assert [one.ended_at for one in found[:-1]] == [one.started_at for one in found[1:]]
    assert found[-1].ended_at is None
    check.refresh_from_db()
    assert (check.state, check.state_since) == (found[-1].state, found[-1].started_at)
    assert CheckResult.objects.filter(health_check=check).count() == len(results)
    counted = tally(
        get_spans_by_check([check.pk], start=T0, end=check.rolled_up_to)[check.pk],
        Window(to_us(found[0].started_at), to_us(check.rolled_up_to), to_us(check.rolled_up_to)),
    )
    rows = UptimeHour.objects.filter(health_check=check)
    assert sum(row.down_us for row in rows) == counted.down
    assert sum(row.up_us + row.degraded_us + row.down_us + row.unknown_us for row in rows) == counted.total


def test_a_poller_that_was_away_measured_nothing_meanwhile():
    check = HealthCheckFactory(interval_seconds=60)

    record(check, "oo" + " " * 360 + "oo")

    last_good = 1 + 1 / 60
    assert intervals(check) == [("up", 0, last_good + 1), ("unknown", last_good + 1, 362), ("up", 362, None)]


def test_a_suspicion_from_before_a_silence_makes_no_outage_of_it():
    check = HealthCheckFactory(interval_seconds=60, fail_threshold=2)

    record(check, "of" + " " * 100 + "fo")

    states = [(state, start) for state, start, _ in intervals(check)]
    assert [state for state, _ in states] == ["up", "unknown", "up"]
