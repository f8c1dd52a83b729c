"""One measure of an experiment compared between two arms, from their sums."""

from metrics.models import MeasureKind
from metrics.selectors.sufficient import Sums
from metrics.statistics.comparison import Difference, Moments, compare_means, compare_proportions

MIN_UNITS = 2
_ROUNDING = 1e-24
"""Below this share of the squared mean a variance is what rounding left of none."""


def mean_of(sums: Sums, kind: str) -> float | None:
    """The arm's value: mean per unit, share of units, or ratio of sums; None where there is none."""
    if kind == MeasureKind.RATIO:
        return sums.y / sums.d if sums.d else None
    return sums.y / sums.n if sums.n else None


def compare(control: Sums, treatment: Sums, *, kind: str, alpha: float) -> Difference | None:
    """Treatment against control; None while either has fewer than two units, or no denominator."""
    if min(control.n, treatment.n) < MIN_UNITS or mean_of(control, kind) is None or mean_of(treatment, kind) is None:
        return None
    if kind == MeasureKind.PROPORTION:
        return compare_proportions((control.y, control.n), (treatment.y, treatment.n), alpha=alpha)
    moments = _ratio if kind == MeasureKind.RATIO else _mean
    return compare_means(moments(control), moments(treatment), alpha=alpha)


def compare_adjusted(control: Sums, treatment: Sums, *, kind: str, alpha: float) -> Difference | None:
    """The same with CUPED (Deng, Xu, Kohavi and Walker, 2013): values less θ times what they were before exposure.

    θ is the pooled regression coefficient; None where the values before do not vary, or for a ratio.
    """
    both = control + treatment
    if kind == MeasureKind.RATIO or min(control.n, treatment.n) < MIN_UNITS:
        return None
    if both.xx <= _ROUNDING * both.x**2 / both.n:
        return None
    theta, centre = both.xy / both.xx, both.x / both.n
    return compare_means(_adjusted(control, theta, centre), _adjusted(treatment, theta, centre), alpha=alpha)


def _mean(sums: Sums) -> Moments:
    variance = max(sums.yy, 0.0) / (sums.n - 1)
    return Moments(sums.n, sums.y / sums.n, variance / sums.n)


def _ratio(sums: Sums) -> Moments:
    """The delta method: the variance of the residuals y - r d over the squared mean denominator."""
    ratio, mean_d = sums.y / sums.d, sums.d / sums.n
    residuals = max(sums.yy - 2 * ratio * sums.yd + ratio**2 * sums.dd, 0.0) / (sums.n - 1)
    return Moments(sums.n, ratio, residuals / sums.n / mean_d**2)


def _adjusted(sums: Sums, theta: float, centre: float) -> Moments:
    mean = sums.y / sums.n - theta * (sums.x / sums.n - centre)
    squares = sums.yy - 2 * theta * sums.xy + theta**2 * sums.xx
    return Moments(sums.n, mean, max(squares, 0.0) / (sums.n - 1) / sums.n)
