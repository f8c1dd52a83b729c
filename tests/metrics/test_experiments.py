"""Experiments from plan to verdict: what is refused, what is stored once, and sums against brute force."""

import random
from collections import Counter, defaultdict
from datetime import date, timedelta
from hashlib import sha256

import numpy as np
import pytest
from drf_spectacular.generators import SchemaGenerator
from scipy.stats import ttest_ind

from foundation.errors import InvalidInputError, RefusedTransitionError
from metrics.models import Experiment, Exposure, ProductEvent, UnitOutcome
from metrics.selectors.analysis import analyse_experiment
from metrics.selectors.sufficient import Measure, Sums, count_units, read_sums
from metrics.services.assignments import NotRunningError, assign_unit, assign_units
from metrics.services.experiments import (
    MismatchError,
    decide_experiment,
    edit_plan,
    end_experiment,
    start_experiment,
)
from metrics.services.ingestion import (
    ClosedError,
    RowConflictError,
    Taken,
    record_events,
    record_exposures,
    record_outcomes,
)
from tests.api_client import BASE, superuser_client
from tests.factories import NOW, ExperimentFactory, HypothesisFactory, RunningExperimentFactory, UserFactory

HOUR = timedelta(hours=1)
STARTED = NOW - timedelta(days=7)


@pytest.fixture
def running(db):
    return RunningExperimentFactory()


def exposure(unit, arm=None, at=STARTED + HOUR, key=None):
    return {"unit": unit, "at": at, "key": key or f"{unit}-{arm}"} | ({"arm": arm} if arm else {})


def outcome(unit, value=1.0, at=STARTED + 2 * HOUR, key=None, name="activated", denominator=None):
    return {"unit": unit, "name": name, "value": value, "denominator": denominator, "at": at, "key": key or f"o-{unit}"}


def plan(**fields):
    made = ExperimentFactory(**{"minimum_effect": 0.05, "planned_n": 100, "planned_end_on": date(2026, 4, 1), **fields})
    made.arms.create(key="control", name="Control", is_control=True)
    made.arms.create(key="short", name="Short")
    return made


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"minimum_effect": None}, "minimum_effect"),
        ({"planned_n": None}, "planned_n"),
        ({"planned_end_on": None}, "planned_end_on"),
        ({"planned_end_on": NOW.date()}, "planned_end_on"),
    ],
)
def test_incomplete_plan_does_not_start(fields, named):
    with pytest.raises(InvalidInputError) as refusal:
        start_experiment(experiment_id=plan(**fields).pk, by=UserFactory(), at=NOW)

    assert refusal.value.field == named


@pytest.mark.django_db
def test_plan_needs_a_control_and_a_locked_hypothesis():
    bare, draft = plan(), plan(hypothesis=HypothesisFactory())
    bare.arms.filter(key="control").update(is_control=False)

    for experiment, named in ((bare, "arms"), (draft, "hypothesis")):
        with pytest.raises(InvalidInputError) as refusal:
            start_experiment(experiment_id=experiment.pk, by=UserFactory(), at=NOW)
        assert refusal.value.field == named


def test_edit_of_a_started_plan_is_on_record_and_marks_the_result(running):
    edit = edit_plan(experiment_id=running.pk, field="planned_n", value="500", reason="Slow", by=UserFactory(), at=NOW)

    assert (edit.old, edit.new) == (1000, 500)
    assert analyse_experiment(Experiment.objects.get(pk=running.pk), at=NOW)["is_plan_changed"]
    for field, value in (("salt", "x"), ("planned_n", "many"), ("planned_n", 500), ("alpha", 0.9)):
        with pytest.raises(InvalidInputError):
            edit_plan(experiment_id=running.pk, field=field, value=value, reason="x", by=UserFactory(), at=NOW)


def test_assignment_follows_from_the_salt(running):
    units = [f"u{i}" for i in range(1000)]

    first = assign_units(experiment=running, units=units, at=NOW)
    again = assign_units(experiment=running, units=units[::-1], at=NOW + HOUR)

    assert [(one.unit, one.arm.key) for one in first] == [(one.unit, one.arm.key) for one in again[::-1]]
    assert not any(one.is_new for one in again)
    half = 2**255
    for one in first:
        expected = "control" if int(sha256(f"salt:{one.unit}".encode()).hexdigest(), 16) < half else "short"
        assert one.arm.key == expected
    assert 430 < Counter(one.arm.key for one in first)["short"] < 570


