"""How the day cells of a month become one: which kinds add up, which merge, and which keep sorted columns."""

import json
import zlib
from collections.abc import Callable, Sequence

from metrics.histogram import merge_histograms
from metrics.kinds import Cell
from metrics.models.metric import Kind

Rollup = Callable[[Sequence[Cell]], Cell]


def add_cells(cells: Sequence[Cell]) -> Cell:
    """Cells whose numbers add up, as one."""
    return Cell(sum(c.n for c in cells), sum(c.total for c in cells), sum(c.denominator for c in cells))


def _merge_histogram_cells(cells: Sequence[Cell]) -> Cell:
    merged = merge_histograms(json.loads(zlib.decompress(bytes(c.data))) for c in cells if c.data)
    return Cell(n=sum(merged.values()), data=zlib.compress(json.dumps(merged, sort_keys=True).encode()))


_ROLLUPS: dict[str, Rollup] = {
    **dict.fromkeys(
        [Kind.COUNT, Kind.SUM, Kind.MEAN, Kind.RATIO, "share", Kind.STOCK, Kind.INTERVAL_SHARE, Kind.PERCENTILE],
        add_cells,
    ),
    Kind.HISTOGRAM_PERCENTILE: _merge_histogram_cells,
}


def rollup_of(kind: str) -> Rollup | None:
    """How a kind's month cell is made of day cells; None where longer periods must be made of day cells directly."""
    return _ROLLUPS.get(kind)


def keeps_column(kind: str) -> bool:
    """Whether a kind's day cells hold sorted columns, whose months are kept in blocks."""
    return kind == Kind.PERCENTILE
