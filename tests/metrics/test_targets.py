"""Target paths in every shape, what is refused with its field named, and baselines copied from what is stored."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from foundation.errors import InvalidInputError
from metrics.models import Direction, Target, TargetShape, ValueRevision
from metrics.selectors.targets import expected_at, judge_value, progress_of
from metrics.services.targets import NewTarget, set_target, take_last_month
from tests.api_client import BASE, superuser_client
from tests.factories import MetricFactory, MetricVersionFactory, SuperuserFactory, UserFactory

NOW = datetime(2026, 11, 20, 8, 12, tzinfo=UTC)
START, DUE = date(2026, 1, 1), date(2026, 12, 31)
STONES = [{"day": "2026-04-01", "value": 24.0}, {"day": "2026-12-31", "value": 8.0}]


def path(shape, **fields):
    given = {"baseline_value": 32.0, "target_value": 8.0, "start_on": START, "due_on": DUE} | fields
    return Target(shape=shape, **given)


@pytest.mark.parametrize("shape", ["linear", "s_curve", "step", "milestones"])
@given(offset=st.integers(-400, 800))
def test_a_path_goes_from_the_baseline_to_the_target_and_never_back(shape, offset):
    target = path(shape, milestones=STONES if shape == "milestones" else [])
    day = START + timedelta(days=offset)

    assert 8.0 <= expected_at(target, day + timedelta(days=1)) <= expected_at(target, day) <= 32.0
    assert expected_at(target, START) == 32.0
    assert expected_at(target, DUE) == 8.0


def test_shapes_between_their_ends():
    middle = START + (DUE - START) / 2

    assert expected_at(path("linear"), middle) == pytest.approx(20.0)
    assert expected_at(path("s_curve"), middle) == pytest.approx(20.0)
    quarter = START + (DUE - START) / 4
    assert expected_at(path("s_curve"), quarter) == pytest.approx(32 - 24 * (3 * 0.25**2 - 2 * 0.25**3))
    assert expected_at(path("step"), DUE - timedelta(days=1)) == 32.0
    assert expected_at(path("milestones", milestones=STONES), date(2026, 3, 31)) == 32.0
    assert expected_at(path("milestones", milestones=STONES), date(2026, 4, 1)) == 24.0
    assert expected_at(path("level", baseline_value=None, due_on=None), START) == 8.0


def test_progress_has_the_sign_of_the_way():
    down, up = path("linear"), path("linear", baseline_value=38.0, target_value=58.0)

    assert [progress_of(down, value) for value in (32.0, 20.0, 8.0, 40.0)] == pytest.approx([0.0, 0.5, 1.0, -1 / 3])
    assert progress_of(up, 48.0) == pytest.approx(0.5)
    assert progress_of(path("level", baseline_value=None), 1.0) is None


def test_the_tolerance_is_the_larger_of_a_tenth_of_the_gap_and_a_mean_range():
    target = path("step")

    def judged(value, mean_range):
        return judge_value(target, value, START, direction=Direction.DOWN, mean_range=mean_range)

    assert (judged(34.0, 0.5).tolerance, judged(34.0, 0.5).behind) == (pytest.approx(2.6), False)
    assert (judged(35.0, 0.5).tolerance, judged(35.0, 0.5).behind) == (pytest.approx(2.7), True)
    assert (judged(35.0, 4.0).tolerance, judged(35.0, 4.0).behind) == (4.0, False)
    assert judged(30.0, 0.0).is_good_side


@pytest.mark.parametrize(
    ("value", "gap", "behind", "good"),
    [(21.0, 0.0, False, True), (18.5, -0.5, False, False), (17.0, -2.0, True, False), (25.0, 2.0, True, False)],
)
def test_a_band_is_kept_on_both_sides(value, gap, behind, good):
    band = path("level", baseline_value=None, due_on=None, target_value=19.0, upper_value=23.0)

    judged = judge_value(band, value, START, direction=Direction.BAND, mean_range=1.0)

    assert (judged.gap, judged.behind, judged.is_good_side) == (gap, behind, good)


REFUSED = [
    ({"due_on": None}, "due_on"),
    ({"due_on": START}, "due_on"),
    ({"baseline_value": None}, "baseline_value"),
    ({"target_value": float("nan")}, "target_value"),
    ({"upper_value": 9.0}, "upper_value"),
    ({"segment": "city=Rome"}, "segment"),
    ({"milestones": STONES}, "milestones"),
    ({"shape": "milestones"}, "milestones"),
    ({"shape": "milestones", "milestones": STONES[:1]}, "milestones"),
    ({"shape": "milestones", "milestones": STONES[::-1]}, "milestones"),
    ({"shape": "milestones", "milestones": [{"day": "2026-13-01", "value": 8.0}]}, "milestones"),
    ({"shape": "milestones", "milestones": [{"day": "2026-12-31"}]}, "milestones"),
    ({"shape": "milestones", "milestones": [{"day": "2026-12-31", "value": True}]}, "milestones"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("change", "field"), REFUSED)
def test_what_is_refused_names_its_field(change, field):
    metric = MetricVersionFactory().metric
    fields = {"target_value": 8.0, "baseline_value": 32.0, "start_on": START, "due_on": DUE} | change

    with pytest.raises(InvalidInputError) as refusal:
        set_target(new=NewTarget(metric=metric, **fields), by=UserFactory(), at=NOW)

    assert refusal.value.field == field
    assert not Target.objects.filter(metric=metric).exists()


@pytest.mark.django_db
def test_a_band_metric_has_a_band():
    metric = MetricFactory(direction=Direction.BAND)
    new = NewTarget(metric=metric, target_value=19.0, upper_value=23.0, start_on=START, shape=TargetShape.LEVEL)

    stored = set_target(new=new, by=UserFactory(), at=NOW)

    assert (stored.target_value, stored.upper_value) == (19.0, 23.0)
    with pytest.raises(InvalidInputError, match="upper_value"):
        new = NewTarget(metric=metric, target_value=19.0, start_on=START, shape=TargetShape.LEVEL)
        set_target(new=new, by=UserFactory(), at=NOW)


def with_october(value=23.3):
    version = MetricVersionFactory(metric__unit="h")
    fields = {"version": version, "grain": "month", "start": date(2026, 10, 1), "n": 1812}
    ValueRevision.objects.create(**fields, value=24.0, computed_at=NOW - timedelta(days=18))
    newest = ValueRevision.objects.create(**fields, value=value, computed_at=NOW - timedelta(days=9))
    return version, newest


@pytest.mark.django_db
def test_the_last_month_is_copied_with_its_evidence():
    version, newest = with_october()

    frozen = take_last_month(version.metric, at=NOW)

    assert frozen.baseline_value == 23.3
    assert frozen.baseline_note == f"October 2026: 23.3 h, n = 1,812, v1, revision {newest.pk}"
    assert frozen.baseline_evidence | {"computed_at": ""} == {
        "version": 1,
        "segment": "",
        "grain": "month",
        "start": "2026-10-01",
        "value": 23.3,
        "n": 1812,
        "revision": newest.pk,
        "computed_at": "",
    }
    with pytest.raises(InvalidInputError, match="take_last_month"):
        take_last_month(version.metric, at=NOW + timedelta(days=40))


@pytest.mark.django_db
def test_targets_over_the_api():
    metric = MetricVersionFactory().metric
    body = {
        "metric": metric.pk,
        "shape": "milestones",
        "baseline_value": 32,
        "target_value": 8,
        "start_on": "2026-01-01",
        "due_on": "2026-12-31",
        "milestones": STONES,
    }
    client = superuser_client()

    stored = client.post(f"{BASE}/targets/", body, format="json")
    wrong = client.post(f"{BASE}/targets/", body | {"milestones": STONES[:1]}, format="json")
    empty = client.post(f"{BASE}/targets/", body | {"milestones": [], "take_last_month": True}, format="json")

    assert (stored.status_code, stored.json()["milestones"]) == (201, STONES)
    assert (wrong.status_code, "milestones" in str(wrong.json())) == (400, True)
    assert (empty.status_code, "take_last_month" in str(empty.json())) == (400, True)


@pytest.mark.django_db
def test_targets_in_the_admin(client, monkeypatch):
    version, newest = with_october()
    client.force_login(SuperuserFactory())
    url = reverse("admin:metrics_target_add")
    body = {"metric": version.metric.pk, "shape": "linear", "target_value": "8", "start_on": "2026-11-01"}
    monkeypatch.setattr("metrics.admin.targets.timezone.now", lambda: NOW)

    refused = client.post(url, body | {"baseline_value": "32", "milestones": "[]"})
    stored = client.post(url, body | {"due_on": "2027-06-30", "take_last_month": "on", "milestones": "[]"})

    assert "A path ends on a day" in refused.content.decode()
    assert stored.status_code == 302, stored.context["adminform"].form.errors
    target = Target.objects.get(metric=version.metric)
    assert (target.baseline_value, target.baseline_evidence["revision"]) == (23.3, newest.pk)


@pytest.mark.django_db
def test_limits_over_the_api():
    version = MetricVersionFactory()
    client = superuser_client()
    body = {"version": version.pk, "first_period": "2026-01-05", "reason": "New rota"}

    stored = client.post(f"{BASE}/baselines/", body, format="json")
    wrong = client.post(f"{BASE}/baselines/", body | {"first_period": "2001-01-01"}, format="json")

    assert (stored.status_code, stored.json()["n"], stored.json()["wanted"]) == (201, 0, 26)
    assert (wrong.status_code, "first_period" in str(wrong.json())) == (400, True)
    listed = client.get(f"{BASE}/signal-episodes/?state=open&is_paging=true").json()
    assert listed["results"] == []
