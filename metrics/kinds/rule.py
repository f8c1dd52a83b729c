"""What every kind is made of: the cell of a day, the value of a period, and the rule between them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from metrics.frame import MISSING, Frame

Formula = Mapping[str, Any]
_INT64_MAX = 2**63 - 1


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


def scaled(numerator: int, denominator: int, formula: Formula, *, scale: int = 1) -> float:
    """The quotient in the metric's unit, exactly rounded once; `scale` holds where the formula names none."""
    return float(Fraction(numerator, denominator) / Fraction(formula.get("scale", scale)))


def exact_sum(frame: Frame, measure: str) -> int:
    """The exact sum of a measure: where 64 bits might not hold it, by Python's integers."""
    values = frame.measures[measure]
    if len(values) and max(abs(int(values.max())), abs(int(values.min()))) > _INT64_MAX // len(values):
        return sum(values.tolist())
    return int(values.sum())


def having(frame: Frame, *measures: str) -> Frame:
    """The rows that have a value in each of these measures."""
    for measure in measures:
        missing = frame.measures[measure] == MISSING
        if missing.any():
            frame = frame.pick(~missing)
    return frame
