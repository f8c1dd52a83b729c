"""When the demo company's customers write: by day, hour and what is broken just then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from dashboards.demo.story import DAYS, Story

TICKETS = 20_000
WEEKDAY = (1.25, 1.15, 1.1, 1.1, 1.0, 0.4, 0.3)
HOURS = (1, 1, 1, 1, 1, 2, 4, 8, 14, 18, 18, 16, 13, 15, 17, 16, 13, 10, 7, 5, 4, 3, 2, 1)
GROWTH = 0.5
MINUTES_PER_EXTRA = 8
MAX_EXTRA = 25


@dataclass(frozen=True)
class Outage:
    """A long outage that customers noticed."""

    app: str
    start: datetime
    minutes: float


@dataclass(frozen=True)
class Arrival:
    """One ticket to be: when it is written and, if an outage is the cause, about what."""

    at: datetime
    app: str = ""


def list_arrivals(story: Story, outages: Sequence[Outage]) -> list[Arrival]:
    """All tickets of the story in order of time, TICKETS in number and none after its end."""
    rng = story.rng("arrivals")
    arrivals = [arrival for outage in outages for arrival in _complaints(rng, story, outage)]
    arrivals = arrivals[: TICKETS // 10]
    weights = [_day_weight(rng, story, day) for day in range(DAYS + 1)]
    needed = TICKETS - len(arrivals)
    days = rng.choices(range(DAYS + 1), weights=weights, k=needed)
    arrivals += [Arrival(_moment(rng, story, day)) for day in days]
    return sorted(arrivals, key=lambda arrival: (arrival.at, arrival.app))


def _day_weight(rng: Random, story: Story, day: int) -> float:
    midnight = story.start + timedelta(days=day)
    growth = 1 + GROWTH * day / DAYS
    share = 1.0 if day < DAYS else (story.now - midnight) / timedelta(days=1)
    return WEEKDAY[midnight.weekday()] * growth * share * rng.uniform(0.85, 1.15)


def _moment(rng: Random, story: Story, day: int) -> datetime:
    """A moment of the day by the hours people write in; never after the end of the story."""
    midnight = story.start + timedelta(days=day)
    while True:
        hour = rng.choices(range(24), weights=HOURS)[0]
        at = midnight + timedelta(hours=hour, seconds=rng.randrange(3_600))
        if at < story.now:
            return at


def _complaints(rng: Random, story: Story, outage: Outage) -> list[Arrival]:
    number = min(int(outage.minutes / MINUTES_PER_EXTRA), MAX_EXTRA)
    moments = (outage.start + timedelta(minutes=rng.uniform(3, outage.minutes + 90)) for _ in range(number))
    return [Arrival(at.replace(microsecond=0), outage.app) for at in moments if at < story.now]
