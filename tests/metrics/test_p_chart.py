"""p charts against the textbook: Montgomery's frozen orange juice cans, section 7.2, table 7.1."""

from itertools import pairwise

import pytest

from metrics.statistics.p_chart import Sample, p_limits, pooled_share

CANS = (12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6)
SAMPLES = [Sample(count, 50) for count in CANS]


def outside(samples):
    centre = pooled_share(samples)
    found = []
    for number, sample in enumerate(samples, start=1):
        low, high = p_limits(centre, sample.n)
        if not low <= sample.share <= high:
            found.append(number)
    return found


def test_published_limits_of_trial_and_revised_chart():
    centre = pooled_share(SAMPLES)
    revised = pooled_share([sample for number, sample in enumerate(SAMPLES, start=1) if number not in {15, 23}])

    assert (sum(CANS), round(centre, 4)) == (347, 0.2313)
    assert [round(limit, 4) for limit in p_limits(centre, 50)] == [0.0524, 0.4102]
    assert outside(SAMPLES) == [15, 23]
    assert round(revised, 4) == 0.2150
    assert [round(limit, 4) for limit in p_limits(revised, 50)] == [0.0407, 0.3893]


def test_varying_samples_have_limits_of_their_own_and_are_pooled_not_averaged():
    samples = [Sample(10, 100), Sample(0, 0), Sample(30, 100), Sample(20, 400)]

    assert pooled_share(samples) == 60 / 600
    assert p_limits(0.1, 400) == pytest.approx((0.055, 0.145))  # By hand: 3 √(0.09 / 400) = 0.045.
    assert p_limits(0.1, 25) == pytest.approx((0.0, 0.28))
    widths = [p_limits(0.1, n)[1] for n in (25, 100, 400)]
    assert all(a > b for a, b in pairwise(widths))
    assert (pooled_share([]), Sample(0, 0).share) == (None, None)
