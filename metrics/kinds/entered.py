"""Entered: what people type in or tools push, by the day it belongs to."""

from collections.abc import Sequence

from metrics.frame import Frame
from metrics.kinds.rule import Cell, Formula, KindRule, Value, scaled

MILLIONTHS = 1_000_000
"""Entered values have six places: they are whole millionths."""
VALUE = "value"


def _fold(frame: Frame, formula: Formula) -> Cell:
    """Sum and number; for the last, the newest value and its instant. Plain integers: values may be large."""
    values = [int(value) for value in frame.measures[VALUE]]
    if formula["combine"] != "last":
        return Cell(n=len(values), total=sum(values))
    at, _, total = max(zip(frame.at.tolist(), frame.keys.tolist(), values, strict=True))
    return Cell(n=len(values), total=total, denominator=at)


def _combine(cells: Sequence[Cell], formula: Formula) -> Value:
    n = sum(cell.n for cell in cells)
    if not n:
        return Value(None, 0)
    if formula["combine"] == "last":
        last = max(cells, key=lambda cell: cell.denominator)
        return Value(scaled(last.total, 1, formula, scale=MILLIONTHS), n)
    count = n if formula["combine"] == "mean" else 1
    return Value(scaled(sum(cell.total for cell in cells), count, formula, scale=MILLIONTHS), n)


ENTERED = KindRule(_fold, _combine)
