"""The measured past of every check: states, uptime by hour, latencies by hour and the latest results."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from dashboards.demo.integrations import Watched, tier_at
from dashboards.demo.intervals import HOUR, Span, list_hours, list_spans, poller_gaps
from dashboards.demo.story import Story
from foundation.bulk_rows import insert_rows
from metrics.histogram import add_to_histogram
from partnerships.models import CheckResult, HealthCheck, LatencyHour, StatusInterval, UptimeHour
from partnerships.services.uptime_days import set_uptime_days

LATENCY_DAYS = 120
RESULTS = 60
BATCH = 2_000
PROBES_AN_HOUR = 120
DRAWS = 10
STATES = ("up", "degraded", "down", "unknown", "paused")
UPTIME_COLUMNS = ("health_check_id", "hour", "tier", "is_planned", *(f"{state}_us" for state in STATES))
LATENCY_COLUMNS = ("health_check_id", "hour", "n", "total_us", "buckets")


def add_health(story: Story, watched: Sequence[Watched]) -> None:
    """Save the past of every measured check, and leave the check in the state that it ends in."""
    gaps = poller_gaps(story)
    hour = story.now.replace(minute=0, second=0)
    for one in watched:
        spans = list_spans(story, one.planned, gaps)
        StatusInterval.objects.bulk_create(_intervals(one.check, spans), batch_size=BATCH)
        insert_rows(UptimeHour, UPTIME_COLUMNS, _uptime_hours(story, one, spans, hour))
        set_uptime_days([one.check], start=spans[0].start, until=hour)
        insert_rows(LatencyHour, LATENCY_COLUMNS, _latency_hours(story, one, hour))
        results = list(_results(story, one))
        CheckResult.objects.bulk_create(results, batch_size=BATCH)
        _settle(one.check, spans, results[-1], hour)


def _intervals(check: HealthCheck, spans: Sequence[Span]) -> Iterator[StatusInterval]:
    for span in spans:
        yield StatusInterval(
            health_check=check,
            state=span.state,
            started_at=span.start,
            ended_at=None if span is spans[-1] else span.end,
            reason=span.reason,
            confirmed_at=span.start,
        )


def _uptime_hours(story: Story, one: Watched, spans: Sequence[Span], until: datetime) -> Iterator[tuple[Any, ...]]:
    for hour, shares in list_hours(spans, until):
        tier = tier_at(story, one.planned, hour)
        yield one.check.pk, hour, tier, False, *(shares.get(state, 0) for state in STATES)


def _latency_hours(story: Story, one: Watched, until: datetime) -> Iterator[tuple[Any, ...]]:
    rng = story.rng(f"latency/{one.planned.name}")
    each = PROBES_AN_HOUR // DRAWS
    hour = until - timedelta(days=min(LATENCY_DAYS, one.planned.tiers[0][0]))
    while hour < until:
        draws = [_latency_us(rng, one, hour) for _ in range(DRAWS)]
        buckets = {bucket: count * each for bucket, count in add_to_histogram({}, draws).items()}
        yield one.check.pk, hour, PROBES_AN_HOUR, sum(draws) * each, buckets
        hour += HOUR


def _latency_us(rng: Random, one: Watched, at: datetime) -> int:
    """Slower in working hours, with a long tail."""
    busy = 1.25 if 8 <= at.hour < 18 and at.weekday() < 5 else 1.0  # noqa: PLR2004
    return int(one.planned.latency_ms * 1_000 * busy * rng.lognormvariate(0, 0.28))


def _results(story: Story, one: Watched) -> Iterator[CheckResult]:
    rng = story.rng(f"results/{one.planned.name}")
    interval = timedelta(seconds=one.check.interval_seconds)
    for number in range(RESULTS, 0, -1):
        at = story.now - number * interval
        latency_us = _latency_us(rng, one, at)
        yield CheckResult(
            health_check=one.check,
            scheduled_for=at,
            started_at=at,
            finished_at=at + timedelta(microseconds=latency_us),
            outcome="ok",
            latency_us=latency_us,
            http_status=200,
        )


def _settle(check: HealthCheck, spans: Sequence[Span], last: CheckResult, hour: datetime) -> None:
    """Leave the check as if its last result had just been stored."""
    check.state = spans[-1].state
    check.state_since = spans[-1].start
    check.monitored_from = spans[0].start
    check.last_result_at, check.last_good_at = last.started_at, last.finished_at
    check.last_outcome = last.outcome
    check.last_latency_us = last.latency_us
    check.ok_streak, check.ok_since = RESULTS, spans[-1].start
    check.rolled_up_to = hour
    check.stale_at = last.finished_at + timedelta(seconds=max(3 * check.interval_seconds, 180))
    check.save()
