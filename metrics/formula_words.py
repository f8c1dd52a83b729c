"""A definition in words, the same on pages, in the admin and over the API."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from metrics.models import Kind, MetricDraft, MetricVersion
from metrics.sources import MetricSource, get_source

SPANS = {
    "d": 86_400_000_000,
    "h": 3_600_000_000,
    "min": 60_000_000,
    "s": 1_000_000,
    "ms": 1_000,
    "µs": 1,
}
"""Units of time in microseconds, the base unit of measures of time, longest first."""
SIGNS = {"lt": "<", "lte": "≤", "gt": ">", "gte": "≥"}
MICROSECONDS = "µs"
_HUNDRED = 100

Formula = Mapping[str, Any]


def formula_words(definition: MetricVersion | MetricDraft) -> str:
    """The whole definition in a sentence: what is computed, over which rows, in which unit."""
    source = known_source(definition.source)
    what = _what(definition, source)
    if definition.kind == Kind.DERIVED:
        return _with_unit(what, definition.metric.unit)
    over = f"over {_uncapitalised(source.label)}" if source else f"over {definition.source}, which is no longer offered"
    where = conditions_words(definition.formula.get("filter", {}), source)
    return _with_unit(f"{what}, {over}{', where ' + where if where else ''}", definition.metric.unit)


def _what(definition: MetricVersion | MetricDraft, source: MetricSource | None) -> str:
    """What is computed; only the kind where a formula from elsewhere lacks a member."""
    try:
        return _WHAT[Kind(definition.kind)](definition.formula, source)
    except (KeyError, TypeError, AttributeError):
        return str(Kind(definition.kind).label).lower()


def known_source(key: str) -> MetricSource | None:
    """The source with this key, or None where the app that offered it is gone."""
    try:
        return get_source(key)
    except KeyError:
        return None


def conditions_words(conditions: Formula, source: MetricSource | None) -> str:
    """The conditions of a filter, joined by "and"; empty without any."""
    return " and ".join(condition_words(name, conditions[name], source) for name in _in_order(conditions, source))


def _in_order(members: Formula, source: MetricSource | None) -> list[str]:
    """The members as the source lists its fields: PostgreSQL does not keep the order in which they were written."""
    listed = {name: at for at, name in enumerate([*source.dimensions, *source.measures])} if source else {}
    return sorted(members, key=lambda name: (listed.get(name, len(listed)), name))


def condition_words(name: str, wanted: Any, source: MetricSource | None) -> str:
    """One condition: customer segment is enterprise; customer age < 7 d."""
    label = field_label(name, source)
    if isinstance(wanted, str):
        return f"{label} is {wanted or 'empty'}"
    if isinstance(wanted, Sequence):
        return f"{label} is one of {', '.join(map(str, wanted))}"
    if "not" in wanted:
        return f"{label} is not {', '.join(map(str, wanted['not']))}"
    unit = source.measures.get(name, "") if source else ""
    return " and ".join(f"{label} {SIGNS.get(sign, sign)} {amount_words(n, unit)}" for sign, n in wanted.items())


def field_label(name: str, source: MetricSource | None) -> str:
    """What a dimension or a measure is called within a sentence."""
    if source is None:
        return name
    label = source.dimensions.get(name) or source.measure_labels.get(name) or name.replace("_", " ")
    return _uncapitalised(label)


def amount_words(amount: int, unit: str) -> str:
    """A whole number of base units as people write it: 604,800,000,000 µs are 7 d."""
    if unit != MICROSECONDS:
        return f"{amount:,} {unit}".strip()
    if amount == 0:
        return "0 s"
    name, size = next(((name, size) for name, size in SPANS.items() if amount % size == 0), (MICROSECONDS, 1))
    return f"{amount // size:,.0f} {name}"


def quantile_words(quantile: float) -> str:
    """Median, 90th percentile, 99.9th percentile."""
    if quantile == 0.5:  # noqa: PLR2004
        return "median"
    percent = f"{quantile * _HUNDRED:.6g}"
    last = percent[-1] if percent[-2:-1] != "1" or "." in percent else ""
    return f"{percent}{ {'1': 'st', '2': 'nd', '3': 'rd'}.get(last, 'th') } percentile"


def _uncapitalised(label: str) -> str:
    """The label as it stands within a sentence; an abbreviation stays as it is."""
    return label if label[1:2].isupper() else f"{label[:1].lower()}{label[1:]}"


def _with_unit(words: str, unit: str) -> str:
    if not unit:
        return words
    return f"{words}; in %" if unit == "ratio" else f"{words}; in {unit}"


def _of_measure(verb: str) -> Callable[[Formula, MetricSource | None], str]:
    return lambda formula, source: f"{verb} of {field_label(formula['measure'], source)}"


def _ratio(formula: Formula, source: MetricSource | None) -> str:
    below = formula.get("denominator")
    per = field_label(below, source) if below else "row"
    return f"{field_label(formula['numerator'], source)} per {per}, both summed over the period"


def _share(formula: Formula, source: MetricSource | None) -> str:
    return f"share of the rows where {conditions_words(formula['where'], source)}"


def _interval_share(formula: Formula, source: MetricSource | None) -> str:
    weights = formula["good"]
    good = [
        field_label(name, source) + ("" if weights[name] == 1000 else f" by {weights[name] / 10:g} %")  # noqa: PLR2004
        for name in _in_order(weights, source)
    ]
    counted = [field_label(name, source) for name in formula["counted"]]
    return f"time {' and '.join(good)} out of time {', '.join(counted)}"


def _survival(formula: Formula, source: MetricSource | None) -> str:
    duration = field_label(formula["duration"], source)
    unit = source.measures.get(formula["duration"], "") if source else ""
    if formula["statistic"] == "share_at":
        return f"share whose {duration} lasts beyond {amount_words(formula['at'], unit)} (Kaplan–Meier)"
    if formula["statistic"] == "median":
        return f"median survival of {duration} (Kaplan–Meier)"
    return f"mean {duration} up to {amount_words(formula['horizon'], unit)} (Kaplan–Meier)"


_WHAT: Mapping[Kind, Callable[[Formula, MetricSource | None], str]] = {
    Kind.COUNT: lambda _formula, _source: "number of rows",
    Kind.SUM: _of_measure("sum"),
    Kind.MEAN: _of_measure("mean"),
    Kind.PERCENTILE: lambda f, s: f"{quantile_words(f['quantile'])} of {field_label(f['measure'], s)}",
    Kind.HISTOGRAM_PERCENTILE: lambda f, _s: f"{quantile_words(f['quantile'])} of all measurements",
    Kind.RATIO: _ratio,
    Kind.SHARE: _share,
    Kind.STOCK: lambda _formula, _source: "level at the end of the period",
    Kind.INTERVAL_SHARE: _interval_share,
    Kind.SURVIVAL: _survival,
    Kind.DERIVED: lambda formula, _source: str(formula["expression"]),
    Kind.ENTERED: lambda formula, _source: f"{formula.get('combine', 'last')} of the values entered",
}
