import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from metrics.statistics.capability import find_capability, wilson_interval
from metrics.statistics.xmr import XmrLimits, xmr_limits

STEADY = [20.0, 22.0, 21.0] * 12


def test_capability_equals_the_handbooks_definition():
    # NIST e-Handbook 7.1.6: USL 20, LSL 8, mean 16, s 2 give Cp 1.0 and Cpk 0.6667.
    limits = XmrLimits(centre=16, lower=10, upper=22, mean_range=2 * 1.128, range_limit=7.4, n=40)
    values = [15.0, 17.0] * 20

    found = find_capability(values, limits, lower_spec=8, upper_spec=20)

    assert (found.cp, found.cpk) == (pytest.approx(1.0), pytest.approx(2 / 3))
    assert (found.n, found.within, found.dpmo) == (40, 1.0, 0.0)


def test_what_was_observed_is_counted():
    limits = xmr_limits(STEADY)

    found = find_capability(STEADY, limits, lower_spec=None, upper_spec=21.5)

    assert (found.n, found.within, found.dpmo) == (36, 24 / 36, pytest.approx(1e6 / 3))
    expected = binomtest(24, 36).proportion_ci(method="wilson")
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), rel=1e-9)
    assert found.cp is None
    assert found.cpk == pytest.approx((21.5 - 21.0) / (3 * limits.mean_range / 1.128))


@pytest.mark.parametrize(
    ("values", "lower", "upper"),
    [
        (STEADY[:29], None, 25.0),
        (STEADY, None, None),
        ([*STEADY, 90.0], None, 25.0),
        ([21.0] * 40, None, 25.0),
    ],
    ids=["too few", "no specification", "out of control", "no variation"],
)
def test_nothing_is_said_where_it_may_not_be(values, lower, upper):
    limits = xmr_limits(values[:26])

    assert find_capability(values, limits, lower_spec=lower, upper_spec=upper) is None


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_equals_scipy(counts):
    expected = binomtest(*counts).proportion_ci(method="wilson")

    assert wilson_interval(*counts) == pytest.approx((expected.low, expected.high), rel=1e-9, abs=1e-12)


def test_no_observation_says_nothing():
    assert wilson_interval(0, 0) == (0.0, 1.0)
