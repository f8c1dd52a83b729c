"""Fisher's exact test against scipy, and the rule that chooses it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from metrics.statistics.comparison import compare_proportions
from metrics.statistics.fisher import fisher_p, is_small

ARM = st.integers(1, 120).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(ARM, ARM)
def test_fisher_is_scipys_and_symmetric(control, treatment):
    (a, n), (b, m) = control, treatment

    assert fisher_p(control, treatment) == pytest.approx(stats.fisher_exact([[a, n - a], [b, m - b]])[1], rel=1e-9)
    assert fisher_p(control, treatment) == pytest.approx(fisher_p(treatment, control), rel=1e-9)


@given(ARM, ARM)
def test_small_is_an_expected_cell_below_five(control, treatment):
    (a, n), (b, m) = control, treatment
    expected = [arm * part / (n + m) for arm in (n, m) for part in (a + b, n + m - a - b)]

    assert is_small(control, treatment) is (min(expected) < 5)


def test_few_units_are_tested_exactly_and_many_are_not():
    few = compare_proportions((1, 12), (8, 12), alpha=0.05)
    many = compare_proportions((420, 5000), (478, 5000), alpha=0.05)

    assert few.p == pytest.approx(stats.fisher_exact([[1, 11], [8, 4]])[1], rel=1e-12)
    assert many.p == pytest.approx(0.04248715136308221, rel=1e-9)
