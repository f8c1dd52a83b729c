"""Kinds that merge by adding: counts, sums, means, ratios, shares and levels."""

from collections.abc import Sequence

import numpy as np

from metrics.frame import Frame
from metrics.kinds.rule import Cell, Formula, KindRule, Value, exact_sum, having, scaled


def _fold_count(frame: Frame, _: Formula) -> Cell:
    return Cell(n=len(frame), total=len(frame))


def _fold_sum(frame: Frame, formula: Formula) -> Cell:
    frame = having(frame, formula["measure"])
    return Cell(n=len(frame), total=exact_sum(frame, formula["measure"]))


def _fold_ratio(frame: Frame, formula: Formula) -> Cell:
    denominator = formula.get("denominator")
    frame = having(frame, formula["numerator"], *([denominator] if denominator else []))
    return Cell(
        n=len(frame),
        total=exact_sum(frame, formula["numerator"]),
        denominator=len(frame) if denominator is None else exact_sum(frame, denominator),
    )


def _fold_share(frame: Frame, formula: Formula) -> Cell:
    """The rows that meet `where`, over all rows."""
    met = np.ones(len(frame), dtype=np.bool_)
    for name, wanted in formula["where"].items():
        met &= frame.meets(name, wanted)
    return Cell(n=len(frame), total=int(met.sum()), denominator=len(frame))


def _fold_interval_share(frame: Frame, formula: Formula) -> Cell:
    """Seconds by class: the good ones over all that count, by the formula's weights in thousandths."""
    return Cell(
        n=len(frame),
        total=sum(weight * exact_sum(frame, measure) for measure, weight in formula["good"].items()),
        denominator=sum(1000 * exact_sum(frame, measure) for measure in formula["counted"]),
    )


def _combine_total(cells: Sequence[Cell], formula: Formula) -> Value:
    return Value(scaled(sum(c.total for c in cells), 1, formula), sum(c.n for c in cells))


def _combine_stock(cells: Sequence[Cell], formula: Formula) -> Value:
    """The level, which is also how many rows stand behind it."""
    level = sum(c.total for c in cells)
    return Value(scaled(level, 1, formula), level)


def _combine_mean(cells: Sequence[Cell], formula: Formula) -> Value:
    n = sum(c.n for c in cells)
    return Value(scaled(sum(c.total for c in cells), n, formula) if n else None, n)


def _combine_ratio(cells: Sequence[Cell], formula: Formula) -> Value:
    denominator = sum(c.denominator for c in cells)
    n = sum(c.n for c in cells)
    return Value(scaled(sum(c.total for c in cells), denominator, formula) if denominator else None, n)


COUNT = KindRule(_fold_count, _combine_total, fills="zero")
SUM = KindRule(_fold_sum, _combine_total, fills="zero")
MEAN = KindRule(_fold_sum, _combine_mean)
RATIO = KindRule(_fold_ratio, _combine_ratio)
SHARE = KindRule(_fold_share, _combine_ratio)
STOCK = KindRule(_fold_sum, _combine_stock, fills="carry")
INTERVAL_SHARE = KindRule(_fold_interval_share, _combine_ratio)
