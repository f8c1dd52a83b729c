import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import theilslopes

from metrics.statistics.trend import theil_sen

VALUES = st.lists(st.floats(-1e6, 1e6), min_size=8, max_size=40)


@given(VALUES)
def test_theil_sen_equals_scipy(values):
    assert theil_sen(values) == pytest.approx(theilslopes(values).slope, rel=1e-9, abs=1e-9)


def test_theil_sen_of_too_few_points_is_nothing():
    assert theil_sen([1.0] * 7) is None
