"""XmR charts: natural process limits of individual values and moving ranges.

Wheeler, Understanding Variation; Montgomery, Introduction to Statistical Quality Control, section 6.4; NIST/SEMATECH
e-Handbook, section 6.3.2.2. Two methods, neither of whose factors is rounded further:

* mean: centre c = mean, limits c ± (3/1.128) mR̄ (about 2.66), upper range limit 3.267 mR̄ (d2 and D4 for n = 2);
* median, for skewed data: centre = median, limits ± 3.145 m̃R, upper range limit 3.865 m̃R, where m̃R is the median
  moving range (Wheeler and Chambers, Understanding Statistical Process Control, table of XmR constants).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

SIGMA_DIVISOR = 1.128
LIMIT_FACTOR = 3 / SIGMA_DIVISOR
RANGE_FACTOR = 3.267
MEDIAN_LIMIT_FACTOR = 3.145
MEDIAN_RANGE_FACTOR = 3.865
MIN_BASELINE = 12
BASELINE = 26
MEAN, MEDIAN = "mean", "median"
_FACTORS = {MEAN: (LIMIT_FACTOR, RANGE_FACTOR), MEDIAN: (MEDIAN_LIMIT_FACTOR, MEDIAN_RANGE_FACTOR)}


@dataclass(frozen=True)
class XmrLimits:
    """Centre, natural limits, typical moving range and its upper limit, in the values' unit, from `n` values.

    `mean_range` is the mean moving range, or with the method "median" the median one. `lower` and `upper` are cut at
    natural bounds; `reach` is not.
    """

    centre: float
    lower: float
    upper: float
    mean_range: float
    range_limit: float
    n: int
    method: str = MEAN

    @property
    def reach(self) -> float:
        """The distance from the centre to a natural limit before any bound: three standard deviations."""
        return _FACTORS[self.method][0] * self.mean_range


def xmr_limits(
    values: Sequence[float], *, floor: float | None = None, ceiling: float | None = None, method: str = MEAN
) -> XmrLimits | None:
    """Limits from a baseline of at least 12 values, cut at a natural bound; None when there are fewer."""
    if len(values) < MIN_BASELINE:
        return None
    return compute_limits(values, floor=floor, ceiling=ceiling, method=method)


def compute_limits(
    values: Sequence[float], *, floor: float | None = None, ceiling: float | None = None, method: str = MEAN
) -> XmrLimits:
    """Limits from however many values, at least two; whether they are enough to act on is `xmr_limits`' question."""
    ranges = [abs(b - a) for a, b in pairwise(values)]
    if method == MEDIAN:
        centre, typical = float(median(values)), float(median(ranges))
    else:
        centre, typical = sum(values) / len(values), sum(ranges) / len(ranges)
    limit_factor, range_factor = _FACTORS[method]
    lower, upper = centre - limit_factor * typical, centre + limit_factor * typical
    return XmrLimits(
        centre=centre,
        lower=lower if floor is None else max(lower, floor),
        upper=upper if ceiling is None else min(upper, ceiling),
        mean_range=typical,
        range_limit=range_factor * typical,
        n=len(values),
        method=method,
    )
