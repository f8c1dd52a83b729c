"""From when on a message may disturb: against a clock that is stepped minute by minute."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from operations.delivery.release import Rest, get_release

times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 59]))
moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 30), timezones=st.just(UTC)).map(
    lambda moment: moment.replace(second=0, microsecond=0)
)
zones = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"])


def is_quiet(rest, moment):
    """Walks the clock of that place."""
    clock = moment.astimezone(ZoneInfo(rest.time_zone)).time()
    minutes = clock.hour * 60 + clock.minute
    start = rest.quiet_from.hour * 60 + rest.quiet_from.minute
    end = rest.quiet_to.hour * 60 + rest.quiet_to.minute
    return (minutes - start) % 1440 < (end - start) % 1440


def shifts_nearby(zone, at):
    offsets = {(at + timedelta(hours=n)).astimezone(ZoneInfo(zone)).utcoffset() for n in range(-26, 27)}
    return len(offsets) > 1


@settings(max_examples=200, deadline=None)
@given(moments, times, times, zones)
def test_quiet_hours_agree_with_a_walk_through_the_minutes(at, start, end, zone):
    if start == end or shifts_nearby(zone, at):
        return
    rest = Rest(zone, start, end)
    walked = at
    while is_quiet(rest, walked):
        walked += timedelta(minutes=1)

    assert get_release(rest, is_critical=False, at=at) == walked
    assert get_release(rest, is_critical=True, at=at) == at


def test_quiet_hours_on_the_night_the_clock_changes():
    rest = Rest("Europe/Berlin", time(22), time(7))

    spring = get_release(rest, is_critical=False, at=datetime(2026, 3, 28, 23, tzinfo=UTC))
    autumn = get_release(rest, is_critical=False, at=datetime(2026, 10, 24, 23, tzinfo=UTC))

    assert spring == datetime(2026, 3, 29, 5, tzinfo=UTC)
    assert autumn == datetime(2026, 10, 25, 6, tzinfo=UTC)


def test_digests_go_out_at_eight_there():
    friday = datetime(2026, 3, 6, 12, tzinfo=UTC)

    daily = get_release(Rest("America/New_York", digest="daily"), is_critical=False, at=friday)
    weekly = get_release(Rest("America/New_York", digest="weekly"), is_critical=False, at=friday)

    assert daily == datetime(2026, 3, 6, 13, tzinfo=UTC)
    assert weekly == datetime(2026, 3, 9, 12, tzinfo=UTC)  # The clock went forward between.


def test_digest_waits_for_the_end_of_quiet_hours():
    rest = Rest("UTC", time(22), time(9), "daily")

    assert get_release(rest, is_critical=False, at=datetime(2026, 3, 6, 12, tzinfo=UTC)) == datetime(
        2026, 3, 7, 9, tzinfo=UTC
    )
