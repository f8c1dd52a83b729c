"""The day cells of one segment in order, so that a period's cells are found by bisection."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import date

from metrics.kinds import KINDS, Cell, Formula, Value


class CellLine:
    """Cells by day. For a stock each cell holds the level at the end of its day, so that one cell answers a period."""

    def __init__(self, cells: Mapping[date, Cell], kind: str, formula: Formula) -> None:
        self._rule = KINDS[kind]
        self._formula = formula
        self.days: Sequence[date] = sorted(cells)
        self._cells = [cells[day] for day in self.days]
        if self._rule.fills == "carry":
            self._cells = _running(self._cells)

    def value(self, start: date, end: date | None) -> Value:
        """The value of the days start ≤ day < end (None: no end). A stock's is its level when the period ends."""
        first = bisect_left(self.days, start)
        last = len(self.days) if end is None else bisect_left(self.days, end)
        if self._rule.fills == "carry":
            return self._rule.combine(self._cells[last - 1 : last], self._formula) if last else Value(None, 0)
        if first == last:
            return Value(None, 0)
        return self._rule.combine(self._cells[first:last], self._formula)


def _running(cells: Sequence[Cell]) -> list[Cell]:
    """Cells with their numbers summed up from the first day on."""
    n = total = 0
    result = []
    for cell in cells:
        n, total = n + cell.n, total + cell.total
        result.append(Cell(n, total))
    return result