@pytest.mark.django_db
def test_only_a_running_experiment_takes_units(running):
    assign_unit(experiment=running, unit="known", at=NOW)
    end_experiment(experiment_id=running.pk, by=UserFactory(), at=NOW)

    assert not assign_unit(experiment=running, unit="known", at=NOW).is_new
    with pytest.raises(NotRunningError):
        assign_unit(experiment=running, unit="other", at=NOW)
    with pytest.raises(ClosedError):
        record_exposures(experiment=ExperimentFactory(), rows=[exposure("u")], at=NOW)


def test_batch_is_stored_once_and_all_or_nothing(running):
    rows = [exposure(f"u{i}") for i in range(5)]

    assert record_exposures(experiment=running, rows=rows[:3], at=NOW) == Taken(3, 0)
    assert record_exposures(experiment=running, rows=rows, at=NOW) == Taken(2, 3)
    with pytest.raises(InvalidInputError) as refusal:
        record_exposures(experiment=running, rows=[exposure("new"), exposure("odd", arm="none")], at=NOW)
    assert refusal.value.field == "exposures.1.arm"
    with pytest.raises(RowConflictError, match=r"exposures\.1"):
        record_exposures(experiment=running, rows=[exposure("new"), exposure("u1", at=NOW, key="u1-None")], at=NOW)
    assert Exposure.objects.count() == 5


def test_events_and_outcomes_are_stored_once(running):
    rows = [{"unit": "u", "name": "signed_up", "at": NOW, "properties": {"a": 1}, "key": "k"}]

    assert record_events(rows=rows * 2, at=NOW) == Taken(1, 1)
    assert record_events(rows=rows, at=NOW) == Taken(0, 1)
    with pytest.raises(RowConflictError, match=r"events\.0"):
        record_events(rows=[{**rows[0], "properties": {}}], at=NOW)
    assert record_outcomes(experiment=running, rows=[outcome("u", 0.1)], at=NOW) == Taken(1, 0)
    assert record_outcomes(experiment=running, rows=[outcome("u", 0.1)], at=NOW) == Taken(0, 1)
    with pytest.raises(RowConflictError, match=r"outcomes\.0"):
        record_outcomes(experiment=running, rows=[outcome("u", 0.2)], at=NOW)
    assert (ProductEvent.objects.count(), UnitOutcome.objects.count()) == (1, 1)


def history(running, rng):
    """Random exposures, some of them of two arms, and outcomes before and after them; and the same as plain tuples."""
    seen, done = [], []
    for i in range(300):
        for n in range(rng.choice([1, 1, 1, 2])):
            at = STARTED + timedelta(minutes=rng.randrange(6 * 1440))
            seen.append(exposure(f"u{i}", rng.choice(["control", "short"]), at, key=f"{i}/{n}"))
        for n in range(rng.randrange(4)):
            at = STARTED + timedelta(minutes=rng.randrange(-2000, 7 * 1440))
            done.append(outcome(f"u{i}", float(rng.randrange(-3, 9)), at, key=f"{i}/{n}", denominator=rng.randrange(5)))
    record_exposures(experiment=running, rows=seen, at=NOW)
    record_outcomes(experiment=running, rows=done, at=NOW)
    return seen, done


