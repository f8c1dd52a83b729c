from datetime import UTC, date, datetime, timedelta

import pytest

from metrics.models import Direction, DirtyMark, MetricStatus, PeriodValue, TargetShape
from metrics.selectors.standings import list_standings
from tests.factories import TargetFactory
from tests.metrics.series import retire_shipped_metrics, weekly_metric

NOW = datetime(2026, 11, 20, 8, 12, tzinfo=UTC)
STEADY = [20.0, 22.0] * 13

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _alone(db):
    retire_shipped_metrics()


def only(**kwargs):
    (standing,) = list_standings(at=NOW, **kwargs)
    return standing


def test_steady_metric_is_quiet():
    weekly_metric(STEADY, at=NOW)

    standing = only()

    assert (standing.tone, standing.known, standing.last.start, standing.last.n) == ("", 26, date(2026, 11, 9), 40)
    assert (standing.limits.centre, round(standing.limits.upper, 2), round(standing.limits.lower, 2)) == (
        21.0,
        26.32,
        15.68,
    )
    assert standing.signals == []


def test_running_week_is_kept_apart():
    version = weekly_metric(STEADY, at=NOW)
    PeriodValue.objects.create(
        version=version, grain="week", start=date(2026, 11, 16), value=99.0, n=3, computed_at=NOW
    )

    standing = only()

    assert (standing.running.value, standing.running.complete, standing.last.value) == (99.0, False, 22.0)
    assert standing.signals == []


@pytest.mark.parametrize(
    ("direction", "last", "tone", "improving"),
    [
        (Direction.DOWN, 40.0, "bad", False),
        (Direction.DOWN, 1.0, "", True),
        (Direction.UP, 1.0, "bad", False),
        (Direction.UP, 40.0, "", True),
        (Direction.BAND, 40.0, "bad", False),
        (Direction.BAND, 1.0, "bad", False),
    ],
)
def test_a_signal_is_loud_on_the_bad_side(direction, last, tone, improving):
    weekly_metric([*STEADY, last], at=NOW, direction=direction)

    standing = only()

    assert (standing.tone, standing.current_signal.rule, standing.outside) == (tone, "R1", 1)
    assert standing.is_improving(standing.current_signal.side) is improving


def test_an_old_signal_is_not_current():
    weekly_metric([*STEADY, 40.0, 21.0], at=NOW)

    standing = only()

    assert [signal.index for signal in standing.marks] == [26]
    assert (standing.current_signal, standing.tone, standing.run) == (None, "", 0)


def test_a_run_is_counted_to_its_beginning():
    weekly_metric([*STEADY, *[19.0] * 9], at=NOW)

    standing = only()

    assert (standing.current_signal.rule, standing.current_signal.side, standing.run) == ("R2", "low", 9)


def test_fewer_than_twelve_weeks_have_no_limits():
    weekly_metric(STEADY[:11], at=NOW)

    standing = only()

    assert (standing.limits, standing.signals, standing.weeks_missing) == (None, [], 1)


def test_gaps_keep_signals_on_their_weeks():
    weekly_metric([*STEADY, None, 40.0], at=NOW)

    standing = only()

    assert [signal.index for signal in standing.marks] == [27]
    assert standing.weeks[26].value is None
    assert standing.known == 27


def test_no_value_last_week_is_said():
    weekly_metric([*STEADY, None], at=NOW)

    standing = only()

    assert (standing.is_current, standing.tone, standing.last.value, standing.judged) == (False, "none", 22.0, None)


def test_behind_its_path_is_watched_and_says_the_rate():
    version = weekly_metric(STEADY, at=NOW)
    TargetFactory(
        metric=version.metric,
        baseline_value=32.0,
        target_value=8.0,
        start_on=date(2026, 1, 1),
        due_on=date(2027, 1, 24),
        set_at=NOW,
    )

    standing = only()

    path = 32 - 24 * (date(2026, 11, 15) - date(2026, 1, 1)).days / (date(2027, 1, 24) - date(2026, 1, 1)).days
    assert standing.judged.path == pytest.approx(path)
    assert standing.tone == "watch"
    assert standing.needed == pytest.approx((8.0 - 22.0) / ((date(2027, 1, 24) - date(2026, 11, 16)).days / 7))
    assert standing.trend == 0.0


def test_a_level_without_a_due_day_needs_no_rate():
    version = weekly_metric(STEADY, at=NOW)
    TargetFactory(
        metric=version.metric, shape=TargetShape.LEVEL, baseline_value=None, due_on=None, target_value=30, set_at=NOW
    )

    standing = only()

    assert (standing.judged.path, standing.judged.behind, standing.needed) == (30, False, None)


def test_a_metric_without_values_stands_nowhere():
    weekly_metric([], at=NOW)

    standing = only()

    assert (standing.last, standing.previous, standing.weeks, standing.tone, standing.trend) == (
        None,
        None,
        [],
        "none",
        None,
    )


def test_drafts_and_retired_metrics_are_left_out():
    weekly_metric(STEADY, at=NOW, status=MetricStatus.DRAFT)
    weekly_metric(STEADY, at=NOW, status=MetricStatus.RETIRED)

    assert list_standings(at=NOW) == []


def test_queries_do_not_grow_with_metrics(django_assert_num_queries):
    weekly_metric(STEADY, at=NOW)
    with django_assert_num_queries(7):
        list_standings(at=NOW)
    weekly_metric(STEADY, at=NOW)
    weekly_metric(STEADY, at=NOW)
    with django_assert_num_queries(7):
        assert len(list_standings(at=NOW)) == 3


def test_a_change_that_waits_too_long_makes_it_stale():
    version = weekly_metric(STEADY, at=NOW, freshness_seconds=900)
    mark = DirtyMark.objects.create(source=version.source, utc_hour=1, created_at=NOW - timedelta(minutes=14))
    DirtyMark.objects.create(source="another", utc_hour=1, created_at=NOW - timedelta(days=2))
    early = only()
    mark.created_at = NOW - timedelta(minutes=16)
    mark.save()
    late = only()

    assert (early.is_stale, early.waiting) == (False, timedelta(minutes=14))
    assert (late.is_stale, late.waiting) == (True, timedelta(minutes=16))


def test_shares_have_a_natural_ceiling():
    weekly_metric([0.99, 1.0] * 10, at=NOW, unit="ratio")

    assert only().limits.upper == 1.0


def test_the_window_is_a_year():
    weekly_metric([float(i) for i in range(70)], at=NOW)

    standing = only()

    assert standing.known == 52
    assert standing.weeks[0].start >= NOW.date() - timedelta(weeks=53)


def test_trend_and_forecast_count_weeks_that_are_missing():
    values = [100.0 - week if week % 3 == 0 else None for week in range(31)]
    weekly_metric(values, at=NOW)

    standing = only()

    assert standing.trend == pytest.approx(-1.0)
    assert standing.find_forecast().slope == pytest.approx(-1.0)
