"""Every kind against brute force over the rows, whichever way they are cut into days."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter

from metrics.frame import MISSING, Frame, microsecond_of
from metrics.kinds import KINDS
from metrics.models import Kind

START = datetime(2026, 3, 1, tzinfo=UTC)
ROWS = st.lists(
    st.tuples(
        st.integers(0, 9),  # day
        st.integers(0, 60),  # duration
        st.booleans(),  # observed
        st.sampled_from(["high", "low", ""]),
    ),
    min_size=1,
    max_size=60,
)


def frame_of(rows):
    return Frame(
        at=np.array([microsecond_of(START + timedelta(days=row[0])) for row in rows], dtype=np.int64),
        measures={
            "duration": np.array([row[1] for row in rows], dtype=np.int64),
            "observed": np.array([row[2] for row in rows], dtype=np.int64),
        },
        dimensions={"priority": np.array([row[3] for row in rows], dtype=object)},
        keys=np.arange(len(rows)),
    )


def value_of(kind, rows, formula):
    """Fold day by day, then combine."""
    frame, rule = frame_of(rows), KINDS[kind]
    days = [frame.between(START + timedelta(days=i), START + timedelta(days=i + 1)) for i in range(10)]
    return rule.combine([rule.fold(day, formula) for day in days if len(day)], formula)


@settings(deadline=None)
@given(rows=ROWS, words=st.sampled_from(["high", ["low", ""], {"not": ["low"]}]), limit=st.integers(0, 60))
def test_share_is_rows_that_meet_over_rows(rows, words, limit):
    found = value_of(Kind.SHARE, rows, {"where": {"priority": words, "duration": {"lt": limit}}})

    wanted = {"high"} if words == "high" else {"low", ""} if isinstance(words, list) else {"high", ""}
    met = sum(row[3] in wanted and row[1] < limit for row in rows)
    assert (found.value, found.n) == (met / len(rows), len(rows))


@settings(max_examples=40, deadline=None)
@given(rows=ROWS, horizon=st.integers(1, 80))
def test_survival_is_the_estimate_over_all_rows(rows, horizon):
    formula = {"duration": "duration", "observed": "observed", "scale": 4, "horizon": horizon, "at": horizon}
    reference = KaplanMeierFitter().fit([row[1] + 1e-9 for row in rows], [row[2] for row in rows])

    share = value_of(Kind.SURVIVAL, rows, {**formula, "statistic": "share_at"})
    mean = value_of(Kind.SURVIVAL, rows, {**formula, "statistic": "restricted_mean"})

    assert share.n == mean.n == len(rows)
    assert share.value == pytest.approx(float(reference.predict(horizon + 1e-6)), abs=1e-9)
    brute = sum(
        value_of(Kind.SURVIVAL, rows, {**formula, "statistic": "share_at", "at": t}).value for t in range(horizon)
    )
    assert mean.value == pytest.approx(brute / 4, abs=1e-9)  # Whole durations: the curve is a step a unit.


def test_median_survival_in_the_metrics_unit():
    rows = [(i % 10, 10 * (i + 1), True, "") for i in range(5)]
    formula = {"duration": "duration", "observed": "observed", "statistic": "median", "scale": 10}

    assert value_of(Kind.SURVIVAL, rows, formula).value == 3.0
    assert value_of(Kind.SURVIVAL, [(0, 5, False, "")] * 3, formula).value is None


@pytest.mark.parametrize(("combine", "value"), [("sum", 7.5), ("mean", 2.5), ("last", 4.25)])
def test_entered_values_combine_exactly(combine, value):
    frame = Frame(
        at=np.array([microsecond_of(START + timedelta(days=d)) for d in (2, 0, 2)], dtype=np.int64),
        measures={"value": np.array([3_000_000, 250_000, 4_250_000], dtype=np.int64)},
        dimensions={},
        keys=np.array([7, 1, 9]),
    )
    formula = {"combine": combine}
    rule = KINDS[Kind.ENTERED]
    later, first = frame.pick(np.array([0, 2])), frame.pick(np.array([1]))

    found = rule.combine([rule.fold(later, formula), rule.fold(first, formula)], formula)

    assert (found.value, found.n) == (value, 3)


@pytest.mark.parametrize(
    ("kind", "formula", "value", "n"),
    [
        (Kind.SUM, {"measure": "age"}, 30.0, 2),
        (Kind.MEAN, {"measure": "age"}, 15.0, 2),
        (Kind.PERCENTILE, {"measure": "age", "quantile": 0.5}, 15.0, 2),
        (Kind.RATIO, {"numerator": "age"}, 15.0, 2),
        (Kind.COUNT, {}, 3.0, 3),
        (Kind.SHARE, {"where": {"age": {"lt": 15}}}, 1 / 3, 3),
        (Kind.SHARE, {"where": {"age": {"gte": 0}}}, 2 / 3, 3),
    ],
)
def test_a_row_without_a_measure_is_left_out_of_it(kind, formula, value, n):
    frame = Frame(
        at=np.zeros(3, dtype=np.int64), measures={"age": np.array([10, MISSING, 20], dtype=np.int64)}, dimensions={}
    )

    found = KINDS[kind].combine([KINDS[kind].fold(frame, formula)], formula)

    assert (found.value, found.n) == (value, n)
