"""Steps of a playbook: what is wrong with a plan, and the days its steps are due on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

MAX_OFFSET = 366
_SATURDAY = 5
IsWorking = Callable[[date], bool]


class Planned(Protocol):
    """What planning needs of a step: of a playbook's or of a run's."""

    @property
    def key(self) -> str: ...
    @property
    def after_key(self) -> str: ...
    @property
    def offset_days(self) -> int: ...
    @property
    def waits_for(self) -> Sequence[str]: ...


@dataclass(frozen=True)
class PlannedStep:
    """A step alone."""

    key: str
    offset_days: int = 0
    after_key: str = ""
    waits_for: tuple[str, ...] = ()


def plan_problems(steps: Sequence[Planned]) -> list[str]:
    """What is wrong with the plan, as sentences: keys twice or unknown, a circle of dependencies."""
    keys = [step.key for step in steps]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    problems = [f"The key {key} is used twice." for key in twice]
    for step in steps:
        problems += [f"{step.key} waits for {key}, which does not exist." for key in _waits(step) if key not in keys]
    if not problems and (circle := find_circle({step.key: _waits(step) for step in steps})):
        problems.append(f"These steps wait for each other: {' → '.join(circle)}.")
    return problems


def find_circle(waits: Mapping[str, Collection[str]]) -> list[str]:
    """One circle of keys, its first repeated at its end; empty where every order can be carried out."""
    left = {key: set(others) & set(waits) for key, others in waits.items()}
    while free := [key for key, others in left.items() if not others]:
        for key in free:
            del left[key]
        for others in left.values():
            others.difference_update(free)
    if not left:
        return []
    path = [min(left)]
    while (following := min(left[path[-1]])) not in path:
        path.append(following)
    return [*path[path.index(following) :], following]


def due_days(
    steps: Sequence[Planned], *, anchor: date, done: Mapping[str, date], is_working: IsWorking
) -> dict[str, date]:
    """The day each step is due on, by key.

    Counted in working days from the anchor, or from the day the step it comes after was done; while that is open, from
    the day it is due on. The plan must have no problems.
    """
    by_key = {step.key: step for step in steps}
    days: dict[str, date] = {}

    def day_of(key: str) -> date:
        if key not in days:
            step = by_key[key]
            begun = anchor if not step.after_key else done.get(step.after_key) or day_of(step.after_key)
            days[key] = add_working_days(begun, step.offset_days, is_working=is_working)
        return days[key]

    for step in steps:
        day_of(step.key)
    return days


def add_working_days(day: date, count: int, *, is_working: IsWorking) -> date:
    """The working day that lies `count` ones after the day, before it for a negative count; 0 is the day itself."""
    step = timedelta(days=1 if count > 0 else -1)
    left = abs(count)
    for _ in range(abs(count) * 10 + 400):
        if not left:
            return day
        day += step
        left -= is_working(day)
    raise ValueError("There are no working days.")


def working_days_but(holidays: Collection[date]) -> IsWorking:
    """Monday to Friday, but for these days."""
    closed = frozenset(holidays)
    return lambda day: day.weekday() < _SATURDAY and day not in closed


def _waits(step: Planned) -> list[str]:
    return [*step.waits_for, *([step.after_key] if step.after_key else [])]
