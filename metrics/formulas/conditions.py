"""Conditions on rows, as filters and shares have them."""

from collections.abc import Mapping
from typing import Any

from foundation.errors import InvalidInputError
from metrics.sources import MetricSource

SIGNS = ("lt", "lte", "gt", "gte")
MAX_WORDS = 200
_LARGEST = 2**63 - 1


def check_conditions(conditions: Any, source: MetricSource, *, field: str) -> None:
    """Raise InvalidInputError unless every condition is one that the source's rows can meet."""
    if not isinstance(conditions, Mapping):
        raise InvalidInputError(field, "Must be an object: a dimension or a measure, and its condition.")
    for name, wanted in conditions.items():
        place = f"{field}.{name}"[:200]
        if name in source.measures:
            _check_bounds(wanted, place, source.measures[name])
        elif name in source.dimensions:
            _check_words(wanted, place)
        else:
            known = ", ".join([*source.dimensions, *source.measures]) or "none"
            raise InvalidInputError(place, f"{source.label}: there is no such dimension or measure. Known: {known}.")


def _check_bounds(wanted: Any, field: str, unit: str) -> None:
    if not isinstance(wanted, Mapping) or not wanted or not set(wanted) <= set(SIGNS):
        raise InvalidInputError(field, f'Must be bounds such as {{"lt": 3600000000}}; known: {", ".join(SIGNS)}.')
    for bound in wanted.values():
        if isinstance(bound, bool) or not isinstance(bound, int) or abs(bound) > _LARGEST:
            raise InvalidInputError(field, f"A bound must be a whole number of {unit}.")


def _check_words(wanted: Any, field: str) -> None:
    words = wanted
    if isinstance(wanted, Mapping):
        if set(wanted) != {"not"}:
            raise InvalidInputError(field, 'Must be a word, a list of words, or {"not": [words]}.')
        words = wanted["not"]
    elif isinstance(wanted, str):
        words = [wanted]
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise InvalidInputError(field, 'Must be a word, a list of words, or {"not": [words]}.')
    if not 0 < len(words) <= MAX_WORDS:
        raise InvalidInputError(field, f"Must have 1 to {MAX_WORDS} words.")
