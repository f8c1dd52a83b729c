"""The kinds of metric: how a day's rows become numbers that merge, and how merged numbers become a value.

A formula names the measure(s) and the `scale` that turns the measure's base unit into the metric's unit.
"""

import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from metrics.columns import merge_columns, pack_column
from metrics.frame import Frame
from metrics.histogram import histogram_quantile, merge_histograms
from metrics.models.metric import Kind

Formula = Mapping[str, Any]


@dataclass(frozen=True)
class Cell:
    """What one day contributes: see the columns of DayCell."""

    n: int
    total: int = 0
    denominator: int = 0
    data: bytes = b""


@dataclass(frozen=True)
class Value:
    """A period's value and how many rows stand behind it; None is no data."""

    value: float | None
    n: int


@dataclass(frozen=True)
class KindRule:
    """How one kind folds a day and combines days. `fills`: what a period without rows is, "none", "zero" or "carry"."""

    fold: Callable[[Frame, Formula], Cell]
    combine: Callable[[Sequence[Cell], Formula], Value]
    fills: str = "none"
    needs_data: bool = False


def _scaled(numerator: int, denominator: int, formula: Formula) -> float:
    """The quotient in the metric's unit, exactly rounded once."""
    return float(Fraction(numerator, denominator) / Fraction(formula.get("scale", 1)))


def _sum(frame: Frame, measure: str) -> int:
    """The exact sum of a measure; int64 would overflow only beyond 292,000 years of microseconds."""
    return int(frame.measures[measure].sum())


def _fold_count(frame: Frame, _: Formula) -> Cell:
    return Cell(n=len(frame), total=len(frame))


def _fold_sum(frame: Frame, formula: Formula) -> Cell:
    return Cell(n=len(frame), total=_sum(frame, formula["measure"]))


def _fold_column(frame: Frame, formula: Formula) -> Cell:
    return Cell(n=len(frame), data=pack_column(frame.measures[formula["measure"]]))


def _fold_ratio(frame: Frame, formula: Formula) -> Cell:
    denominator = formula.get("denominator")
    return Cell(
        n=len(frame),
        total=_sum(frame, formula["numerator"]),
        denominator=len(frame) if denominator is None else _sum(frame, denominator),
    )


def _fold_share(frame: Frame, formula: Formula) -> Cell:
    """Seconds by class: the good ones over all that count, by the formula's weights in thousandths."""
    return Cell(
        n=len(frame),
        total=sum(weight * _sum(frame, measure) for measure, weight in formula["good"].items()),
        denominator=sum(1000 * _sum(frame, measure) for measure in formula["counted"]),
    )


def _fold_histogram(frame: Frame, _: Formula) -> Cell:
    merged = merge_histograms(frame.blobs)
    return Cell(n=sum(merged.values()), data=zlib.compress(json.dumps(merged, sort_keys=True).encode()))


def _combine_total(cells: Sequence[Cell], formula: Formula) -> Value:
    return Value(_scaled(sum(c.total for c in cells), 1, formula), sum(c.n for c in cells))


def _combine_stock(cells: Sequence[Cell], formula: Formula) -> Value:
    """The level, which is also how many rows stand behind it."""
    level = sum(c.total for c in cells)
    return Value(_scaled(level, 1, formula), level)


def _combine_mean(cells: Sequence[Cell], formula: Formula) -> Value:
    n = sum(c.n for c in cells)
    return Value(_scaled(sum(c.total for c in cells), n, formula) if n else None, n)


def _combine_ratio(cells: Sequence[Cell], formula: Formula) -> Value:
    denominator = sum(c.denominator for c in cells)
    n = sum(c.n for c in cells)
    return Value(_scaled(sum(c.total for c in cells), denominator, formula) if denominator else None, n)


def _combine_percentile(cells: Sequence[Cell], formula: Formula) -> Value:
    """Type 7 (linear) percentile, the definition of percentile_cont and of numpy's default."""
    values = merge_columns(c.data for c in cells)
    if not len(values):
        return Value(None, 0)
    return Value(float(np.quantile(values / formula.get("scale", 1), formula["quantile"])), len(values))


def _combine_histogram(cells: Sequence[Cell], formula: Formula) -> Value:
    merged = merge_histograms(json.loads(zlib.decompress(bytes(c.data))) for c in cells if c.data)
    micros = histogram_quantile(merged, formula["quantile"])
    return Value(None if micros is None else micros / formula.get("scale", 1), sum(merged.values()))


KINDS: dict[str, KindRule] = {
    Kind.COUNT: KindRule(_fold_count, _combine_total, fills="zero"),
    Kind.SUM: KindRule(_fold_sum, _combine_total, fills="zero"),
    Kind.MEAN: KindRule(_fold_sum, _combine_mean),
    Kind.PERCENTILE: KindRule(_fold_column, _combine_percentile, needs_data=True),
    Kind.RATIO: KindRule(_fold_ratio, _combine_ratio),
    Kind.STOCK: KindRule(_fold_sum, _combine_stock, fills="carry"),
    Kind.INTERVAL_SHARE: KindRule(_fold_share, _combine_ratio),
    Kind.HISTOGRAM_PERCENTILE: KindRule(_fold_histogram, _combine_histogram, needs_data=True),
}
