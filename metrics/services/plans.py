"""What the plan of an experiment must say, checked before it is stored and again before it starts."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import TextChoices

from foundation.errors import InvalidInputError
from metrics.models import Experiment, HypothesisState, MeasureKind, MeasureSource, Movement

MAX_MEASURES, MAX_ARMS, MAX_NAME = 20, 10, 80
_CHOICES: dict[str, type[TextChoices]] = {"kind": MeasureKind, "source": MeasureSource, "direction": Movement}
_DEFAULTS = {"kind": MeasureKind.PROPORTION, "source": MeasureSource.OUTCOMES, "direction": Movement.UP}
LISTS = {"guardrails": True, "secondaries": False}
"""The fields that list measures, and whether each of theirs needs a margin."""


@dataclass(frozen=True)
class NewArm:
    """A variant: its weight says how many units it gets beside the others."""

    key: str
    name: str
    weight: int = 1
    is_control: bool = False


def read_measures(field: str, value: Any) -> list[dict[str, Any]]:
    """The measures of a list in full, defaults filled in; InvalidInputError naming the field and the entry."""
    if not isinstance(value, list) or len(value) > MAX_MEASURES:
        raise InvalidInputError(field, f"Must be a list of at most {MAX_MEASURES} measures.")
    found = [_read_measure(field, place, entry) for place, entry in enumerate(value, start=1)]
    if len({entry["name"] for entry in found}) < len(found):
        raise InvalidInputError(field, "Name every measure once.")
    return found


def _read_measure(field: str, place: int, entry: Any) -> dict[str, Any]:
    allowed = {"name", *_CHOICES} | ({"margin"} if LISTS[field] else set())
    if not isinstance(entry, Mapping) or not set(entry) <= allowed:
        raise InvalidInputError(field, f"Entry {place} must be an object of {', '.join(sorted(allowed))}.")
    name = entry.get("name")
    if not isinstance(name, str) or not 0 < len(name.strip()) <= MAX_NAME:
        raise InvalidInputError(field, f"Entry {place} needs a name of at most {MAX_NAME} characters.")
    read: dict[str, Any] = {"name": name.strip()}
    for member, choices in _CHOICES.items():
        read[member] = entry.get(member, _DEFAULTS[member])
        if read[member] not in choices.values:
            raise InvalidInputError(field, f"Entry {place}: {member} must be one of {', '.join(choices.values)}.")
        read[member] = str(read[member])
    return read | ({"margin": _read_margin(field, place, entry.get("margin"))} if LISTS[field] else {})


def _read_margin(field: str, place: int, margin: Any) -> float:
    if isinstance(margin, bool) or not isinstance(margin, int | float):
        raise InvalidInputError(field, f"Entry {place} needs a margin: the worsening that is still acceptable.")
    try:
        read = float(margin)
    except OverflowError:
        read = math.inf
    if not 0 < read < math.inf:
        raise InvalidInputError(field, f"Entry {place}: the margin must be above 0.")
    return read


def check_arms(arms: Sequence[NewArm]) -> None:
    """Raise InvalidInputError unless the arms have keys of their own and at most one is the control."""
    if len(arms) > MAX_ARMS:
        raise InvalidInputError("arms", f"At most {MAX_ARMS} arms.")
    if len({arm.key for arm in arms}) < len(arms):
        raise InvalidInputError("arms", "Give every arm a key of its own.")
    if sum(arm.is_control for arm in arms) > 1:
        raise InvalidInputError("arms", "At most one arm is the control.")


def check_plan(experiment: Experiment, *, today: date) -> None:
    """Raise InvalidInputError naming the first field that a complete plan still lacks."""
    for field, words in (
        ("minimum_effect", "Say the smallest difference worth having."),
        ("planned_n", "Say how many units each arm needs."),
        ("planned_end_on", "Say when the experiment ends."),
    ):
        if not getattr(experiment, field):
            raise InvalidInputError(field, words)
    if experiment.planned_end_on is None or experiment.planned_end_on <= today:
        raise InvalidInputError("planned_end_on", "Must be after today.")
    if experiment.hypothesis and experiment.hypothesis.state == HypothesisState.DRAFT:
        raise InvalidInputError("hypothesis", "Lock the hypothesis first: it is to be written before the test.")
    arms = [arm for arm in experiment.arms.all() if arm.weight > 0]
    if len(arms) < 2:  # noqa: PLR2004
        raise InvalidInputError("arms", "Needs two arms of a weight above 0.")
    if sum(arm.is_control for arm in arms) != 1:
        raise InvalidInputError("arms", "One arm of a weight above 0 must be the control.")
