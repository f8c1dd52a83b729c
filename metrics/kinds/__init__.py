"""The kinds of metric: how a day's rows become numbers that merge, and how merged numbers become a value.

A formula names the measure(s) and the `scale` that turns the measure's base unit into the metric's unit.
"""

from metrics.kinds import quantiles, totals
from metrics.kinds.derived import DERIVED
from metrics.kinds.entered import ENTERED
from metrics.kinds.rule import Cell, Formula, KindRule, Value
from metrics.kinds.survival import SURVIVAL
from metrics.models.metric import Kind

__all__ = ["KINDS", "Cell", "Formula", "KindRule", "Value"]

KINDS: dict[str, KindRule] = {
    Kind.COUNT: totals.COUNT,
    Kind.SUM: totals.SUM,
    Kind.MEAN: totals.MEAN,
    Kind.PERCENTILE: quantiles.PERCENTILE,
    Kind.RATIO: totals.RATIO,
    Kind.SHARE: totals.SHARE,
    Kind.STOCK: totals.STOCK,
    Kind.INTERVAL_SHARE: totals.INTERVAL_SHARE,
    Kind.SURVIVAL: SURVIVAL,
    Kind.DERIVED: DERIVED,
    Kind.ENTERED: ENTERED,
    Kind.HISTOGRAM_PERCENTILE: quantiles.HISTOGRAM_PERCENTILE,
}
