"""Log histograms for values too many to keep: percentiles with a known relative error.

Bucket i holds values in (g^(i-1), g^i] microseconds with g = 1.02; a quantile answered with the bucket's geometric
middle is off by at most 1 % (sqrt(1.02) - 1). The construction is that of Masson, Rim, Lee: DDSketch, VLDB 2019.
"""

import math
from collections.abc import Iterable, Mapping

GROWTH = 1.02
RELATIVE_ERROR = math.sqrt(GROWTH) - 1
_LOG = math.log(GROWTH)


def bucket_of(microseconds: int) -> int:
    """The bucket of a value; values below 1 µs count as 1 µs."""
    return math.ceil(math.log(max(microseconds, 1)) / _LOG)


def add_to_histogram(buckets: Mapping[str, int], values: Iterable[int]) -> dict[str, int]:
    """The histogram with the values (µs) counted in."""
    result = dict(buckets)
    for value in values:
        key = str(bucket_of(value))
        result[key] = result.get(key, 0) + 1
    return result


def merge_histograms(histograms: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """The sum of several histograms."""
    result: dict[str, int] = {}
    for histogram in histograms:
        for key, count in histogram.items():
            result[key] = result.get(key, 0) + count
    return result


def histogram_quantile(buckets: Mapping[str, int], quantile: float) -> float | None:
    """The value in µs at the quantile (nearest rank), within RELATIVE_ERROR; None without values."""
    total = sum(buckets.values())
    if not total:
        return None
    rank = max(math.ceil(quantile * total), 1)
    seen = 0
    for key in sorted(buckets, key=int):
        seen += buckets[key]
        if seen >= rank:
            return float(GROWTH ** (int(key) - 0.5))
    raise AssertionError("unreachable: the ranks end within the histogram")
