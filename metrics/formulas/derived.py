"""Expressions over other metrics: that these exist, keep the segments, and do not lead back."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from foundation.errors import InvalidInputError
from metrics.expressions import FIELD, parse_expression
from metrics.models import Kind, MetricVersion
from metrics.selectors.values import get_current_versions


def check_derived(formula: Mapping[str, Any], dimensions: Sequence[str], *, metric_key: str) -> None:
    """Raise InvalidInputError for an expression over unknown metrics or a cycle, or for segments an input lacks."""
    names = parse_expression(formula.get("expression")).names
    if metric_key in names:
        raise InvalidInputError(FIELD, f"{metric_key} cannot be derived from itself.")
    current = get_current_versions()
    for name in names:
        if name not in current:
            near = get_close_matches(name, current, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise InvalidInputError(FIELD, f"There is no approved metric {name}.{hint}")
    if metric_key:
        _check_cycle(names, current, metric_key)
    _check_segments([current[name] for name in names], dimensions)


def _check_cycle(names: Sequence[str], current: Mapping[str, MetricVersion], metric_key: str) -> None:
    paths: list[tuple[str, ...]] = [(name,) for name in names]
    seen: set[str] = set()
    while paths:
        path = paths.pop()
        if path[-1] == metric_key:
            raise InvalidInputError(FIELD, f"It leads back to itself: {' → '.join((metric_key, *path))}.")
        if path[-1] not in seen:
            seen.add(path[-1])
            paths.extend((*path, name) for name in inputs_of(current.get(path[-1])))


def inputs_of(version: MetricVersion | None) -> tuple[str, ...]:
    """The keys of the metrics that a version is derived from; none for one with rows of its own."""
    if version is None or version.kind != Kind.DERIVED:
        return ()
    return parse_expression(version.formula["expression"]).names


def _check_segments(inputs: Sequence[MetricVersion], dimensions: Sequence[str]) -> None:
    if isinstance(dimensions, str) or not all(isinstance(name, str) for name in dimensions):
        raise InvalidInputError("dimensions", "Must be a list of words.")
    for name in dimensions:
        lacking = [version.metric.key for version in inputs if name not in version.dimensions]
        if lacking:
            raise InvalidInputError("dimensions", f"{', '.join(lacking)} keeps no segments by {name}.")
    if len(set(dimensions)) < len(dimensions):
        raise InvalidInputError("dimensions", "Names a dimension twice.")
