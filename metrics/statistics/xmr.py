"""XmR charts: natural process limits of individual values and moving ranges.

Wheeler, Understanding Variation; Montgomery, Introduction to Statistical Quality Control, section 6.4: limits at
c ± 3/1.128 mR̄ (about 2.66, not rounded here) and 3.267 mR̄ for the moving range (d2 and D4 for ranges of two).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

LIMIT_FACTOR = 3 / 1.128
RANGE_FACTOR = 3.267
MIN_BASELINE = 12
BASELINE = 26
RUN_LENGTH = 8


@dataclass(frozen=True)
class XmrLimits:
    """Centre, natural limits, mean moving range and its upper limit, in the values' unit, from `n` values."""

    centre: float
    lower: float
    upper: float
    mean_range: float
    range_limit: float
    n: int


@dataclass(frozen=True)
class Signal:
    """A point that common cause does not explain. `rule` is R1 (outside a limit) or R2 (eight in a row on one side)."""

    index: int
    rule: str
    side: str


def xmr_limits(
    values: Sequence[float], *, floor: float | None = None, ceiling: float | None = None
) -> XmrLimits | None:
    """Limits from a baseline of at least 12 values, cut at a natural bound; None when there are fewer."""
    if len(values) < MIN_BASELINE:
        return None
    centre = sum(values) / len(values)
    ranges = [abs(b - a) for a, b in pairwise(values)]
    mean_range = sum(ranges) / len(ranges)
    lower, upper = centre - LIMIT_FACTOR * mean_range, centre + LIMIT_FACTOR * mean_range
    return XmrLimits(
        centre=centre,
        lower=lower if floor is None else max(lower, floor),
        upper=upper if ceiling is None else min(upper, ceiling),
        mean_range=mean_range,
        range_limit=RANGE_FACTOR * mean_range,
        n=len(values),
    )


def find_signals(values: Sequence[float], limits: XmrLimits) -> list[Signal]:
    """Every point outside a limit (R1), or in a run of eight on one side (R2); one on the centre breaks a run."""
    signals: list[Signal] = []
    side, run = "", 0
    for index, value in enumerate(values):
        here = "high" if value > limits.centre else "low" if value < limits.centre else ""
        run = run + 1 if here and here == side else int(bool(here))
        side = here
        if value > limits.upper or value < limits.lower:
            signals.append(Signal(index, "R1", here))
        elif run >= RUN_LENGTH:
            signals.append(Signal(index, "R2", here))
    return signals
