"""Experiment statistics against scipy and statsmodels, and the published vectors."""

import math
import random

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from metrics.statistics.comparison import (
    Difference,
    Moments,
    always_valid,
    benjamini_hochberg,
    better_probability,
    chi_square_tail,
    compare_means,
    compare_proportions,
    sample_ratio_p,
    t_tail2,
    wilson,
)


def test_sample_ratio_of_the_vector():
    assert sample_ratio_p([821588, 815482], [1, 1]) == pytest.approx(1.82e-6, rel=0.01)
    assert sample_ratio_p([821588, 815482], [1, 1]) == pytest.approx(stats.chisquare([821588, 815482]).pvalue, rel=1e-9)


@pytest.mark.parametrize("df", [1, 2, 3, 4, 7, 9])
@pytest.mark.parametrize("x", [0.01, 1.0, 7.5, 60.0, 400.0])
def test_chi_square_tail_is_scipys(df, x):
    assert chi_square_tail(x, df) == pytest.approx(stats.chi2.sf(x, df), rel=1e-9)


def test_two_proportions_of_the_vector():
    found = compare_proportions((420, 5000), (478, 5000), alpha=0.05)

    assert found.p == pytest.approx(0.04248715136308221, rel=1e-9)
    assert (found.low, found.high) == (pytest.approx(0.00038868, abs=1e-8), pytest.approx(0.02282461, abs=1e-8))


def test_p_of_thirty_sigma_is_no_zero():
    found = compare_proportions((1000, 100_000), (4000, 100_000), alpha=0.05)
    z = found.effect / math.sqrt(0.025 * 0.975 * 2 / 100_000)

    assert found.p == pytest.approx(2 * stats.norm.sf(z), rel=1e-9)


@pytest.mark.parametrize(("t", "df"), [(0.1, 1.0), (2.0, 3.7), (5.0, 40.2), (1.96, 5000.0), (30.0, 900.0)])
def test_t_tail_is_scipys(t, df):
    assert t_tail2(t, df) == pytest.approx(2 * stats.t.sf(t, df), rel=1e-9)


def test_welch_is_scipys():
    rng = random.Random(4)
    a, b = [rng.gauss(10, 2) for _ in range(80)], [rng.gauss(11, 5) for _ in range(45)]
    found = compare_means(*(Moments(len(x), np.mean(x), np.var(x, ddof=1) / len(x)) for x in (a, b)), alpha=0.05)
    oracle = stats.ttest_ind(b, a, equal_var=False)
    interval = oracle.confidence_interval(0.95)

    assert found.p == pytest.approx(oracle.pvalue, rel=1e-9)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high), rel=1e-9)


def test_wilson_is_scipys():
    interval = stats.binomtest(7, 31).proportion_ci(method="wilson")

    assert wilson(7, 31) == pytest.approx((interval.low, interval.high), rel=1e-9)


def test_adjustment_is_statsmodels():
    p_values = [0.04, 0.001, 0.03, 0.5, 0.02]

    assert benjamini_hochberg(p_values) == pytest.approx(list(multipletests(p_values, method="fdr_bh")[1]))


def test_probability_and_loss_are_the_integrals():
    difference = Difference(0.5, 0, 0, 0, 0.8)
    draws = stats.norm(0.5, 0.8)

    assert better_probability(difference, sign=1) == pytest.approx(
        (draws.sf(0), -draws.expect(lambda x: x, ub=0)), rel=1e-6
    )


def test_looking_daily_keeps_the_error_rate():
    """500 A/A experiments looked at on each of 28 days: at most 5 % ever exclude zero, peeking at p far more."""
    rng, valid, peeked = np.random.default_rng(7), 0, 0
    for _ in range(500):
        a, b = rng.binomial(100, 0.2, 28).cumsum(), rng.binomial(100, 0.2, 28).cumsum()
        looks = [
            (day * 200, compare_proportions((a[day - 1], day * 100), (b[day - 1], day * 100), alpha=0.05))
            for day in range(1, 29)
        ]
        bounds = [always_valid(one, n=n, planned_n=5600, alpha=0.05) for n, one in looks]
        valid += any(low > 0 or high < 0 for low, high in bounds)
        peeked += any(one.p < 0.05 for _, one in looks)

    assert valid / 500 <= 0.05
    assert peeked / 500 > 0.2
