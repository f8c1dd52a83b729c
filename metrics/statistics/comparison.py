"""Two arms compared from sums: sample ratio, fixed tests, always-valid intervals, and several tests at once."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from metrics.statistics.capability import wilson_interval
from metrics.statistics.fisher import fisher_p, is_small

_NORMAL = NormalDist()


@dataclass(frozen=True)
class Moments:
    """One arm: units, the mean of their values, and the variance of that mean."""

    n: int
    mean: float
    error2: float


@dataclass(frozen=True)
class Difference:
    """Treatment minus control with its interval and two-sided p; `error` is the standard error."""

    effect: float
    low: float
    high: float
    p: float
    error: float


def chi_square_tail(x: float, df: int) -> float:
    """P(χ² > x) for whole degrees of freedom, by the finite sums of Abramowitz and Stegun 26.4.4 and 26.4.5."""
    if x <= 0:
        return 1.0
    half = x / 2
    if df % 2:
        term, total = math.sqrt(half) * math.exp(-half) / math.gamma(1.5), math.erfc(math.sqrt(half))
        start = 1.5
    else:
        term, total, start = math.exp(-half), 0.0, 1.0
    for step in range(df // 2):
        total += term
        term *= half / (start + step)
    return min(total, 1.0)


def sample_ratio_p(counts: Sequence[int], weights: Sequence[float]) -> float | None:
    """The p-value of a χ² test that units fell by these weights, all above 0; None without units."""
    n, whole = sum(counts), sum(weights)
    if not n or len(counts) < 2:  # noqa: PLR2004
        return None
    expected = [n * weight / whole for weight in weights]
    x = math.fsum((seen - due) ** 2 / due for seen, due in zip(counts, expected, strict=True))
    return chi_square_tail(x, len(counts) - 1)


def wilson(successes: float, n: int, *, alpha: float = 0.05) -> tuple[float, float]:
    """The interval of a proportion (Wilson, 1927), as `metrics.statistics.capability` has it."""
    return wilson_interval(successes, n, _NORMAL.inv_cdf(1 - alpha / 2))


def compare_proportions(control: tuple[float, int], treatment: tuple[float, int], *, alpha: float) -> Difference:
    """Pooled z test and Newcombe's hybrid score interval (1998, method 10) of two (successes, n).

    Where a cell of the table is expected to hold fewer than five, p is Fisher's exact one.
    """
    (a, n), (b, m) = control, treatment
    p0, p1, pooled = a / n, b / m, (a + b) / (n + m)
    error = math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    (l0, u0), (l1, u1) = wilson(a, n, alpha=alpha), wilson(b, m, alpha=alpha)
    effect = p1 - p0
    p = _proportions_p((round(a), n), (round(b), m), z=effect / error if error else 0.0)
    low = effect - math.hypot(p1 - l1, u0 - p0)
    high = effect + math.hypot(u1 - p1, p0 - l0)
    return Difference(effect, low, high, p, math.sqrt(p0 * (1 - p0) / n + p1 * (1 - p1) / m))


def _proportions_p(control: tuple[int, int], treatment: tuple[int, int], *, z: float) -> float:
    return fisher_p(control, treatment) if is_small(control, treatment) else math.erfc(abs(z) / math.sqrt(2))


def compare_means(control: Moments, treatment: Moments, *, alpha: float) -> Difference:
    """Welch's t test and interval of two means, or of two ratios by the delta method."""
    effect, error = treatment.mean - control.mean, math.sqrt(control.error2 + treatment.error2)
    if not error:
        return Difference(effect, effect, effect, 1.0 if not effect else 0.0, 0.0)
    df = error**4 / sum(arm.error2**2 / (arm.n - 1) for arm in (control, treatment))
    half = _t_quantile(1 - alpha / 2, df) * error
    return Difference(effect, effect - half, effect + half, t_tail2(effect / error, df), error)


def t_tail2(t: float, df: float) -> float:
    """P(|T| > |t|) of Student's t, by the regularised incomplete beta function."""
    return _incomplete_beta(df / 2, 0.5, df / (df + t * t))


def always_valid(difference: Difference, *, n: int, planned_n: int, alpha: float) -> tuple[float, float]:
    """The interval that may be looked at any time: asymptotic, narrowest at the planned n of both arms together.

    Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, "Time-uniform central limit theory", 2021, eq. 9, with ρ from
    their appendix B.2.
    """
    rho2 = (-2 * math.log(alpha) + math.log(-2 * math.log(alpha) + 1)) / max(planned_n, 2)
    k = n * rho2
    factor = math.sqrt(2 * (k + 1) / k * math.log(math.sqrt(k + 1) / alpha))
    return difference.effect - factor * difference.error, difference.effect + factor * difference.error


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """The p-values adjusted for the false discovery rate, in the order given (Benjamini and Hochberg, 1995)."""
    order, adjusted, least = sorted(range(len(p_values)), key=lambda i: -p_values[i]), [0.0] * len(p_values), 1.0
    for place, i in enumerate(order):
        least = min(least, p_values[i] * len(p_values) / (len(p_values) - place))
        adjusted[i] = least
    return adjusted


def one_sided_bound(difference: Difference, *, alpha: float, sign: int) -> float:
    """The worst effect that one-sided confidence leaves open; `sign` 1 where up is good, -1 where down is."""
    return sign * difference.effect - _NORMAL.inv_cdf(1 - alpha) * difference.error


def better_probability(difference: Difference, *, sign: int) -> tuple[float, float]:
    """Bayesian, with a flat prior: the probability that treatment is better, and the expected loss of taking it."""
    effect, error = sign * difference.effect, difference.error
    if not error:
        return (1.0 if effect > 0 else 0.0), max(-effect, 0.0)
    z = effect / error
    return _NORMAL.cdf(z), error * _NORMAL.pdf(z) - effect * _NORMAL.cdf(-z)


def _t_quantile(share: float, df: float) -> float:
    low, high = 0.0, 2.0
    while 1 - t_tail2(high, df) / 2 < share and high < 1e9:  # noqa: PLR2004
        high *= 2
    while low < (middle := (low + high) / 2) < high:  # until the floats between are used up
        low, high = (middle, high) if 1 - t_tail2(middle, df) / 2 < share else (low, middle)
    return (low + high) / 2


def _incomplete_beta(a: float, b: float, x: float) -> float:
    """I_x(a, b) by Lentz's continued fraction (Numerical Recipes, section 6.4)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - _incomplete_beta(b, a, 1 - x)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)) / a
    tiny, c, d = 1e-300, 1.0, 1 / (1 - (a + b) * x / (a + 1))
    total = d
    for m in range(1, 10_000):
        for part in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / ((1 + part * d) or tiny)
            c = (1 + part / c) or tiny
            total *= c * d
        if abs(c * d - 1) < 1e-16:  # noqa: PLR2004
            break
    return front * total
