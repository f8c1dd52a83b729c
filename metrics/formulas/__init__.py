"""Definitions checked before they are stored: whether a kind can be computed so from a source.

A formula has the members of its kind (see docs/metric-kinds.md) and nothing else.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from foundation.errors import InvalidInputError
from metrics.formulas.conditions import check_conditions
from metrics.formulas.derived import check_derived
from metrics.formulas.members import MEMBERS, check_members
from metrics.kinds.entered import VALUE
from metrics.models import Kind
from metrics.sources import MetricSource, get_source, list_sources

DERIVED_SOURCE = "derived"
ENTERED_SOURCE = "entered_values"
_OWN_SOURCE = {Kind.DERIVED: DERIVED_SOURCE, Kind.ENTERED: ENTERED_SOURCE}

__all__ = ["DERIVED_SOURCE", "ENTERED_SOURCE", "check_formula", "complete_formula"]


def complete_formula(kind: str, formula: Mapping[str, Any], *, metric_key: str) -> dict[str, Any]:
    """The formula with what goes without saying: an entered metric reads its own values."""
    if kind != Kind.ENTERED:
        return dict(formula)
    conditions = formula.get("filter", {})
    own = {"metric": metric_key, **conditions} if isinstance(conditions, Mapping) else conditions
    return {"combine": "sum", "measure": VALUE, **formula, "filter": own}


def check_formula(
    *, kind: str, source: str, formula: Mapping[str, Any], dimensions: Sequence[str], metric_key: str = ""
) -> None:
    """Raise InvalidInputError for a definition that cannot be computed.

    Its field is kind, source, dimensions, formula, or a member written with dots, such as formula.quantile or
    formula.filter.priority. `metric_key` is the metric the definition is for: a derived one must not lead back to it.
    """
    if kind not in Kind.values:
        raise InvalidInputError("kind", f"Must be one of: {', '.join(Kind.values)}.")
    offered = _source_for(kind, source)
    if not isinstance(formula, Mapping):
        raise InvalidInputError("formula", "Must be an object of members.")
    _check_names(kind, formula)
    if kind == Kind.DERIVED:
        check_derived(formula, dimensions, metric_key=metric_key)
        return
    check_conditions(formula.get("filter", {}), offered, field="formula.filter")
    check_members(kind, complete_formula(kind, formula, metric_key=metric_key), offered)
    _check_own_values(kind, formula, metric_key)
    _check_dimensions(dimensions, offered)


def _source_for(kind: str, key: str) -> MetricSource:
    own = _OWN_SOURCE.get(Kind(kind))
    if own is not None and key != own:
        raise InvalidInputError("source", f"The kind {kind} has the source {own}.")
    if own is None and key == DERIVED_SOURCE:
        raise InvalidInputError("source", "Only derived metrics have this source.")
    try:
        offered = get_source(key)
    except KeyError:
        known = ", ".join(one.key for one in list_sources())
        raise InvalidInputError("source", f"There is no source {key}. Known: {known}.") from None
    if kind == Kind.STOCK and offered.held_at is None:
        raise InvalidInputError("source", f"{offered.label}: these rows hold no level; a stock needs one that does.")
    if kind == Kind.HISTOGRAM_PERCENTILE and not offered.has_histograms:
        raise InvalidInputError("source", f"{offered.label}: these rows have no histograms.")
    return offered


def _check_names(kind: str, formula: Mapping[str, Any]) -> None:
    """Every member is one of the kind's: a misspelt one would silently mean nothing."""
    known = MEMBERS[Kind(kind)]
    unknown = [str(name) for name in formula if name not in known]
    if unknown:
        words = f"The kind {kind} has no such member. It has: {', '.join(known) or 'none'}."
        raise InvalidInputError(f"formula.{unknown[0]}"[:200], words)


def _check_own_values(kind: str, formula: Mapping[str, Any], metric_key: str) -> None:
    whose = formula.get("filter", {}).get("metric", metric_key)
    if kind == Kind.ENTERED and metric_key and whose != metric_key:
        raise InvalidInputError("formula.filter.metric", f"Must be {metric_key}: a metric reads its own values.")


def _check_dimensions(dimensions: Sequence[str], offered: MetricSource) -> None:
    if isinstance(dimensions, str) or not isinstance(dimensions, Sequence):
        raise InvalidInputError("dimensions", "Must be a list of words.")
    for name in dimensions:
        if not isinstance(name, str) or name not in offered.dimensions:
            known = ", ".join(offered.dimensions) or "none"
            raise InvalidInputError("dimensions", f"{offered.label}: there is no dimension {name!r}. Known: {known}.")
    if len(set(dimensions)) < len(dimensions):
        raise InvalidInputError("dimensions", "Names a dimension twice.")
