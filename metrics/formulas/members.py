"""The members of each kind's formula, and what they may be."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from foundation.errors import InvalidInputError
from metrics.formula_words import MICROSECONDS
from metrics.formulas.conditions import check_conditions
from metrics.models import Kind
from metrics.sources import MetricSource

STATISTICS = {"median": "", "restricted_mean": "horizon", "share_at": "at"}
"""The statistics of a survival, and the member each needs besides."""
WHOLE = 1000
"""Weights of a share of time are thousandths."""
COMBINATIONS = ("sum", "mean", "last")
MEMBERS: Mapping[Kind, Sequence[str]] = {
    Kind.COUNT: ("filter", "scale"),
    Kind.SUM: ("measure", "filter", "scale"),
    Kind.MEAN: ("measure", "filter", "scale"),
    Kind.PERCENTILE: ("measure", "quantile", "filter", "scale"),
    Kind.RATIO: ("numerator", "denominator", "filter", "scale"),
    Kind.SHARE: ("where", "filter", "scale"),
    Kind.STOCK: ("measure", "filter", "scale"),
    Kind.INTERVAL_SHARE: ("good", "counted", "filter", "scale"),
    Kind.SURVIVAL: ("duration", "observed", "statistic", "horizon", "at", "filter", "scale"),
    Kind.DERIVED: ("expression",),
    Kind.ENTERED: ("combine", "measure", "filter", "scale"),
    Kind.HISTOGRAM_PERCENTILE: ("quantile", "filter", "scale"),
}
SMALLEST_SCALE, LARGEST_SCALE = 1e-9, 1e18
"""What 64-bit measures are divided by; beyond, sums leave the range of the numbers they are stored as."""
_OPTIONAL = {"filter", "scale", "denominator", "horizon", "at"}


def check_members(kind: str, formula: Mapping[str, Any], source: MetricSource) -> None:
    """Raise InvalidInputError for the first member that is missing or is not what the kind needs."""
    for name in MEMBERS[Kind(kind)]:
        if name in formula:
            if name in _CHECKS:
                _CHECKS[name](formula[name], f"formula.{name}", source)
        elif name not in _OPTIONAL:
            raise InvalidInputError(f"formula.{name}", f"The kind {kind} needs it.")
    if kind == Kind.SURVIVAL:
        _check_statistic(formula)
    if kind == Kind.INTERVAL_SHARE and not set(formula["good"]) <= set(formula["counted"]):
        raise InvalidInputError("formula.good", "Every good measure must be counted as well.")


def _check_measure(value: Any, field: str, source: MetricSource) -> None:
    if not isinstance(value, str) or value not in source.measures:
        known = ", ".join(source.measures) or "none"
        raise InvalidInputError(field, f"{source.label}: there is no measure {value!r}. Known: {known}."[:500])


def _check_quantile(value: Any, field: str, _: MetricSource) -> None:
    if not _is_number(value) or not 0 < value < 1:
        raise InvalidInputError(field, "Must be a number between 0 and 1, such as 0.5 for the median.")


def _check_scale(value: Any, field: str, _: MetricSource) -> None:
    if not _is_number(value) or not SMALLEST_SCALE <= value <= LARGEST_SCALE:
        raise InvalidInputError(
            field,
            f"Must be a number from {SMALLEST_SCALE:g} to {LARGEST_SCALE:g}: "
            "how many of the base unit make one of the metric's.",
        )


def _check_where(value: Any, field: str, source: MetricSource) -> None:
    check_conditions(value, source, field=field)
    if not value:
        raise InvalidInputError(field, "Must name a condition: the rows that count as the share.")


def _check_time(value: Any, field: str, _: MetricSource) -> None:
    if not _is_number(value) or not 0 < value <= LARGEST_SCALE or value != int(value):
        raise InvalidInputError(field, "Must be a whole number above 0, in the base unit of the duration.")


def _check_good(value: Any, field: str, source: MetricSource) -> None:
    if not isinstance(value, Mapping) or not value:
        raise InvalidInputError(field, "Must be an object: each good measure and its weight in thousandths.")
    for name, weight in value.items():
        _check_measure(name, f"{field}.{name}"[:200], source)
        if isinstance(weight, bool) or not isinstance(weight, int) or not 0 <= weight <= WHOLE:
            raise InvalidInputError(f"{field}.{name}", "A weight is a whole number of thousandths, from 0 to 1000.")


def _check_counted(value: Any, field: str, source: MetricSource) -> None:
    if not isinstance(value, list) or not value:
        raise InvalidInputError(field, "Must be a list of the measures that make up the whole.")
    for name in value:
        _check_measure(name, field, source)


def _check_combine(value: Any, field: str, _: MetricSource) -> None:
    if value not in COMBINATIONS:
        raise InvalidInputError(field, f"Must be one of: {', '.join(COMBINATIONS)}.")


def _check_name_of_statistic(value: Any, field: str, _: MetricSource) -> None:
    if not isinstance(value, str) or value not in STATISTICS:
        raise InvalidInputError(field, f"Must be one of: {', '.join(STATISTICS)}.")


def _check_observed(value: Any, field: str, source: MetricSource) -> None:
    _check_measure(value, field, source)
    if source.measures[value] == MICROSECONDS:
        raise InvalidInputError(field, "Must be a measure that is 1 where the end was seen and 0 where it was not.")


def _check_statistic(formula: Mapping[str, Any]) -> None:
    needed = STATISTICS[formula["statistic"]]
    for name in ("horizon", "at"):
        if name == needed and name not in formula:
            raise InvalidInputError(f"formula.{name}", f"The statistic {formula['statistic']} needs it.")
        if name != needed and name in formula:
            raise InvalidInputError(f"formula.{name}", f"The statistic {formula['statistic']} has no use for it.")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


_CHECKS: Mapping[str, Callable[[Any, str, MetricSource], None]] = {
    "measure": _check_measure,
    "numerator": _check_measure,
    "denominator": _check_measure,
    "duration": _check_measure,
    "observed": _check_observed,
    "quantile": _check_quantile,
    "scale": _check_scale,
    "where": _check_where,
    "horizon": _check_time,
    "at": _check_time,
    "good": _check_good,
    "counted": _check_counted,
    "combine": _check_combine,
    "statistic": _check_name_of_statistic,
}
