"""Period values from cells: days and weeks from day cells, months and all that is longer from month cells."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from metrics.column_blocks import Bracket, Together, interpolate, pick_pair, quantile_of, quantile_rank, unpack_block
from metrics.frame import Integers
from metrics.keys import ValueKey
from metrics.kinds import Cell, Value
from metrics.models import ColumnBlock, MetricVersion
from metrics.services.lines import OF_MONTHS, LineState
from metrics.services.months import Month

_IDS_A_QUERY = 5000


@dataclass(frozen=True)
class _Pending:
    """A percentile of several months, for which blocks are still to be read."""

    key: ValueKey
    months: Sequence[Month]
    found: Bracket
    weight: float
    scale: float


def derive_values(states: Iterable[LineState]) -> dict[ValueKey, Value]:
    """The value of every period that contains a touched day, for all versions of all lines; blocks are read once."""
    values: dict[ValueKey, Value] = {}
    pending: list[_Pending] = []
    for state in states:
        known: dict[tuple[Any, Any], Together] = {}
        for version in state.family.members:
            for grain, start, end in state.periods(version):
                key = ValueKey(version.pk, state.segment, grain, start)
                if state.is_column and grain in OF_MONTHS:
                    months = state.months_between(start, end)
                    if (start, end) not in known:
                        known[start, end] = Together([month.index for month in months])
                    _put_column(values, pending, key, version.formula, months, known[start, end])
                else:
                    values[key] = _derive(state, version, grain, start, end)
    blocks = _read_blocks(pending)
    for waiting in pending:
        values[waiting.key] = _finish(waiting, blocks)
    return values


def _derive(state: LineState, version: MetricVersion, grain: str, start: Any, end: Any) -> Value:
    formula = version.formula
    if state.is_carried:
        level = state.level_before(end)
        return Value(None, 0) if level is None else state.rule.combine([Cell(n=level, total=level)], formula)
    if state.is_column:
        values = state.column_between(start, end)
        return _quantile(values, formula) if len(values) else Value(None, 0)
    if state.rollup is not None and grain in OF_MONTHS:
        cells: Sequence[Cell] = [month.cell for month in state.months_between(start, end)]
    else:
        cells = state.cells_between(start, end)
    return state.rule.combine(cells, formula) if cells else Value(None, 0)


def _quantile(values: Integers, formula: Mapping[str, Any]) -> Value:
    return Value(quantile_of(values, formula["quantile"], formula.get("scale", 1)), len(values))


def _put_column(
    values: dict[ValueKey, Value],
    pending: list[_Pending],
    key: ValueKey,
    formula: Mapping[str, Any],
    months: Sequence[Month],
    together: Together,
) -> None:
    """A percentile of whole months: at once where the values are at hand, else noted with the blocks it needs."""
    if not together.n:
        values[key] = Value(None, 0)
        return
    if len(months) == 1 and months[0].column is not None:
        values[key] = _quantile(months[0].column, formula)
        return
    rank, weight = quantile_rank(together.n, formula["quantile"])
    pending.append(_Pending(key, months, together.bracket(rank), weight, formula.get("scale", 1)))


def _read_blocks(pending: Sequence[_Pending]) -> dict[int, bytes]:
    """The data of all blocks that are needed and not at hand, by row id."""
    wanted = {
        int(waiting.months[column].index.ids[block])
        for waiting in pending
        for column, block in waiting.found.wanted
        if waiting.months[column].column is None
    }
    ids, data = sorted(wanted), {}
    for start in range(0, len(ids), _IDS_A_QUERY):
        rows = ColumnBlock.objects.filter(pk__in=ids[start : start + _IDS_A_QUERY]).order_by()
        data.update({pk: bytes(block) for pk, block in rows.values_list("pk", "data")})
    return data


def _finish(waiting: _Pending, blocks: Mapping[int, bytes]) -> Value:
    read = {place: _values(waiting.months[place[0]], place[1], blocks) for place in waiting.found.wanted}
    low, high = pick_pair(waiting.found, read)
    return Value(interpolate(low, high, waiting.weight, waiting.scale), waiting.found.n)


def _values(month: Month, block: int, blocks: Mapping[int, bytes]) -> Integers:
    index = month.index
    if month.column is not None:
        start = int(index.counts[:block].sum())
        return np.asarray(month.column[start : start + int(index.counts[block])])
    return unpack_block(blocks[int(index.ids[block])], int(index.mins[block]), int(index.counts[block]))
