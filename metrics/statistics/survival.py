"""Kaplan–Meier: how long rows last when some of them still do.

Kaplan and Meier, "Nonparametric estimation from incomplete observations", JASA 53 (1958). At a time where rows end and
others are lost, the lost ones still count as at risk, as in R's survfit and in lifelines.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

_EVEN = 1e-12
"""A survival this near to a half is a half: products of quotients are exact to about 1e-16 a factor."""


@dataclass(frozen=True)
class KaplanMeier:
    """The estimate as steps: from `times[i]` on the share `shares[i]` lasts; before the first step all do.

    `spread` is Greenwood's sum Σ d / (n (n − d)); infinite once nothing is left.
    """

    times: npt.NDArray[Any]
    shares: npt.NDArray[np.float64]
    spread: npt.NDArray[np.float64]

    def share_at(self, time: float) -> float:
        """The share that lasts beyond `time`; after the last row seen it stays at the last step."""
        step = int(np.searchsorted(self.times, time, side="right"))
        return float(self.shares[step - 1]) if step else 1.0

    def median(self) -> float | None:
        """The first time by which half or more have ended; None where more than half still last."""
        return self.quantile(0.5)

    def quantile(self, share: float) -> float | None:
        """The first time at which no more than `share` lasts; None where it is never reached."""
        reached = np.flatnonzero(self.shares <= share + _EVEN)
        return float(self.times[reached[0]]) if len(reached) else None

    def restricted_mean(self, horizon: float) -> float:
        """The mean time lasted up to the horizon: the area under the steps from 0 to it."""
        inside = self.times < horizon
        edges = np.concatenate(([0.0], self.times[inside], [horizon]))
        heights = np.concatenate(([1.0], self.shares[inside]))
        return math.fsum(np.diff(edges) * heights)

    def interval_at(self, time: float, *, level: float = 0.95, log_log: bool = True) -> tuple[float, float]:
        """The confidence interval of `share_at(time)`: on the log(−log) scale, which stays within 0 and 1, or plain.

        Source of both: Kalbfleisch and Prentice, "The Statistical Analysis of Failure Time Data", section 1.4.
        """
        step = int(np.searchsorted(self.times, time, side="right"))
        share = float(self.shares[step - 1]) if step else 1.0
        if share in {0.0, 1.0}:
            return share, share
        z, spread = NormalDist().inv_cdf(0.5 + level / 2), float(self.spread[step - 1])
        if not log_log:
            margin = z * share * math.sqrt(spread)
            return max(0.0, share - margin), min(1.0, share + margin)
        factor = math.exp(z * math.sqrt(spread) / abs(math.log(share)))
        return share**factor, share ** (1 / factor)

    def median_interval(self, *, level: float = 0.95) -> tuple[float | None, float | None]:
        """The times at which the log(−log) bounds of the curve reach one half; None where they never do."""
        bounds = [self.interval_at(time, level=level) for time in self.times]
        lows = [time for time, (low, _) in zip(self.times, bounds, strict=True) if low <= 0.5 + _EVEN]
        highs = [time for time, (_, high) in zip(self.times, bounds, strict=True) if high <= 0.5 + _EVEN]
        return (float(lows[0]) if lows else None), (float(highs[0]) if highs else None)


def fit(observed: Sequence[float] | npt.NDArray[Any], running: Sequence[float] | npt.NDArray[Any]) -> KaplanMeier:
    """The estimate from the durations that ended and those that still ran when last seen."""
    ended, censored = np.sort(np.asarray(observed)), np.sort(np.asarray(running))
    times, deaths = np.unique(ended, return_counts=True)
    at_risk = (len(ended) - np.searchsorted(ended, times)) + (len(censored) - np.searchsorted(censored, times))
    left = at_risk - deaths
    with np.errstate(divide="ignore"):
        spread = np.cumsum(deaths / (at_risk * left.astype(np.float64)))
    return KaplanMeier(times, np.cumprod(left / at_risk, dtype=np.float64), spread)
