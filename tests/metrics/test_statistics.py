import csv
import json

import pytest

from metrics.statistics.xmr import find_signals, xmr_limits


def test_limits_equal_the_published_tables(shared_data):
    answer = json.loads(shared_data("spc/spc_answers.json").read_text())["montgomery_cost"]
    with shared_data("spc/montgomery_6.5_cost.csv").open() as file:
        values = [float(row["cost"]) for row in csv.DictReader(file)]

    limits = xmr_limits(values[:20])

    assert limits.centre == answer["mean"]
    assert limits.lower == pytest.approx(answer["qicharts2_reference"]["lcl"], rel=1e-12)
    assert limits.upper == pytest.approx(answer["qicharts2_reference"]["ucl"], rel=1e-12)
    assert limits.range_limit == pytest.approx(answer["qicharts2_reference"]["mr_ucl"], rel=1e-12)
    outside = [s.index + 1 for s in find_signals(values, limits) if s.rule == "R1"]
    assert outside == answer["points_outside"]


def test_fewer_than_twelve_values_have_no_limits():
    assert xmr_limits([1.0] * 11) is None
    assert xmr_limits([1.0] * 12) is not None


def test_a_point_on_the_centre_breaks_a_run():
    limits = xmr_limits([0.0, 2.0] * 6)

    assert limits.centre == 1.0
    assert [s.index for s in find_signals([1.5] * 9, limits)] == [7, 8]
    assert find_signals([1.5] * 7 + [1.0] + [1.5] * 7, limits) == []


def test_natural_bounds_cut_the_limits():
    limits = xmr_limits([0.0, 2.0] * 6, floor=0.0, ceiling=5.0)

    assert (limits.lower, limits.upper) == (0.0, 5.0)


@pytest.mark.parametrize("side", ["high", "low"])
def test_a_point_outside_names_its_side(side):
    limits = xmr_limits([9.0, 11.0] * 6)
    value = 100.0 if side == "high" else -100.0

    assert [(s.rule, s.side) for s in find_signals([value], limits)] == [("R1", side)]
