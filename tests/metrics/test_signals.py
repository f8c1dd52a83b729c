"""Frozen limits and stored episodes: what is frozen when, what is told once, and what a restatement takes back."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from foundation.errors import InvalidInputError
from metrics.columns import pack_column
from metrics.models import (
    Annotation,
    Baseline,
    DayCell,
    Direction,
    DirtyMark,
    Kind,
    PeriodValue,
    SignalEpisode,
)
from metrics.selectors.standings import list_standings
from metrics.services.baselines import NewRebase, rebase_limits
from metrics.services.signals import Judgement, judge_signals
from tests.factories import MetricVersionFactory, TargetFactory, UserFactory
from tests.metrics.series import retire_shipped_metrics, weekly_metric

NOW = datetime(2026, 11, 20, 8, 12, tzinfo=UTC)
LAST = date(2026, 11, 9)
STEADY = [20.0, 22.0] * 13
WEEK = timedelta(weeks=1)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _alone(db):
    retire_shipped_metrics()


def weeks_ago(count):
    return LAST - count * WEEK


def set_value(version, start, value):
    """A stored week, as a recompute would leave it."""
    PeriodValue.objects.update_or_create(
        version=version, segment="", grain="week", start=start, defaults={"value": value, "n": 40, "computed_at": NOW}
    )


def told():
    rows = SignalEpisode.objects.order_by("opened_on", "pk")
    return [(e.rules, e.side, e.opened_on, e.last_on, e.state) for e in rows]


def test_limits_freeze_at_twenty_six_weeks_and_stay():
    version = weekly_metric(STEADY[:25], at=NOW)
    assert judge_signals(at=NOW).frozen == 0
    assert not list_standings(at=NOW)[0].phase.is_frozen

    set_value(version, LAST + WEEK, 22.0)
    later = NOW + WEEK
    assert judge_signals(at=later).frozen == 1
    row = Baseline.objects.get()
    assert (row.n, row.first_period, row.last_period) == (26, weeks_ago(24), LAST + WEEK)
    assert (row.centre, row.frozen_at, row.frozen_by, row.supersedes) == (21.0, later, None, None)

    for step in range(2, 12):
        set_value(version, LAST + step * WEEK, 21.4)
    assert judge_signals(at=NOW + 11 * WEEK).frozen == 0
    assert list_standings(at=NOW + 11 * WEEK)[0].limits == row.limits


def test_provisional_limits_raise_no_stored_signal():
    weekly_metric([*STEADY[:20], 90.0], at=NOW)

    judge_signals(at=NOW)

    assert told() == []
    assert list_standings(at=NOW)[0].current_signal.rule == "R1"


def test_limits_wait_for_marks_in_their_periods():
    version = weekly_metric(STEADY, at=NOW)
    mark = DirtyMark.objects.create(source=version.source, utc_hour=1, created_at=NOW)
    assert judge_signals(at=NOW).frozen == 0

    mark.attempts = 3  # A poison day holds up nothing else.
    mark.save()
    assert judge_signals(at=NOW).frozen == 1


def test_history_before_the_year_before_the_definition_is_not_judged():
    version = weekly_metric([500.0] * 30 + [20.0, 22.0] * 26, at=NOW)
    fresh = MetricVersionFactory(metric=version.metric, number=2, is_retroactive=True, effective_from=NOW)
    for row in PeriodValue.objects.filter(version=version):
        PeriodValue.objects.create(
            version=fresh, grain="week", start=row.start, value=row.value, n=row.n, computed_at=NOW
        )

    judge_signals(at=NOW)

    row = Baseline.objects.get()
    assert (row.version, row.centre) == (fresh, 21.0)
    assert row.first_period == date(2026, 11, 16) - 52 * WEEK


def test_a_signal_is_told_once_and_closed_after_two_weeks_inside():
    version = weekly_metric([*STEADY, 90.0], at=NOW)
    assert judge_signals(at=NOW).opened == 1
    episode = SignalEpisode.objects.get()
    assert (episode.is_paging, episode.is_improving, episode.detected_at) == (True, False, NOW)
    assert episode.points == [{"start": "2026-11-09", "value": 90.0, "rules": ["R1", "R4"]}]
    assert judge_signals(at=NOW) == Judgement(frozen=0, opened=0, changed=0, withdrawn=0)

    set_value(version, LAST + WEEK, 21.5)
    judge_signals(at=NOW + WEEK)
    assert told() == [("R1 R4", "high", LAST, LAST, "open")]

    set_value(version, LAST + 2 * WEEK, 20.5)
    judge_signals(at=NOW + 2 * WEEK)
    episode.refresh_from_db()
    assert (episode.state, episode.closed_at) == ("closed", NOW + 2 * WEEK)

    set_value(version, LAST + 3 * WEEK, 95.0)
    judge_signals(at=NOW + 3 * WEEK)
    assert [row[-1] for row in told()] == ["closed", "open"]


def test_the_running_week_never_signals():
    version = weekly_metric(STEADY, at=NOW)
    set_value(version, LAST + WEEK, 900.0)

    judge_signals(at=NOW)

    assert told() == []


@pytest.mark.parametrize(
    ("direction", "value", "improving"),
    [
        (Direction.DOWN, 1.0, True),
        (Direction.DOWN, 90.0, False),
        (Direction.UP, 90.0, True),
        (Direction.BAND, 90.0, False),
    ],
)
def test_the_direction_says_whether_it_improves(direction, value, improving):
    weekly_metric([*STEADY, value], at=NOW, direction=direction)

    judge_signals(at=NOW)

    assert SignalEpisode.objects.get().is_improving is improving


def test_restated_history_withdraws_and_brings_back_without_deleting():
    version = weekly_metric([*STEADY, 90.0, 21.5, 20.5], at=NOW)
    judge_signals(at=NOW)
    spike = weeks_ago(2)
    assert told() == [("R1 R4", "high", spike, spike, "closed")]
    first = SignalEpisode.objects.get().pk

    set_value(version, spike, 21.0)
    assert judge_signals(at=NOW).withdrawn == 1
    assert told() == [("R1 R4", "high", spike, spike, "withdrawn")]

    set_value(version, spike, 80.0)
    judge_signals(at=NOW)
    row = SignalEpisode.objects.get()
    assert (row.pk, row.state, row.points[0]["value"]) == (first, "closed", 80.0)


def test_a_restatement_that_moves_an_episode_changes_its_row():
    version = weekly_metric([*STEADY, 21.5, 90.0], at=NOW)
    judge_signals(at=NOW)
    first = SignalEpisode.objects.get()

    set_value(version, weeks_ago(1), 91.0)
    counts = judge_signals(at=NOW + timedelta(hours=1))

    row = SignalEpisode.objects.get()
    assert (counts.opened, counts.changed, counts.withdrawn) == (0, 1, 0)
    assert (row.pk, row.opened_on, row.detected_at) == (first.pk, weeks_ago(1), NOW)


def test_a_run_pages_and_names_its_weeks():
    weekly_metric([*STEADY, *[19.0] * 9], at=NOW)

    judge_signals(at=NOW)

    row = SignalEpisode.objects.get()
    assert (row.rules, row.side, row.is_paging, row.is_improving) == ("R2", "low", True, True)
    assert (row.opened_on, row.last_on) == (weeks_ago(1), LAST)


def test_a_rebase_freezes_a_new_phase_and_is_annotated():
    version = weekly_metric([*STEADY, *[11.0, 9.0] * 8], at=NOW)
    judge_signals(at=NOW)
    assert [row[-1] for row in told()] == ["open"]
    user, first = UserFactory(), weeks_ago(15)

    new = NewRebase(version, first + timedelta(days=2), "Triage rota", wanted=16)
    row = rebase_limits(new=new, by=user, at=NOW)

    assert (row.first_period, row.n, row.centre, row.frozen_by) == (first, 16, 10.0, user)
    assert row.supersedes.frozen_by is None
    note = Annotation.objects.get()
    assert (note.kind, note.happened_on, note.text) == ("rebase", first, "Limits rebased: Triage rota")
    (standing,) = list_standings(at=NOW)
    assert [(p.start, p.end, p.limits.centre) for p in standing.phases] == [(0, 25, 21.0), (26, 41, 10.0)]
    assert (standing.current_signal, standing.known) == (None, 16)
    judge_signals(at=NOW)
    assert [row[-1] for row in told()] == ["withdrawn"]


def test_a_declared_phase_waits_and_is_frozen_by_the_system():
    version = weekly_metric([*STEADY, *[11.0, 9.0] * 5], at=NOW)
    judge_signals(at=NOW)

    row = rebase_limits(new=NewRebase(version, weeks_ago(9), "New clock", wanted=12), by=UserFactory(), at=NOW)
    assert (row.n, row.centre) == (0, None)
    (standing,) = list_standings(at=NOW)
    assert (standing.limits, standing.weeks_missing, standing.phases[0].limits.centre) == (None, 2, 21.0)

    set_value(version, LAST + WEEK, 11.0)
    set_value(version, LAST + 2 * WEEK, 9.0)
    assert judge_signals(at=NOW + 2 * WEEK).frozen == 1
    frozen = Baseline.objects.order_by("pk").last()
    assert (frozen.supersedes, frozen.n, frozen.centre, frozen.reason) == (row, 12, 10.0, "New clock")
    assert judge_signals(at=NOW + 2 * WEEK).frozen == 0


def test_a_newer_rebase_hides_later_phases():
    version = weekly_metric([*STEADY, *[11.0, 9.0] * 13], at=NOW)
    judge_signals(at=NOW)
    rebase_limits(new=NewRebase(version, weeks_ago(12), "Too late", wanted=13), by=UserFactory(), at=NOW)
    rebase_limits(new=NewRebase(version, weeks_ago(25), "Right", wanted=12), by=UserFactory(), at=NOW)

    (standing,) = list_standings(at=NOW)

    assert [phase.baseline.reason for phase in standing.phases] == [
        "First 26 complete weeks of version 1.",
        "Right",
    ]


def test_limits_do_not_reach_across_a_break():
    version = weekly_metric([*STEADY, *[90.0, 92.0] * 7], at=NOW)
    judge_signals(at=NOW)
    began = weeks_ago(13)
    newer = MetricVersionFactory(
        metric=version.metric,
        number=2,
        kind=version.kind,
        effective_from=datetime.combine(began, datetime.min.time(), UTC),
    )
    for row in PeriodValue.objects.filter(version=version, start__gte=began):
        PeriodValue.objects.create(version=newer, grain="week", start=row.start, value=row.value, n=40, computed_at=NOW)

    judge_signals(at=NOW)

    (standing,) = list_standings(at=NOW)
    assert [(p.version, p.start, p.end, p.is_frozen) for p in standing.phases] == [
        (version, 0, 25, True),
        (newer, 26, 39, False),
    ]
    assert (standing.limits.centre, standing.limits.n, standing.current_signal) == (91.0, 14, None)
    assert not SignalEpisode.objects.exclude(state="withdrawn").exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"first_period": date(2027, 1, 1)}, "first_period"),
        ({"first_period": date(2020, 1, 1)}, "first_period"),
        ({"wanted": 11}, "wanted"),
        ({"reason": "  "}, "reason"),
        ({"segment": "city=Rome"}, "segment"),
    ],
)
def test_a_rebase_names_what_is_wrong(change, field):
    version = weekly_metric(STEADY, at=NOW)
    given = {"version": version, "first_period": weeks_ago(20), "reason": "Because"} | change

    with pytest.raises(InvalidInputError) as refusal:
        rebase_limits(new=NewRebase(**given), by=UserFactory(), at=NOW)

    assert refusal.value.field == field
    assert not Baseline.objects.exists()


def test_only_the_newest_definition_is_rebased():
    version = weekly_metric(STEADY, at=NOW)
    MetricVersionFactory(metric=version.metric, number=2)

    with pytest.raises(InvalidInputError, match="version"):
        rebase_limits(new=NewRebase(version, weeks_ago(20), "Because"), by=UserFactory(), at=NOW)


def test_a_segment_is_judged_once_somebody_sets_it_a_target():
    version = weekly_metric(STEADY, at=NOW)
    for row in PeriodValue.objects.filter(version=version):
        PeriodValue.objects.create(
            version=version, segment="area=payments", grain="week", start=row.start, value=row.value, computed_at=NOW
        )
    judge_signals(at=NOW)
    assert [row.segment for row in Baseline.objects.all()] == [""]

    TargetFactory(metric=version.metric, segment="area=payments", set_at=NOW)
    judge_signals(at=NOW)
    assert sorted(row.segment for row in Baseline.objects.all()) == ["", "area=payments"]


def test_judging_costs_the_same_however_many_metrics(django_assert_max_num_queries):
    for _ in range(2):
        weekly_metric(STEADY, at=NOW)
    judge_signals(at=NOW)
    with django_assert_max_num_queries(12):
        judge_signals(at=NOW)
    for _ in range(6):
        weekly_metric(STEADY, at=NOW)
    judge_signals(at=NOW)
    with django_assert_max_num_queries(12):
        judge_signals(at=NOW)


def add_cells(version, week, parts):
    """One day of cells in a week: {segment: (hours in all, tickets)}, and the whole."""
    whole = tuple(map(sum, zip(*parts.values(), strict=True)))
    for segment, (hours, n) in {"": whole, **parts}.items():
        DayCell.objects.create(version=version, segment=segment, day=week, n=n, total=hours * 3_600_000_000)


def test_contributors_add_up_and_see_through_a_shift_of_the_mix():
    """Each team is as fast as ever; the slow one got more tickets. An average of averages would blame nobody."""
    before = {"area=fast": (200, 20), "area=slow": (400, 10)}
    after = {"area=fast": (100, 10), "area=slow": (800, 20)}
    version = weekly_metric([20.0, 20.1] * 13 + [30.0], at=NOW, dimensions=["area"])
    for step in range(26):
        add_cells(version, weeks_ago(26 - step), before)
    add_cells(version, LAST, after)

    judge_signals(at=NOW)

    slow, fast = SignalEpisode.objects.get().contributors
    centre = Baseline.objects.get().centre
    assert (slow["segment"], slow["n"], fast["segment"], fast["n"]) == ("area=slow", 20, "area=fast", 10)
    assert slow["effect"] == pytest.approx((800 - centre * 20) / 30 - (400 - centre * 10) / 30)
    assert slow["effect"] + fast["effect"] == pytest.approx(30.0 - 20.0)  # All of the distance, shared out once.
    assert slow["share"] + fast["share"] == pytest.approx(1.0, abs=1e-4)


def test_a_segment_that_was_always_high_takes_no_blame():
    usual = {"area=easy": (100, 10), "area=hard": (900, 10), "area=new": (100, 10)}
    version = weekly_metric([36.0, 37.0] * 13 + [60.0], at=NOW, dimensions=["area"])
    for step in range(26):
        add_cells(version, weeks_ago(26 - step), usual)
    add_cells(version, LAST, usual | {"area=new": (800, 10)})

    judge_signals(at=NOW)

    assert [(one["segment"], one["share"]) for one in SignalEpisode.objects.get().contributors] == [("area=new", 1.0)]


def test_contributors_of_a_percentile_count_rows_above_the_centre():
    formula = {"measure": "resolution", "quantile": 0.5}
    version = weekly_metric(
        [20.0, 22.0] * 13 + [90.0], at=NOW, kind=Kind.PERCENTILE, formula=formula, dimensions=["area"]
    )

    def fill(week, parts):
        for segment, values in {"": [v for part in parts.values() for v in part], **parts}.items():
            data = pack_column(np.array(values, dtype=np.int64))
            DayCell.objects.create(version=version, segment=segment, day=week, n=len(values), data=data)

    for step in range(26):
        fill(weeks_ago(26 - step), {"area=a": [10, 30] * 5, "area=b": [10, 30] * 5})
    fill(LAST, {"area=a": [10, 30] * 5, "area=b": [90] * 10})

    judge_signals(at=NOW)

    (only,) = SignalEpisode.objects.get().contributors
    assert only == {"segment": "area=b", "share": 1.0, "effect": None, "n": 10}


def test_contributors_of_a_count_are_levels():
    values = [*[30.0, 32.0] * 13, 90.0]
    version = weekly_metric(values, at=NOW, kind=Kind.COUNT, formula={}, dimensions=["channel"])
    for step, value in enumerate(values):
        for segment, part in {"channel=mail": 20.0, "channel=phone": value - 20.0}.items():
            start = weeks_ago(26 - step)
            PeriodValue.objects.create(
                version=version, segment=segment, grain="week", start=start, value=part, n=int(part), computed_at=NOW
            )

    judge_signals(at=NOW)

    assert SignalEpisode.objects.get().contributors == [
        {"segment": "channel=phone", "share": 1.0, "effect": pytest.approx(59.0), "n": 70}
    ]
