"""Published experiments and tail probabilities to 30 sigma."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest

from metrics.statistics.comparison import Difference, always_valid, compare_proportions, sample_ratio_p

ARM = st.integers(40, 5000).flatmap(lambda n: st.tuples(st.integers(15, n - 15), st.just(n)))


@pytest.mark.parametrize(
    "name", ["lukasvermeer_srm_test", "kohavi_tweet_1637070_users", "equal", "bad", "uneven_ok", "uneven_bad"]
)
def test_sample_ratio_equals_the_published(shared_data, name):
    case = json.loads(shared_data("ab/srm_sequential_references.json").read_text())[name]
    p = sample_ratio_p(case["observed"], case["ratio"])

    assert p == pytest.approx(case["p"], rel=5e-6)
    shares = [part * sum(case["observed"]) / sum(case["ratio"]) for part in case["ratio"]]
    assert p == pytest.approx(stats.chisquare(case["observed"], shares).pvalue, rel=1e-9)


@pytest.mark.parametrize("day", [1, 7])
def test_cookie_cats_equal_the_published(shared_data, day):
    answers = json.loads(shared_data("ab/cookie_cats_answers.json").read_text())[f"retention_{day}"]
    arms = [(answers[arm]["conv"], answers[arm]["n"]) for arm in ("control", "treatment")]
    found = compare_proportions(*arms, alpha=0.05)
    _, oracle = proportions_ztest([arm[0] for arm in arms], [arm[1] for arm in arms])

    assert found.p == pytest.approx(oracle, rel=1e-9)
    assert found.p == pytest.approx(answers["p_two_sided"], rel=1e-5)
    assert found.effect == pytest.approx(answers["diff"], abs=5e-9)


@pytest.mark.parametrize("successes", [5100, 5500, 6000, 6500, 7000, 7100])
def test_p_of_proportions_has_no_cancellation(successes):
    """About 1.4 to 30 standard errors: scipy's survival function keeps its digits there, 1 - cdf does not."""
    found = compare_proportions((5000, 10_000), (successes, 10_000), alpha=0.05)
    pooled = (5000 + successes) / 20_000
    z = found.effect / math.sqrt(pooled * (1 - pooled) * 2 / 10_000)

    assert found.p == pytest.approx(2 * stats.norm.sf(z), rel=1e-9)


@given(ARM, ARM)
def test_newcombe_equals_statsmodels_and_changes_sign_with_the_arms(control, treatment):
    found = compare_proportions(control, treatment, alpha=0.05)
    other = compare_proportions(treatment, control, alpha=0.05)
    oracle = confint_proportions_2indep(*treatment, *control, method="newcomb", compare="diff", alpha=0.05)

    assert (found.low, found.high) == pytest.approx(oracle, rel=1e-9, abs=1e-12)
    assert (other.low, other.high, other.p) == pytest.approx((-found.high, -found.low, found.p), abs=1e-12)


@given(st.integers(100, 10**6), st.integers(100, 10**6), st.floats(0.001, 0.2))
def test_the_always_valid_interval_is_wider_than_the_fixed(n, planned_n, alpha):
    low, high = always_valid(Difference(0.0, 0, 0, 0, 1.0), n=n, planned_n=planned_n, alpha=alpha)

    assert -low == high > stats.norm.isf(alpha / 2)


@pytest.mark.parametrize("planned_n", [400, 5000, 100_000])
def test_the_always_valid_interval_is_tuned_to_the_planned_units(planned_n):
    """Howard et al. 2021: the mixture's boundary over √n is least where it was tuned to be."""

    def factor(n: int) -> float:
        return always_valid(Difference(0.0, 0, 0, 0, 1.0), n=n, planned_n=planned_n, alpha=0.05)[1]

    least = min(range(planned_n // 4, planned_n * 4, max(planned_n // 200, 1)), key=factor)
    assert factor(planned_n) == pytest.approx(factor(least), rel=2e-3)
