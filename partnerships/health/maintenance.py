"""When a planned maintenance takes place: once, weekly or by a cron expression, as UTC ranges [start, end).

A recurring start is a time on the clock of the plan's zone, and the duration is real elapsed time. A time that the
clock skips lies as far behind the gap as it would have lain in it, and of a time that comes twice the first counts:
RFC 5545, section 3.3.5, which is Python's fold=0.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from foundation.zones import NO_PLACES

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LONGEST = timedelta(days=30)
_ONE_DAY = timedelta(days=1)
_FIELDS = 5
_CRON = re.compile(r"[0-9A-Za-z*,/#\- ]{9,60}")
_SOME_DAY = datetime(2024, 1, 1)  # noqa: DTZ001 - a local time, before a leap day


class Occurrence(NamedTuple):
    """One time that a maintenance takes place, [start, end) in UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """A maintenance as it was planned; `kind` is once, weekly or cron.

    `starts_at` is the start of one that happens once, and for the others the instant from which on they are in force;
    from `ends_at` on none begins. From `cancelled_from` on nothing of it holds.
    """

    kind: str
    zone: str
    starts_at: datetime
    duration: timedelta
    ends_at: datetime | None = None
    weekdays: frozenset[str] = frozenset()
    local_start: time | None = None
    cron: str = ""
    cancelled_from: datetime | None = None


def list_occurrences(plan: Plan, start: datetime, end: datetime) -> list[Occurrence]:
    """The occurrences that overlap [start, end), whole, in order; those of one plan may overlap each other."""
    limits = [limit for limit in (end, plan.ends_at, plan.cancelled_from) if limit is not None]
    low, high = max(start - plan.duration, plan.starts_at), min(limits)
    if plan.kind == "once":
        begins = {plan.starts_at.astimezone(UTC)} if low <= plan.starts_at < high else set()
    else:
        begins = {one for one in _list_starts(plan, low, high) if low <= one < high} if low < high else set()
    found = (Occurrence(one, _end(plan, one)) for one in sorted(begins))
    return [one for one in found if one.end > start]


def resolve_local(moment: datetime, zone: ZoneInfo) -> datetime:
    """The UTC instant of a time on the zone's clock; see above for one that the clock skips or shows twice."""
    return moment.replace(tzinfo=zone, fold=0).astimezone(UTC)


def read_zone(name: str) -> ZoneInfo | None:
    """The zone of the IANA name; None where there is none."""
    try:
        return ZoneInfo(name) if name and name not in NO_PLACES else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def cron_problem(expression: str) -> str:
    """What is wrong with a cron expression, in a sentence; empty where it can be planned by."""
    fields = expression.split()
    if len(fields) != _FIELDS or not _CRON.fullmatch(expression):
        return "Give five fields: minute, hour, day of month, month, day of week."
    if not fields[0].isdecimal():
        return "The minute must be one number: a maintenance begins once an hour at most."
    try:
        next(CronSim(expression, _SOME_DAY))
    except StopIteration:
        return "No day is ever like that."
    except (CronSimError, ValueError, AssertionError) as error:
        return f"This is no cron expression: {error}."
    return ""


def _end(plan: Plan, begin: datetime) -> datetime:
    end = begin + plan.duration
    return end if plan.cancelled_from is None else min(end, plan.cancelled_from.astimezone(UTC))


def _list_starts(plan: Plan, low: datetime, high: datetime) -> Iterator[datetime]:
    """Starts from before `low` to behind `high`: a day more on both sides than any offset from UTC could move them."""
    zone = ZoneInfo(plan.zone)
    first, last = (moment.astimezone(UTC).replace(tzinfo=None) for moment in (low - _ONE_DAY, high + _ONE_DAY))
    local = _list_weekly(plan, first.date(), last.date()) if plan.kind == "weekly" else _list_cron(plan, first, last)
    return (resolve_local(moment, zone) for moment in local)


def _list_weekly(plan: Plan, first: date, last: date) -> Iterator[datetime]:
    days = (first + number * _ONE_DAY for number in range((last - first).days + 1))
    start = plan.local_start or time()
    return (datetime.combine(day, start) for day in days if WEEKDAYS[day.weekday()] in plan.weekdays)


def _list_cron(plan: Plan, first: datetime, last: datetime) -> Iterator[datetime]:
    """By the local clock as if it never changed: the gap and the hour that comes twice are treated as above."""
    for moment in CronSim(plan.cron, first - timedelta(seconds=1)):
        if moment > last:
            return
        yield moment
