"""Reading and checking what a policy says: conditions and targets as data."""

from collections.abc import Mapping
from typing import Any

from foundation.errors import InvalidInputError
from support.clocks.terms import Target
from support.models import ClockMetric, Priority

MAX_SECONDS = 400 * 86_400
MAX_VALUES, MAX_LENGTH = 50, 120
CONDITIONS = ("priority", "category", "channel", "product", "integration", "team", "segment", "tier", "city")
_HOURS = {"business": True, "calendar": False}


def parse_targets(given: object) -> dict[ClockMetric, Target]:
    """The targets by clock; InvalidInputError says what cannot be read."""
    if not isinstance(given, Mapping) or not given:
        raise InvalidInputError("targets", "Give at least one target by clock.")
    unknown = sorted(set(map(str, given)) - set(ClockMetric.values))
    if unknown:
        raise InvalidInputError("targets", f"{unknown[0]}: no such clock. Use {', '.join(ClockMetric.values)}.")
    return {ClockMetric(name): _parse_target(name, one) for name, one in given.items()}


def _parse_target(name: str, given: object) -> Target:
    if not isinstance(given, Mapping) or set(given) - {"seconds", "hours"} or "seconds" not in given:
        raise InvalidInputError("targets", f'{name}: give {{"seconds": 3600, "hours": "business"}}.')
    seconds, hours = given["seconds"], given.get("hours", "business")
    if isinstance(seconds, bool) or not isinstance(seconds, int) or not 1 <= seconds <= MAX_SECONDS:
        raise InvalidInputError("targets", f"{name}: seconds must be a whole number from 1 to {MAX_SECONDS}.")
    if not isinstance(hours, str) or hours not in _HOURS:
        raise InvalidInputError("targets", f"{name}: hours must be business or calendar.")
    return Target(seconds, _HOURS[hours])


def check_conditions(given: object) -> dict[str, list[str]]:
    """The conditions; InvalidInputError says what cannot be read."""
    if not isinstance(given, Mapping):
        raise InvalidInputError("conditions", 'Give an object such as {"priority": ["urgent"]}.')
    unknown = sorted(set(map(str, given)) - set(CONDITIONS))
    if unknown:
        raise InvalidInputError("conditions", f"{unknown[0]}: no such condition. Use {', '.join(CONDITIONS)}.")
    for name, values in given.items():
        _check_values(name, values)
    return {str(name): list(values) for name, values in given.items()}


def _check_values(name: str, values: Any) -> None:
    if not isinstance(values, list) or not 1 <= len(values) <= MAX_VALUES:
        raise InvalidInputError("conditions", f"{name}: give a list of 1 to {MAX_VALUES} values.")
    if not all(isinstance(value, str) and len(value) <= MAX_LENGTH for value in values):
        raise InvalidInputError("conditions", f"{name}: each value is a text of at most {MAX_LENGTH} characters.")
    if name == "priority" and set(values) - set(Priority.values):
        raise InvalidInputError("conditions", f"priority: must be among {', '.join(Priority.values)}.")


def fits(conditions: Mapping[str, list[str]], facts: Mapping[str, str]) -> bool:
    """Whether the ticket of these facts meets all conditions."""
    return all(facts.get(name, "") in values for name, values in conditions.items())
