"""Kinds that merge by keeping what they are made of: percentiles of values, and of histograms."""

import json
import zlib
from collections.abc import Sequence

import numpy as np

from metrics.columns import merge_columns, pack_column
from metrics.frame import Frame
from metrics.histogram import histogram_quantile, merge_histograms
from metrics.kinds.rule import Cell, Formula, KindRule, Value, having


def _fold_column(frame: Frame, formula: Formula) -> Cell:
    frame = having(frame, formula["measure"])
    return Cell(n=len(frame), data=pack_column(frame.measures[formula["measure"]]))


def _fold_histogram(frame: Frame, _: Formula) -> Cell:
    merged = merge_histograms(frame.blobs)
    return Cell(n=sum(merged.values()), data=zlib.compress(json.dumps(merged, sort_keys=True).encode()))


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


PERCENTILE = KindRule(_fold_column, _combine_percentile, needs_data=True)
HISTOGRAM_PERCENTILE = KindRule(_fold_histogram, _combine_histogram, needs_data=True)
