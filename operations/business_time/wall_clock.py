"""From a time on the wall clock to the instant, whatever daylight saving does to it."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from operations.business_time.rules import DAY_MINUTES

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND_US = 1_000_000
_SECOND = timedelta(seconds=1)
_US = timedelta(microseconds=1)


def to_us(at: datetime) -> int:
    """Microseconds from the epoch to the aware instant."""
    return (at - EPOCH) // _US


def from_us(us: int) -> datetime:
    """The instant in UTC."""
    return EPOCH + timedelta(microseconds=us)


def edge_us(day: date, minutes: int, zone: ZoneInfo) -> int:
    """The first instant at which the zone's wall clock has reached `minutes` after the day's midnight.

    A time that daylight saving skips is the end of the gap; one that comes twice is its first occurrence. So windows
    that touch on the wall clock touch in time.
    """
    wall = datetime.combine(day + timedelta(days=minutes // DAY_MINUTES), time()) + timedelta(
        minutes=minutes % DAY_MINUTES
    )
    first = wall.replace(tzinfo=zone).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) == wall:
        return to_us(first)
    return to_us(_end_of_gap(wall, zone, before=wall.replace(tzinfo=zone, fold=1).astimezone(UTC), after=first))


def _end_of_gap(wall: datetime, zone: ZoneInfo, *, before: datetime, after: datetime) -> datetime:
    """The transition between the instants: the first whose wall clock is past `wall`."""
    low, high = 0, int((after - before).total_seconds())
    while low < high:
        middle = (low + high) // 2
        if (before + middle * _SECOND).astimezone(zone).replace(tzinfo=None) < wall:
            low = middle + 1
        else:
            high = middle
    return before + low * _SECOND
