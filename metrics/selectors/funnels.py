"""How far units get along the steps of a funnel, how long it takes them, and where they drop off."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter

import numpy as np

from metrics.models import Assignment, ExperimentArm, Exposure, Funnel, ProductEvent
from metrics.statistics import survival

SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Journey:
    """One unit's way: when it took each step it reached, the first of them the start of its window."""

    unit: str
    reached: Sequence[datetime]


@dataclass(frozen=True)
class Step:
    """How many units took a step, and what part that is of those before; seconds are from the first step."""

    name: str
    n: int
    of_first: float | None
    of_previous: float | None
    dropped: int
    median_seconds: float | None


@dataclass(frozen=True)
class Passage:
    """All units of one arm, or all together, on their way.

    `waiting` have not arrived and still may. The percentiles are exact (type 7) over those that arrived; the estimated
    median counts the others as still on their way (Kaplan–Meier), None while fewer than half are estimated to arrive.
    """

    arm: str
    label: str
    n: int
    completed: int
    waiting: int
    steps: Sequence[Step]
    median_seconds: float | None
    p90_seconds: float | None
    estimated_median_seconds: float | None


def get_passages(
    funnel: Funnel, *, start: datetime | None, end: datetime | None, at: datetime, by_arm: bool = False
) -> list[Passage]:
    """What became of the units whose first step lies in [start, end), known at an instant; with `by_arm` one an arm.

    A unit is counted once, from the first time it ever took the first step; a further step counts at its first time
    after the one before it and within the window.
    """
    journeys = [one for one in _journeys(funnel, at=at) if _is_between(one.reached[0], start, end)]
    if not by_arm or funnel.experiment is None:
        return [_summarise(funnel, "", "All units", journeys, at=at)]
    arms = _arm_of_units(funnel)
    grouped: dict[int, list[Journey]] = defaultdict(list)
    for journey in journeys:
        if (arm := arms.get(journey.unit)) is not None:
            grouped[arm].append(journey)
    return [_summarise(funnel, arm.key, arm.name, grouped[arm.pk], at=at) for arm in _arms(funnel)]


def _is_between(moment: datetime, start: datetime | None, end: datetime | None) -> bool:
    return (start is None or moment >= start) and (end is None or moment < end)


def _arms(funnel: Funnel) -> Iterable[ExperimentArm]:
    return funnel.experiment.arms.all() if funnel.experiment else []


def _journeys(funnel: Funnel, *, at: datetime) -> Iterator[Journey]:
    events = ProductEvent.objects.filter(name__in=set(funnel.steps), happened_at__lt=at)
    rows = events.order_by("unit", "happened_at", "pk").values_list("unit", "name", "happened_at")
    window = timedelta(seconds=funnel.window_seconds)
    for unit, found in groupby(rows.iterator(chunk_size=10_000), itemgetter(0)):
        reached = _follow(funnel.steps, ((name, moment) for _, name, moment in found), window)
        if reached:
            yield Journey(unit, reached)


def _follow(steps: Sequence[str], events: Iterable[tuple[str, datetime]], window: timedelta) -> list[datetime]:
    """When each step was first taken after the one before, events given in order of time."""
    reached: list[datetime] = []
    for name, moment in events:
        if len(reached) < len(steps) and name == steps[len(reached)] and (not reached or moment - reached[0] <= window):
            reached.append(moment)
    return reached


def _arm_of_units(funnel: Funnel) -> Mapping[str, int]:
    """The arm of each unit: what it saw first and only, else what it was assigned to."""
    arms = dict(Assignment.objects.filter(experiment=funnel.experiment).values_list("unit", "arm_id"))
    mixed = set()
    seen: dict[str, int] = {}
    for unit, arm in Exposure.objects.filter(experiment=funnel.experiment).values_list("unit", "arm_id").distinct():
        if seen.setdefault(unit, arm) != arm:
            mixed.add(unit)
    return {unit: arm for unit, arm in (arms | seen).items() if unit not in mixed}


def _summarise(funnel: Funnel, arm: str, label: str, journeys: Sequence[Journey], *, at: datetime) -> Passage:
    window = timedelta(seconds=funnel.window_seconds)
    took = [_seconds(one.reached[0], one.reached[-1]) for one in journeys if len(one.reached) == len(funnel.steps)]
    pending = [min(at - one.reached[0], window) for one in journeys if len(one.reached) < len(funnel.steps)]
    estimate = survival.fit(took, [length / SECOND for length in pending]).median() if took else None
    return Passage(
        arm=arm,
        label=label,
        n=len(journeys),
        completed=len(took),
        waiting=sum(length < window for length in pending),
        steps=_steps(funnel, journeys),
        median_seconds=_quantile(took, 0.5),
        p90_seconds=_quantile(took, 0.9),
        estimated_median_seconds=estimate,
    )


def _steps(funnel: Funnel, journeys: Sequence[Journey]) -> list[Step]:
    found: list[Step] = []
    before = len(journeys)
    for place, name in enumerate(funnel.steps):
        here = [one for one in journeys if len(one.reached) > place]
        found.append(
            Step(
                name=name,
                n=len(here),
                of_first=len(here) / len(journeys) if journeys else None,
                of_previous=len(here) / before if before else None,
                dropped=before - len(here),
                median_seconds=_quantile([_seconds(one.reached[0], one.reached[place]) for one in here], 0.5),
            )
        )
        before = len(here)
    return found


def _seconds(start: datetime, end: datetime) -> float:
    return (end - start) / SECOND


def _quantile(values: Sequence[float], share: float) -> float | None:
    return float(np.quantile(values, share)) if values else None
