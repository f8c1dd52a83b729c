"""From when on a message may disturb a person."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

DIGEST_TIME = time(8)
_MONDAY = 0


@dataclass(frozen=True)
class Rest:
    """When one person wants to be left alone; quiet hours may pass midnight."""

    time_zone: str = "UTC"
    quiet_from: time | None = None
    quiet_to: time | None = None
    digest: str = "none"


def get_release(rest: Rest, *, is_critical: bool, at: datetime) -> datetime:
    """The instant from which on a message made at `at` may be sent; a critical one may at once."""
    if is_critical:
        return at
    released = at if rest.digest == "none" else next_digest(rest, at=at)
    return _after_quiet_hours(rest, released)


def next_digest(rest: Rest, *, at: datetime) -> datetime:
    """When the next digest after `at` goes out: at 8 in the morning there, every day or on Mondays."""
    zone = ZoneInfo(rest.time_zone)
    day = at.astimezone(zone).date()
    while True:
        moment = datetime.combine(day, DIGEST_TIME, zone).astimezone(UTC)
        if moment > at and (rest.digest == "daily" or day.weekday() == _MONDAY):
            return moment
        day += timedelta(days=1)


def _after_quiet_hours(rest: Rest, at: datetime) -> datetime:
    start, end = rest.quiet_from, rest.quiet_to
    if start is None or end is None:
        return at
    zone = ZoneInfo(rest.time_zone)
    local = at.astimezone(zone)
    clock = local.time()
    is_quiet = start <= clock < end if start <= end else clock >= start or clock < end
    if not is_quiet:
        return at
    ends = (datetime.combine(local.date() + timedelta(days=n), end, zone).astimezone(UTC) for n in (0, 1))
    return next(moment for moment in ends if moment > at)
