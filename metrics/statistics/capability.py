"""Process capability: how well values fit between the limits somebody needs, as far as that may be said at all.

Montgomery, Introduction to Statistical Quality Control, chapter 8; NIST/SEMATECH e-Handbook, section 7.1.6.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from metrics.statistics.rules import PAGING_RULES, find_signals
from metrics.statistics.xmr import XmrLimits

MIN_VALUES = 30
Z_95 = 1.959963984540054


@dataclass(frozen=True)
class Capability:
    """Cp (None with one specification limit) and Cpk from 3σ̂ = 3 mR̄/1.128, and what was observed.

    `within` is the share of the `n` values inside the specification, `low` and `high` its 95 % Wilson interval, `dpmo`
    the defects per million observed.
    """

    cp: float | None
    cpk: float
    n: int
    within: float
    low: float
    high: float
    dpmo: float


def find_capability(
    values: Sequence[float], limits: XmrLimits, *, lower_spec: float | None, upper_spec: float | None
) -> Capability | None:
    """The capability of a process in control; None where it may not be said.

    It may not with fewer than 30 values, without a specification limit, without variation, or with a signal that pages
    among the values.
    """
    if len(values) < MIN_VALUES or (lower_spec is None and upper_spec is None) or not limits.reach:
        return None
    if any(signal.rule in PAGING_RULES for signal in find_signals(values, limits)):
        return None
    sides = [
        side / limits.reach
        for side in (
            None if lower_spec is None else limits.centre - lower_spec,
            None if upper_spec is None else upper_spec - limits.centre,
        )
        if side is not None
    ]
    n = len(values)
    inside = sum(
        (lower_spec is None or value >= lower_spec) and (upper_spec is None or value <= upper_spec) for value in values
    )
    low, high = wilson_interval(inside, n)
    return Capability(
        cp=sum(sides) / 2 if len(sides) == 2 else None,  # noqa: PLR2004 - both sides
        cpk=min(sides),
        n=n,
        within=inside / n,
        low=low,
        high=high,
        dpmo=1e6 * (n - inside) / n,
    )


def wilson_interval(successes: float, n: int, z: float = Z_95) -> tuple[float, float]:
    """The score interval of a share (Wilson 1927), 95 % by default; 0 to 1 without observations."""
    if n == 0:
        return 0.0, 1.0
    share = successes / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    # At the ends the exact bound is 0 or 1, which rounding would miss by a hair.
    return (0.0 if successes == 0 else middle - half), (1.0 if successes == n else middle + half)
