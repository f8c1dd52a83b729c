"""The robust slope of a series.

Theil (1950), Sen (1968): the median of the slopes between all pairs of points.
"""

from collections.abc import Sequence
from itertools import combinations
from statistics import median

MIN_POINTS = 8


def theil_sen(values: Sequence[float]) -> float | None:
    """The change per step of equally spaced values, in their unit; None for fewer than eight."""
    if len(values) < MIN_POINTS:
        return None
    return median((b - a) / (j - i) for (i, a), (j, b) in combinations(enumerate(values), 2))
