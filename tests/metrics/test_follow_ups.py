"""Durations that still run: followed on once a day, and the same whenever they are read."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from lifelines import KaplanMeierFitter

from metrics.models import DirtyMark, Kind, PeriodValue, SourceRun
from metrics.services.follow_ups import follow_unsettled_rows
from metrics.services.recompute import recompute_pending
from metrics.services.verify import verify_source
from metrics.sources import get_source
from metrics.tasks import follow_unsettled_rows as nightly_task
from support.models import Ticket
from tests.factories import MetricFactory, MetricVersionFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
MIDNIGHT = datetime(2026, 6, 15, tzinfo=UTC)
SOURCE = "ticket_lifetimes"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HOUR_US = 3_600_000_000


def survival(key, **formula):
    return MetricVersionFactory(
        metric=MetricFactory(key=key),
        kind=Kind.SURVIVAL,
        source=SOURCE,
        formula={"duration": "lifetime", "observed": "is_over", "scale": HOUR_US, **formula},
        dimensions=["priority"],
    )


def settle(at):
    recompute_pending(at=at, now_please=True, max_batches=1000)
    assert verify_source(get_source(SOURCE)) == []


def value(version, segment=""):
    row = PeriodValue.objects.filter(version=version, segment=segment, grain="all").first()
    return (row.value, row.n) if row else (None, 0)


def ticket(opened, ended=None, **fields):
    done = {"state": "solved", "resolved_at": ended} if ended else {}
    return Ticket.objects.create(subject="s", opened_at=opened, **done, **fields)


def test_an_open_ticket_is_followed_to_the_last_midnight_once_a_day():
    version = survival("mean_life", statistic="restricted_mean", horizon=1000 * HOUR_US)
    ticket(MIDNIGHT - DAY, MIDNIGHT - 22 * HOUR)
    ticket(MIDNIGHT - 10 * HOUR)
    settle(NOW)
    assert value(version) == (2.0, 1)  # Nobody has followed the open one yet.

    assert SOURCE in follow_unsettled_rows(at=NOW)
    assert follow_unsettled_rows(at=NOW + HOUR) == []
    assert set(DirtyMark.objects.filter(source=SOURCE).values_list("utc_hour", flat=True)) == {
        int((MIDNIGHT - 10 * HOUR).timestamp()) // 3600
    }
    settle(NOW + HOUR)

    assert value(version)[1] == 2
    assert SourceRun.objects.get(source=SOURCE).followed_at == MIDNIGHT


def test_values_stay_true_as_days_pass_and_tickets_end():
    half = survival("half_life", statistic="median")
    day_two = survival("after_two_days", statistic="share_at", at=48 * HOUR_US)
    rng = random.Random(5)
    for _ in range(40):
        opened = MIDNIGHT - rng.uniform(0.1, 9) * DAY
        ended = opened + rng.expovariate(1 / 60) * HOUR
        ticket(opened, ended if ended < MIDNIGHT else None, priority=rng.choice(["high", "low"]))
    for night in range(4):
        at = NOW + night * DAY
        follow_unsettled_rows(at=at)
        for row in Ticket.objects.filter(resolved_at=None).order_by("?")[:3]:
            Ticket.objects.filter(pk=row.pk).update(state="solved", resolved_at=at - HOUR)
        settle(at)

        until = MIDNIGHT + night * DAY
        rows = list(Ticket.objects.all())
        lasted = [((row.resolved_at or until) - row.opened_at) / HOUR for row in rows]
        fitted = KaplanMeierFitter().fit(lasted, [row.resolved_at is not None for row in rows])
        assert value(half) == (pytest.approx(fitted.median_survival_time_, rel=1e-9), 40)
        assert value(day_two)[0] == pytest.approx(float(fitted.predict(48)), abs=1e-9)
        high = [(hours, row) for hours, row in zip(lasted, rows, strict=True) if row.priority == "high"]
        part = KaplanMeierFitter().fit([h for h, _ in high], [row.resolved_at is not None for _, row in high])
        share, n = value(day_two, "priority=high")
        assert (share, n) == (pytest.approx(float(part.predict(48)), abs=1e-9), len(high))


def test_what_opened_since_the_last_midnight_waits_for_the_next():
    version = survival("mean_life", statistic="restricted_mean", horizon=1000 * HOUR_US)
    follow_unsettled_rows(at=NOW)
    ticket(NOW - HOUR)
    settle(NOW)
    assert value(version) == (None, 0)

    follow_unsettled_rows(at=NOW + DAY)
    settle(NOW + DAY)

    assert value(version)[1] == 1


def test_the_nightly_task_runs_it():
    ticket(MIDNIGHT - DAY)

    nightly_task()

    assert SourceRun.objects.get(source=SOURCE).followed_at is not None
    assert date.today() >= SourceRun.objects.get(source=SOURCE).followed_at.date()