@pytest.mark.parametrize("kind", ["proportion", "mean", "ratio"])
def test_sums_equal_brute_force(running, kind, settings):
    settings.ORGANISATION_TIME_ZONE = "Asia/Kathmandu"  # A quarter past the hour off.
    running.covariate_days = 1
    seen, done = history(running, random.Random(kind))
    first, arms = {}, defaultdict(set)
    for row in sorted(seen, key=lambda row: row["at"]):
        first.setdefault(row["unit"], row["at"])
        arms[row["unit"]].add(row["arm"])
    units = defaultdict(list)
    for unit, chosen in arms.items():
        if len(chosen) > 1:
            continue
        mine = [row for row in done if row["unit"] == unit]
        after = [row for row in mine if row["at"] >= first[unit]]
        before = [row for row in mine if first[unit] - timedelta(days=1) <= row["at"] < first[unit]]
        y = float(any(row["value"] for row in after)) if kind == "proportion" else sum(r["value"] for r in after)
        d, x = sum(row["denominator"] for row in after), sum(row["value"] for row in before)
        day = (first[unit] + timedelta(hours=5, minutes=45)).date()
        units[next(iter(chosen)), day].append((y, d, x))
    keys = dict(running.arms.values_list("pk", "key"))

    found = read_sums(running, Measure("activated", kind), covariate=Measure("activated", "mean"))

    sums = {(keys[arm], day): list(vars(sums).values()) for (arm, day), sums in found.items()}
    assert sums == {place: pytest.approx(brute_sums(rows), abs=1e-9) for place, rows in units.items()}
    everybody = brute_sums([row for rows in units.values() for row in rows])
    assert list(vars(sum(found.values(), Sums())).values()) == pytest.approx(everybody, abs=1e-9)
    assert count_units(running)[1] == sum(len(chosen) > 1 for chosen in arms.values())


def brute_sums(rows):
    """The number of units, their sums, and the sums of products about their means."""
    y, d, x = np.array(rows, dtype=float).T
    v, e, w = y - y.mean(), d - d.mean(), x - x.mean()
    return [len(y), y.sum(), d.sum(), x.sum(), v @ v, e @ e, v @ e, w @ w, w @ v]


def test_values_large_beside_their_spread_keep_their_variance(running):
    rng, rows, done, levels = random.Random(5), [], [], {"control": [], "short": []}
    for i in range(400):
        arm, level = ("control", "short")[i % 2], 4e9 + rng.gauss(i % 2, 0.5)
        levels[arm].append(level)
        rows.append(exposure(f"u{i}", arm, STARTED + timedelta(hours=1 + i % 90)))
        done.append(outcome(f"u{i}", level, STARTED + timedelta(hours=100)))
    record_exposures(experiment=running, rows=rows, at=NOW)
    record_outcomes(experiment=running, rows=done, at=NOW)
    running.metric_kind, running.state = "mean", "ended"

    found = analyse_experiment(running, at=NOW)["comparisons"][0]

    expected = ttest_ind(levels["short"], levels["control"], equal_var=False)
    interval = expected.confidence_interval(1 - running.alpha)
    assert found["p"] == pytest.approx(expected.pvalue, rel=1e-4)
    assert (found["low"], found["high"]) == pytest.approx((interval.low, interval.high), rel=1e-5)


def test_running_result_has_no_p_and_the_ended_one_is_the_fixed_test(running):
    rows = [exposure(f"{arm}{i}", arm) for arm in ("control", "short") for i in range(200)]
    done = [outcome(f"control{i}") for i in range(40)] + [outcome(f"short{i}") for i in range(90)]
    record_exposures(experiment=running, rows=rows, at=NOW)
    record_outcomes(experiment=running, rows=done, at=NOW)

    live = analyse_experiment(running, at=NOW)
    end_experiment(experiment_id=running.pk, by=UserFactory(), at=NOW)
    final = analyse_experiment(Experiment.objects.get(pk=running.pk), at=NOW)

    assert (live["comparisons"][0]["p"], live["is_final"], final["is_final"]) == (None, False, True)
    assert final["comparisons"][0]["effect"] == pytest.approx(0.25)
    assert live["comparisons"][0]["low"] < final["comparisons"][0]["low"] < 0.25 < final["comparisons"][0]["high"]
    assert final["comparisons"][0]["p"] < 1e-6


def test_alarm_leaves_only_the_invalid_verdict(running):
    rows = [exposure(f"c{i}", "control") for i in range(300)] + [exposure(f"s{i}", "short") for i in range(200)]
    record_exposures(experiment=running, rows=rows, at=NOW)
    decider, words = UserFactory(), {"note": "Half the exposures were lost."}

    with pytest.raises(RefusedTransitionError):
        decide_experiment(experiment_id=running.pk, verdict="invalid", by=decider, at=NOW, **words)
    end_experiment(experiment_id=running.pk, by=decider, at=NOW)
    with pytest.raises(MismatchError):
        decide_experiment(experiment_id=running.pk, verdict="validated", by=decider, at=NOW, **words)
    decided = decide_experiment(experiment_id=running.pk, verdict="invalid", by=decider, at=NOW, **words)

    assert (decided.state, decided.result["has_alarm"]) == ("decided", True)


