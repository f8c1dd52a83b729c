"""The forecast: its line against scipy, its band against what follows on synthetic series."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm, theilslopes

from metrics.statistics.forecast import find_forecast
from metrics.statistics.trend import theil_sen

VALUES = st.lists(st.floats(-1e6, 1e6), min_size=8, max_size=30)


@given(VALUES)
def test_the_line_equals_scipys(values):
    found = find_forecast(values)
    expected = theilslopes(values, method="joint")

    scale = max(1.0, *map(abs, values))
    assert found.slope == pytest.approx(expected.slope, abs=1e-9 * scale)
    assert found.middle(0) == pytest.approx(expected.intercept + expected.slope * (len(values) - 1), abs=1e-7 * scale)
    assert found.slope == pytest.approx(theil_sen(values), abs=1e-9 * scale)


def test_fewer_than_eight_points_have_no_forecast():
    assert find_forecast([1.0] * 7) is None
    assert find_forecast([1.0] * 8) is not None


def series(kind, rng, n):
    noise = rng.normal(size=n)
    return 10 - 0.3 * np.arange(n) + (np.cumsum(noise) if kind == "walk" else noise)


def simulate(kind, *, n, steps, runs=150):
    """The share of shown forecasts, and the share of later points inside their band at each step."""
    rng = np.random.default_rng(20261120)
    shown, held = 0, dict.fromkeys(steps, 0)
    for _ in range(runs):
        values = series(kind, rng, n + max(steps))
        found = find_forecast(values[:n].tolist())
        shown += found.is_shown
        for h in steps:
            held[h] += abs(values[n - 1 + h] - found.middle(h)) <= found.half_width(h)
    return shown / runs, {h: count / runs for h, count in held.items()}


@pytest.mark.parametrize("n", [12, 26, 40])
def test_the_band_holds_eight_of_ten_on_a_trend(n):
    shown, held = simulate("trend", n=n, steps=(1, 4, 12, 20))

    print(f"trend, {n} points: shown {shown:.0%}, held by step {held}")  # noqa: T201 - for the documentation
    assert np.mean(list(held.values())) == pytest.approx(0.8, abs=0.07)
    assert all(0.68 <= share <= 0.9 for share in held.values())


def test_a_random_walk_hides_its_forecast_more_often_than_a_trend():
    trend, _ = simulate("trend", n=30, steps=(1,))
    walk, held = simulate("walk", n=30, steps=(1, 8, 20))

    print(f"30 points: trend shown {trend:.0%}, random walk {walk:.0%}, held by step {held}")  # noqa: T201 - for the documentation
    assert trend > 0.9
    assert walk < 0.6


def test_a_level_that_jumps_hides_its_forecast():
    values = [10.0, 10.1] * 10 + [50.0, 50.1] * 4

    assert not find_forecast(values).is_shown


def test_chance_and_date_to_a_target():
    rng = np.random.default_rng(7)
    values = (30 - 0.5 * np.arange(30) + rng.normal(size=30)).tolist()
    found = find_forecast(values)

    sigma = found.half_width(10) / norm.ppf(0.9)
    assert found.chance(10.0, 10, is_down=True) == pytest.approx(norm.cdf(10.0, found.middle(10), sigma))
    assert found.chance(10.0, 10, is_down=False) == pytest.approx(1 - found.chance(10.0, 10, is_down=True))
    assert found.middle(found.steps_to(8.0)) == pytest.approx(8.0)
    assert found.steps_to(40.0) is None
    assert found.half_width(20) > found.half_width(1)


def test_a_series_that_stands_still_is_certain():
    found = find_forecast([5.0] * 20)

    assert (found.slope, found.half_width(10), found.is_shown) == (0.0, 0.0, True)
    assert (found.chance(6.0, 10, is_down=True), found.chance(4.0, 10, is_down=True)) == (1.0, 0.0)
    assert found.steps_to(4.0) is None


def test_missing_points_keep_their_steps():
    places = [0, 1, 2, 6, 7, 8, 15, 16, 17, 30]
    values = [40 - 0.5 * place for place in places]
    found = find_forecast(values, places=places)
    expected = theilslopes(values, places)

    assert found.slope == pytest.approx(-0.5) == pytest.approx(expected.slope)
    assert theil_sen(values, places=places) == pytest.approx(-0.5)
    assert found.middle(10) == pytest.approx(20.0)
    assert found.error == pytest.approx(0.0, abs=1e-9)


def test_band_of_points_with_holes_is_that_of_a_line_through_them():
    rng = np.random.default_rng(3)
    places = np.sort(rng.choice(60, 20, replace=False))
    found = find_forecast(rng.normal(size=20).tolist(), places=places.tolist())

    sxx = np.sum((places - places.mean()) ** 2)
    spread = np.sqrt(1 + 1 / 20 + (places[-1] + 5 - places.mean()) ** 2 / sxx)
    assert found.half_width(5) == pytest.approx(found.error * spread)
