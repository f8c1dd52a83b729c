"""How many agents an hour needs, and how many it has."""

import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from operations.business_time.wall_clock import edge_us, from_us

HOURS = 24
UPPER_SHARE = 0.8
Ranges = Sequence[tuple[datetime, datetime]]


@dataclass(frozen=True)
class Slot:
    """One hour of a day's wall clock. One that daylight saving skips has no length, one that comes twice has two."""

    day: date
    hour: int
    start: datetime
    end: datetime

    @property
    def length(self) -> float:
        """Its real hours."""
        return (self.end - self.start) / timedelta(hours=1)


@dataclass(frozen=True)
class Arrivals:
    """What came on one weekday at one hour: `count` tickets on `days` such days. Without days nothing is known."""

    count: int
    days: int

    @property
    def mean(self) -> float | None:
        return self.count / self.days if self.days else None


@dataclass(frozen=True)
class Demand:
    """How long a ticket takes an agent, and which share of their time agents can give to tickets."""

    handling_minutes: float
    occupancy: float

    def agents_for(self, arrivals: float, hours: float) -> float:
        """Agents that so many tickets in so many hours keep busy, to a tenth, as pages say it."""
        return round(arrivals * self.handling_minutes / 60 / self.occupancy / hours, 1)


@dataclass(frozen=True)
class Hour:
    """An hour with who is there and who is needed: None outside the team's hours, and where no day is known."""

    slot: Slot
    on_duty: float
    arrivals: Arrivals
    is_open: bool
    needed: float | None

    @property
    def lacking(self) -> float:
        """Agents too few, 0 where there are enough."""
        return round(max((self.needed or 0) - self.on_duty, 0), 1)


def list_slots(first: date, days: int, zone: ZoneInfo) -> list[Slot]:
    """The hours of the wall clock of so many days."""
    found = []
    for number in range(days):
        day = first + timedelta(days=number)
        edges = [from_us(edge_us(day, 60 * hour, zone)) for hour in range(HOURS + 1)]
        found += [Slot(day, hour, edges[hour], edges[hour + 1]) for hour in range(HOURS)]
    return found


def merge_ranges(ranges: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """The same time without anything twice, in order: a person in two shifts is one person."""
    merged: list[tuple[datetime, datetime]] = []
    for start, end in sorted(ranges):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def count_agents(slots: Sequence[Slot], agents: Iterable[Ranges]) -> list[float]:
    """How many agents are there in each slot on average, to a tenth; `agents` are the stretches of each."""
    present, starts = [0.0] * len(slots), [slot.start for slot in slots]
    for ranges in agents:
        for start, end in ranges:
            place = max(bisect_right(starts, start) - 1, 0)
            while place < len(slots) and slots[place].start < end:
                slot = slots[place]
                present[place] += max((min(end, slot.end) - max(start, slot.start)).total_seconds(), 0)
                place += 1
    return [
        round(seconds / (slot.length * 3600), 1) if slot.length else 0.0
        for seconds, slot in zip(present, slots, strict=True)
    ]


def make_hours(
    slots: Sequence[Slot],
    *,
    agents: Iterable[Ranges],
    arrivals: Mapping[tuple[int, int], Arrivals],
    open_ranges: Ranges,
    demand: Demand,
) -> list[Hour]:
    """Each slot with what it has and needs. `arrivals` go by weekday, Monday 0, and hour."""
    there, opened = count_agents(slots, agents), count_agents(slots, [open_ranges])
    hours = []
    for slot, on_duty, share in zip(slots, there, opened, strict=True):
        came = arrivals.get((slot.day.weekday(), slot.hour), Arrivals(0, 0))
        is_open = share > 0 and slot.length > 0
        needed = demand.agents_for(came.mean, slot.length) if is_open and came.mean is not None else None
        hours.append(Hour(slot, on_duty, came, is_open, needed))
    return hours


def poisson_upper(mean: float, share: float = UPPER_SHARE) -> int:
    """The smallest number that so many arrivals or fewer come with at least this probability, by Poisson."""
    number, term = 0, math.exp(-mean)
    reached = term
    while reached < share and number < 10 * mean + 100:
        number += 1
        term *= mean / number
        reached += term
    return number
