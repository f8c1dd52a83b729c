"""Kaplan–Meier against lifelines and against published medians."""

import csv
import json

import numpy as np
import pytest
from lifelines import KaplanMeierFitter
from lifelines.utils import restricted_mean_survival_time

from metrics.statistics.survival import fit


def rows(path, time, event, group=""):
    with path.open() as file:
        return [(float(row[time]), int(row[event]), row.get(group, "")) for row in csv.DictReader(file)]


def curve(found):
    return fit([time for time, event, _ in found if event], [time for time, event, _ in found if not event])


GROUPS = [
    ("waltons", "all", "", 56, (53, 58)),
    ("waltons", "control", "control", 58, (56, 60)),
    ("waltons", "miR-137", "miR-137", 26, (19, 29)),
    ("lung", "all", "", 310, (284, 361)),
    ("lung", "sex1", "1", 270, (210, 306)),
    ("lung", "sex2", "2", 426, (345, 524)),
]


@pytest.mark.parametrize(("name", "label", "group", "median", "interval"), GROUPS)
def test_published_medians_and_survival(shared_data, name, label, group, median, interval):
    columns = ("T", "E", "group") if name == "waltons" else ("time", "event", "sex")
    found = [r for r in rows(shared_data(f"survival/{name}.csv"), *columns) if group in ("", r[2])]
    answers = json.loads(shared_data("survival/survival_answers.json").read_text())[name][label]

    estimate = curve(found)

    assert (estimate.median(), estimate.median_interval()) == (median, interval)
    assert (len(found), sum(event for _, event, _ in found)) == (answers["n"], answers["events"])
    for time, share in answers["survival_at"].items():
        assert estimate.share_at(float(time)) == pytest.approx(share, abs=5e-7)


@pytest.mark.parametrize("seed", range(12))
def test_equals_lifelines_on_random_rows_with_ties(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 400))
    durations = rng.integers(1, 40 if seed % 2 else 4000, n).astype(float)
    observed = rng.random(n) < rng.uniform(0.2, 1.0)
    observed[0] = True
    reference = KaplanMeierFitter().fit(durations, observed)

    estimate = fit(durations[observed], durations[~observed])

    for time in (0.5, *np.quantile(durations, [0.1, 0.5, 0.9]), durations.max()):
        assert estimate.share_at(time) == pytest.approx(float(reference.predict(time)), abs=1e-9)
        mean = restricted_mean_survival_time(reference, t=time)
        assert estimate.restricted_mean(time) == pytest.approx(mean, rel=1e-9)
    bounds = reference.confidence_interval_survival_function_
    for time in estimate.times:
        low, high = estimate.interval_at(time)
        if 0 < estimate.share_at(time) < 1:
            assert (low, high) == pytest.approx(tuple(bounds.loc[time]), abs=1e-9)
    wanted = reference.median_survival_time_
    near_half = np.isclose(estimate.shares, 0.5, atol=1e-9).any()  # There lifelines' logarithms decide by chance.
    if not near_half:
        assert estimate.median() == (None if np.isinf(wanted) else wanted)


def test_nothing_ended_has_no_median():
    estimate = fit([], [3, 4])

    assert (estimate.median(), estimate.share_at(99), estimate.restricted_mean(10)) == (None, 1.0, 10.0)
    assert estimate.interval_at(5) == (1.0, 1.0)


def test_exactly_half_is_the_median():
    assert fit([1, 2, 3, 4], []).median() == 2
    assert fit([1, 2, 3], []).quantile(0.25) == 3


def test_plain_greenwood_interval_is_the_textbook_one():
    """Six rows, one of two ended at risk of six: variance S² · d / (n (n − d))."""
    estimate = fit([2.0], [1.0, 3.0, 3.0, 4.0, 5.0])
    share = 4 / 5
    margin = 1.959963984540054 * share * (1 / (5 * 4)) ** 0.5

    low, high = estimate.interval_at(2.0, log_log=False)

    assert (low, high) == pytest.approx((share - margin, 1.0))


def test_ended_and_lost_at_one_time_are_both_at_risk():
    assert fit([5.0], [5.0, 9.0]).share_at(5.0) == pytest.approx(2 / 3)
