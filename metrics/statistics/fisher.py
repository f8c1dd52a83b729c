"""Fisher's exact test of two proportions, for counts too small for a z test."""

import math

MIN_EXPECTED = 5
"""Cochran (1954): below this many expected in any cell of the table, the normal approximation is not to be used."""
_SLACK = 1e-7
"""Tables as likely as the observed one count with it although rounding makes them a little likelier."""


def is_small(control: tuple[int, int], treatment: tuple[int, int]) -> bool:
    """Whether any cell of the table of two (successes, n) is expected to hold fewer than five."""
    (a, n), (b, m) = control, treatment
    successes, whole = a + b, n + m
    return min(n, m) * min(successes, whole - successes) < MIN_EXPECTED * whole


def fisher_p(control: tuple[int, int], treatment: tuple[int, int]) -> float:
    """The two-sided p: the sum over all tables of these margins that are no likelier than the observed one.

    Fisher (1922); the hypergeometric probabilities by log-gamma, summed as floats.
    """
    (a, n), (b, m) = control, treatment
    successes = a + b
    low, high = max(0, successes - m), min(n, successes)
    if low == high:
        return 1.0
    logs = [_log_choose(n, k) + _log_choose(m, successes - k) for k in range(low, high + 1)]
    top, seen = max(logs), logs[a - low] + _SLACK
    whole = math.fsum(math.exp(log - top) for log in logs)
    return min(math.fsum(math.exp(log - top) for log in logs if log <= seen) / whole, 1.0)


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
