import csv
import json

import pytest

from metrics.statistics.rules import find_signals
from metrics.statistics.xmr import compute_limits, xmr_limits


def test_limits_equal_the_published_tables(shared_data):
    answer = json.loads(shared_data("spc/spc_answers.json").read_text())["montgomery_cost"]
    with shared_data("spc/montgomery_6.5_cost.csv").open() as file:
        values = [float(row["cost"]) for row in csv.DictReader(file)]

    limits = xmr_limits(values[:20])

    assert limits.centre == answer["mean"]
    assert limits.lower == pytest.approx(answer["qicharts2_reference"]["lcl"], rel=1e-12)
    assert limits.upper == pytest.approx(answer["qicharts2_reference"]["ucl"], rel=1e-12)
    assert limits.range_limit == pytest.approx(answer["qicharts2_reference"]["mr_ucl"], rel=1e-12)
    assert [round(x, 3) for x in (limits.centre, limits.lower, limits.upper)] == [300.5, 279.783, 321.217]
    outside = [s.index + 1 for s in find_signals(values, limits) if s.rule == "R1"]
    assert outside == answer["points_outside"] == [39, 40]


def column(path, name):
    with path.open() as file:
        return [float(row[name]) for row in csv.DictReader(file) if row[name]]


def test_limits_equal_the_flow_rates_of_the_handbook(shared_data):
    answer = json.loads(shared_data("spc/spc_answers.json").read_text())["nist_flowrate"]
    values = column(shared_data("spc/nist_handbook_6.3.2.2_flowrate.csv"), "flowrate")

    limits = compute_limits(values)

    assert [round(x, 4) for x in (limits.centre, limits.lower, limits.upper, limits.range_limit)] == [
        round(answer[name], 4) for name in ("mean", "lcl_d2_1_128", "ucl_d2_1_128", "mr_ucl_3_267")
    ]
    assert xmr_limits(values) is None  # Ten values are no baseline to act on.


@pytest.mark.parametrize("name", ["england_within_4h", "england_within_4h_2016_baseline12"])
def test_limits_equal_those_of_emergency_departments(shared_data, name):
    answer = json.loads(shared_data("spc/nhs_answers.json").read_text())[name]
    values = column(shared_data("spc/nhs_ae_england_monthly.csv"), "within_4h")

    limits = xmr_limits(values[: answer["baseline"]])

    assert [
        round(x, 6) for x in (limits.centre, limits.mean_range, limits.lower, limits.upper, limits.range_limit)
    ] == [answer[field] for field in ("mean", "mr_bar", "lcl_d2_1_128", "ucl_d2_1_128", "mr_ucl_3_267")]
    outside = [s.index + 1 for s in find_signals(values, limits) if s.rule == "R1"]
    assert outside == answer["points_outside"]


def test_the_median_method_resists_one_wild_value():
    calm = [10.0, 12.0] * 8
    wild = [*calm[:-1], 400.0]

    limits = xmr_limits(wild, method="median")

    assert (limits.centre, limits.mean_range) == (11.0, 2.0)
    assert (limits.lower, limits.upper) == pytest.approx((11 - 3.145 * 2, 11 + 3.145 * 2))
    assert limits.range_limit == pytest.approx(3.865 * 2)
    assert limits.reach == pytest.approx(3.145 * 2)
    assert xmr_limits(wild).upper > 100


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
