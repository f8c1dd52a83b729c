from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from partnerships.health.schedule import next_slot, phase_us, retry_at, slot_at_or_before, slot_number

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))


@given(st.integers(1, 10**9), st.integers(5, 86_400), moments)
def test_slots_lie_on_one_grid(check_id, interval, moment):
    before, after = slot_at_or_before(check_id, interval, moment), next_slot(check_id, interval, moment)

    assert before <= moment < after
    assert after - before == timedelta(seconds=interval)
    assert next_slot(check_id, interval, before) == after
    assert slot_at_or_before(check_id, interval, after) == after
    assert slot_number(check_id, interval, after) == slot_number(check_id, interval, before) + 1


def test_a_late_poll_does_not_move_the_grid():
    first = next_slot(7, 60, NOW)

    assert next_slot(7, 60, first + timedelta(seconds=59)) == first + timedelta(seconds=60)
    assert next_slot(7, 60, first + timedelta(hours=3, seconds=1)) == first + timedelta(hours=3, minutes=1)


def test_phases_spread_over_the_interval():
    tenths = Counter(phase_us(check_id, 60) // 6_000_000 for check_id in range(1, 2001))

    assert len(tenths) == 10
    assert min(tenths.values()) > 140


def test_a_retry_comes_after_its_interval_with_a_little_jitter():
    waits = [retry_at(check_id, 20, NOW) - NOW for check_id in range(100)]

    assert min(waits) >= timedelta(seconds=20)
    assert max(waits) <= timedelta(seconds=22)
    assert len(set(waits)) > 90
