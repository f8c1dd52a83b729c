"""The robust slope of a series.

Theil (1950), Sen (1968): the median of the slopes between all pairs of points.
"""

from collections.abc import Sequence
from itertools import combinations
from statistics import median

MIN_POINTS = 8


def theil_sen(values: Sequence[float], *, places: Sequence[int] | None = None) -> float | None:
    """The change per step of values, in their unit; None for fewer than eight.

    `places` are the steps they stand on, ascending, where some between them are missing; else each follows the last.
    """
    if len(values) < MIN_POINTS:
        return None
    points = zip(range(len(values)) if places is None else places, values, strict=True)
    return median((b - a) / (j - i) for (i, a), (j, b) in combinations(points, 2))
