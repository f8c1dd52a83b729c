"""Where a series goes on its robust trend, with a band that its own past errors earned.

The line is Theil–Sen: the median slope of all pairs, through the median of what remains (Theil 1950, Sen 1968; the
intercept as in Conover, Practical Nonparametric Statistics). The band is from a rolling-origin backtest: at every
earlier point from the fourth on the line is fitted to what was known and compared with up to eight points that
followed. Each error is divided by what a fitted line's error grows with,

    s(m, h) = sqrt(1 + 1/m + (h + x_m − x̄)² / Sxx),   Sxx = Σ (x_i − x̄)²,

for m points fitted and h steps after the last of them, x_m; without holes x_m − x̄ = (m − 1)/2 and Sxx = m (m² − 1)/12.
A missing point leaves a hole in x, so that slopes are always by step and never by known point. The band at any horizon
is ± s(m, h) times the 80 % quantile of these. Coverage is counted honestly: each past band knows only the errors that
had been seen at its origin.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

MIN_POINTS = 8
MIN_FIT = 4
BACKTEST_STEPS = 8
BAND = 0.8
MIN_COVERAGE = 0.6
_MIN_ERRORS = 3
_Z_BAND = NormalDist().inv_cdf((1 + BAND) / 2)

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Forecast:
    """A line through `n` points: `slope` a step, `level` on the last point, and what its errors were.

    `reach` is the last point's distance from the mean of the points in steps, `sxx` their sum of squares about it;
    `error` is the 80 % quantile of the scaled backtest errors, `coverage` the share of later points that past bands
    held, `trials` how many were tried.
    """

    n: int
    slope: float
    level: float
    reach: float
    sxx: float
    error: float
    coverage: float
    trials: int

    @property
    def is_shown(self) -> bool:
        """Whether the band has earned its place: past ones held at least 60 % of what followed."""
        return self.coverage >= MIN_COVERAGE

    def middle(self, steps: float) -> float:
        """The line so many steps after the last point."""
        return self.level + self.slope * steps

    def half_width(self, steps: float) -> float:
        """Half the 80 % band so many steps after the last point."""
        return self.error * _spread(self.n, self.reach + steps, self.sxx)

    def chance(self, target: float, steps: float, *, is_down: bool) -> float:
        """The chance, 0 to 1, to be on the good side of the target then, with errors taken as normal."""
        ahead = target - self.middle(steps) if is_down else self.middle(steps) - target
        spread = self.half_width(steps) / _Z_BAND
        if not spread:
            return float(ahead >= 0)
        return NormalDist().cdf(ahead / spread)

    def steps_to(self, target: float) -> float | None:
        """How many steps until the line meets the target; None where it moves away from it or stands still."""
        if not self.slope:
            return None
        steps = (target - self.level) / self.slope
        return steps if steps > 0 else None


@dataclass(frozen=True)
class _Line:
    """A fitted line: its slope a step, its value on its last point, and how its points lie."""

    slope: float
    level: float
    reach: float
    sxx: float


def find_forecast(values: Sequence[float], *, places: Sequence[int] | None = None) -> Forecast | None:
    """The forecast of values, oldest first; None for fewer than eight.

    `places` are the steps they stand on, ascending, where some between them are missing; else each follows the last.
    """
    n = len(values)
    if n < MIN_POINTS:
        return None
    series = np.asarray(values, dtype=np.float64)
    steps = np.asarray(range(n) if places is None else places, dtype=np.float64)
    lines = {m: _fit(steps[:m], series[:m]) for m in range(MIN_FIT, n + 1)}
    errors = _errors(steps, series, lines)
    hits = [hit for origin in range(MIN_FIT, n) for hit in _hits(errors, origin)]
    line = lines[n]
    return Forecast(
        n=n,
        slope=line.slope,
        level=line.level,
        reach=line.reach,
        sxx=line.sxx,
        error=_quantile([error for error, _, _ in errors]),
        coverage=sum(hits) / len(hits),
        trials=len(hits),
    )


def _fit(steps: Floats, series: Floats) -> _Line:
    first, second = np.triu_indices(len(series), 1)
    slope = float(np.median((series[second] - series[first]) / (steps[second] - steps[first])))
    level = float(np.median(series - slope * (steps - steps[0]))) + slope * float(steps[-1] - steps[0])
    centre = float(np.mean(steps))
    return _Line(slope, level, float(steps[-1]) - centre, float(np.sum((steps - centre) ** 2)))


def _spread(m: int, distance: float, sxx: float) -> float:
    """What the error of a line of m points grows with, at a distance in steps from their mean."""
    return math.sqrt(1 + 1 / m + distance**2 / sxx)


def _errors(steps: Floats, series: Floats, lines: dict[int, _Line]) -> list[tuple[float, int, int]]:
    """Scaled absolute errors of the backtest, each with its origin (points known) and the points known once seen."""
    found = []
    for origin, line in lines.items():
        for seen in range(origin, min(origin + BACKTEST_STEPS, len(series))):
            ahead = float(steps[seen] - steps[origin - 1])
            error = abs(float(series[seen]) - (line.level + line.slope * ahead))
            found.append((error / _spread(origin, line.reach + ahead, line.sxx), origin, seen + 1))
    return found


def _hits(errors: Sequence[tuple[float, int, int]], origin: int) -> list[bool]:
    """Whether the points after one origin lay in the band made of the errors seen by then."""
    seen = [error for error, _, known_at in errors if known_at <= origin]
    if len(seen) < _MIN_ERRORS:
        return []
    limit = _quantile(seen)
    return [error <= limit for error, at, _ in errors if at == origin]


def _quantile(errors: Sequence[float]) -> float:
    """The 80 % quantile with the finite-sample rank ⌈0.8 (k + 1)⌉ of conformal prediction, at most the largest."""
    ranked = sorted(errors)
    return ranked[min(len(ranked), math.ceil(BAND * (len(ranked) + 1))) - 1]
