"""Formulas as the answers of a form, and answers as a formula: staff never type JSON."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from foundation.errors import InvalidInputError
from metrics.formula_words import MICROSECONDS, SIGNS, SPANS, amount_words
from metrics.formulas import DERIVED_SOURCE, ENTERED_SOURCE
from metrics.models import Kind
from metrics.sources import MetricSource

IS, NOT, ONE_OF = "is", "not", "one_of"
OPERATORS = [(IS, "is"), (NOT, "is not"), (ONE_OF, "is one of"), *((sign, shown) for sign, shown in SIGNS.items())]
_AMOUNT = re.compile(r"\A\s*(-?[\d,]*\.?\d+)\s*([a-zµ]*)\s*\Z")
_ALIASES = {
    "day": "d",
    "days": "d",
    "hour": "h",
    "hours": "h",
    "minutes": "min",
    "m": "min",
    "seconds": "s",
    "us": "µs",
}
_ALL = 1000


@dataclass(frozen=True)
class Condition:
    """One line of a filter as it was typed."""

    field: str
    operator: str
    value: str


def parse_amount(text: str, unit: str) -> int:
    """What was typed in whole base units: 7 d of µs are 604,800,000,000. ValueError says how to write it."""
    match = _AMOUNT.match(text)
    if match is None:
        example = "7 d, 168 h or 90 s" if unit == MICROSECONDS else "a whole number"
        raise ValueError(f"Write {example}.")
    number, typed = Fraction(match[1].replace(",", "")), _ALIASES.get(match[2], match[2])
    if unit == MICROSECONDS:
        if typed not in SPANS:
            raise ValueError(f"Add the unit: {', '.join(SPANS)}.")
        number *= SPANS[typed]
    elif typed:
        raise ValueError(f"Write the number alone; it counts {unit}.")
    if number.denominator != 1 or abs(number) >= 2**63:
        raise ValueError(f"Must be a whole number of {unit or 'units'}.")
    return int(number)


def conditions_of(typed: Sequence[Condition], source: MetricSource) -> dict[str, Any]:
    """The filter that these lines make, joined by "and".

    Raises InvalidInputError whose field is "<index>.field", "<index>.operator" or "<index>.value".
    """
    found: dict[str, Any] = {}
    for index, line in enumerate(typed):
        if line.field in source.measures:
            _add_bound(found, index, line, source.measures[line.field])
        elif line.field in source.dimensions:
            _add_words(found, index, line)
        else:
            raise InvalidInputError(f"{index}.field", "The source has no such field.")
    return found


def _add_bound(found: dict[str, Any], index: int, line: Condition, unit: str) -> None:
    if line.operator not in SIGNS:
        raise InvalidInputError(f"{index}.operator", "A number is compared with <, ≤, > or ≥.")
    try:
        amount = parse_amount(line.value, unit)
    except ValueError as error:
        raise InvalidInputError(f"{index}.value", str(error)) from error
    bounds = found.setdefault(line.field, {})
    if line.operator in bounds:
        raise InvalidInputError(f"{index}.field", "It is compared in this way above already.")
    bounds[line.operator] = amount


def _add_words(found: dict[str, Any], index: int, line: Condition) -> None:
    if line.operator in SIGNS:
        raise InvalidInputError(f"{index}.operator", "A word is, is not, or is one of.")
    if line.field in found:
        raise InvalidInputError(f"{index}.field", "There is a condition on it above already.")
    words = [word.strip() for word in line.value.split(",")]
    if not any(words):
        raise InvalidInputError(f"{index}.value", "Write the word, or several separated by commas.")
    if line.operator == IS:
        found[line.field] = line.value.strip()
    else:
        kept = [word for word in words if word]
        found[line.field] = {"not": kept} if line.operator == NOT else kept


def lines_of(conditions: Mapping[str, Any], source: MetricSource) -> list[Condition]:
    """The lines that a filter is typed in."""
    lines: list[Condition] = []
    for name, wanted in conditions.items():
        if isinstance(wanted, str):
            lines.append(Condition(name, IS, wanted))
        elif isinstance(wanted, list):
            lines.append(Condition(name, ONE_OF, ", ".join(wanted)))
        elif "not" in wanted:
            lines.append(Condition(name, NOT, ", ".join(wanted["not"])))
        else:
            unit = source.measures.get(name, "")
            typed = {sign: amount_words(n, unit) if unit == MICROSECONDS else str(n) for sign, n in wanted.items()}
            lines += [Condition(name, sign, words) for sign, words in typed.items()]
    return lines


def parse_weights(text: str, source: MetricSource) -> dict[str, int]:
    """Measures with their weight in thousandths: "up, degraded 50 %". Raises ValueError naming what is wrong."""
    found: dict[str, int] = {}
    for part in (part.strip() for part in text.split(",")):
        match = re.match(r"\A(\S+?)(?:\s+(\d+(?:\.\d)?)\s*%)?\Z", part)
        if match is None or match[1] not in source.measures:
            raise ValueError(f"{part or 'Nothing'} is none of: {', '.join(source.measures)}.")
        found[match[1]] = round(float(match[2]) * 10) if match[2] else _ALL
    return found


def write_weights(weights: Mapping[str, int] | Iterable[str]) -> str:
    """The text that `parse_weights` reads."""
    if not isinstance(weights, Mapping):
        return ", ".join(weights)
    return ", ".join(name if weight == _ALL else f"{name} {weight / 10:g} %" for name, weight in weights.items())


def list_kinds(source: MetricSource) -> list[str]:
    """The kinds of metric that the source's rows can make."""
    if source.key in _ONLY:
        return [_ONLY[source.key]]
    times = [unit for unit in source.measures.values() if unit == MICROSECONDS]
    kinds = [Kind.COUNT, Kind.SHARE]
    if source.measures:
        kinds += [Kind.SUM, Kind.MEAN, Kind.PERCENTILE, Kind.RATIO]
    if source.measures and source.held_at is not None:
        kinds.append(Kind.STOCK)
    if len(times) > 1:
        kinds.append(Kind.INTERVAL_SHARE)
    if times and len(times) < len(source.measures):
        kinds.append(Kind.SURVIVAL)
    if source.has_histograms:
        kinds.append(Kind.HISTOGRAM_PERCENTILE)
    return [str(kind) for kind in kinds]


_ONLY = {ENTERED_SOURCE: Kind.ENTERED.value, DERIVED_SOURCE: Kind.DERIVED.value}
OF_MEASURE = frozenset({Kind.SUM, Kind.MEAN, Kind.PERCENTILE, Kind.RATIO, Kind.STOCK, Kind.SURVIVAL})
"""Kinds that are told by one measure; the others by the rows themselves."""