def test_unit_in_an_arm_of_no_weight_is_an_alarm(running):
    running.arms.create(key="off", name="Off", weight=0)
    record_exposures(experiment=running, rows=[exposure("u", "off")], at=NOW)

    assert analyse_experiment(running, at=NOW)["has_alarm"]


def test_adjustment_keeps_the_effect_and_narrows_the_interval(running):
    rng, rows, done = random.Random(3), [], []
    for i in range(400):
        arm, level = ("control", "short")[i % 2], rng.gauss(10, 4)
        rows.append(exposure(f"u{i}", arm, STARTED + HOUR))
        done.append(outcome(f"u{i}", level, STARTED - HOUR, key=f"b{i}"))
        done.append(outcome(f"u{i}", level + rng.gauss(i % 2, 1), key=f"a{i}"))
    record_exposures(experiment=running, rows=rows, at=NOW)
    record_outcomes(experiment=running, rows=done, at=NOW)
    running.metric_kind, running.covariate_name = "mean", "activated"

    found = analyse_experiment(running, at=NOW)["comparisons"][0]

    assert found["adjusted"]["effect"] == pytest.approx(1, abs=0.3)
    assert found["adjusted"]["high"] - found["adjusted"]["low"] < (found["high"] - found["low"]) / 2


SETUP = """
    from django.utils import timezone
    from operations.models import User
    from metrics.models import Experiment
    someone = User.objects.create_user("a@fieldlight.example", name="A")
    at = timezone.now()
    experiment = Experiment.objects.create(
        key="busy", name="Busy", metric_name="done", salt="salt", state="running", started_by=someone, started_at=at
    )
    for key in ("control", "short"):
        experiment.arms.create(key=key, name=key, is_control=key == "control")
"""
WRITE = """
    import random
    from datetime import UTC, datetime
    from django.utils import timezone
    from metrics.models import Experiment
    from metrics.services.assignments import assign_units
    from metrics.services.ingestion import record_exposures
    experiment = Experiment.objects.get(key="busy")
    stored = 0
    for batch in range(10):
        units = [f"{batch}/{i}" for i in range(50)]
        assign_units(experiment=experiment, units=units, at=timezone.now())
        rows = [{"unit": unit, "at": experiment.started_at, "key": unit} for unit in units]
        random.shuffle(rows)
        stored += record_exposures(experiment=experiment, rows=rows, at=timezone.now()).stored
    print(stored)
"""
COUNT = """
    from metrics.models import Assignment, Exposure
    print(Assignment.objects.count(), Exposure.objects.count())
"""


def test_many_at_once_get_one_assignment_and_store_every_key_once(own_database):
    own_database.run_code(SETUP)

    writers = [own_database.start_code(WRITE) for _ in range(3)]
    ended = [(*writer.communicate(timeout=120), writer.returncode) for writer in writers]

    assert [code for _, _, code in ended] == [0, 0, 0], ended
    assert sum(int(out) for out, _, _ in ended) == 500
    assert own_database.run_code(COUNT) == "500 500"


@pytest.mark.parametrize("row", ["Experiment", "Hypothesis"])
def test_schema_knows_that_a_verdict_may_not_be_given_yet(row):
    schema = SchemaGenerator().get_schema(request=None, public=True)["components"]["schemas"]
    verdict = schema[row]["properties"]["verdict"]

    assert (verdict["type"], verdict["readOnly"], verdict.get("enum")) == ("string", True, None)


def test_misspelt_member_of_a_row_is_refused(running):
    api = superuser_client()
    row = {"unit": "u", "at": STARTED.isoformat(), "key": "k"}
    calls = [
        (f"experiments/{running.key}/outcomes/", {"outcomes": [{**row, "name": "paid", "vaule": 12.5}]}),
        (f"experiments/{running.key}/exposures/", {"exposures": [{**row, "amr": "short"}]}),
        ("product-events/", {"events": [{**row, "name": "opened", "property": {}}]}),
        (
            "experiments/",
            {"key": "k", "name": "N", "metric_name": "m", "arms": [{"key": "a", "name": "A", "wieght": 3}]},
        ),
    ]

    assert [api.post(f"{BASE}/{path}", body).status_code for path, body in calls] == [400] * 4
