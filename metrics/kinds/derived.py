"""Derived: an expression over the stored values of other metrics. It has no rows of its own, hence no cells."""

from collections.abc import Sequence
from typing import NoReturn

from metrics.frame import Frame
from metrics.kinds.rule import Cell, Formula, KindRule


def _fold(_frame: Frame, _formula: Formula) -> NoReturn:
    raise TypeError("A derived metric is made of other metrics' values, not of rows.")


def _combine(_cells: Sequence[Cell], _formula: Formula) -> NoReturn:
    raise TypeError("A derived metric is made of other metrics' values, not of cells.")


DERIVED = KindRule(_fold, _combine)
