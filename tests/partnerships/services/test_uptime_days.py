"""Days are the sums of hours, and windows read from them are what the intervals give."""

import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta

import pytest

from partnerships.health.overlays import split_tally
from partnerships.health.uptime import STANDARD, Tally, Window, to_us
from partnerships.models import HealthCheck, UptimeDay, UptimeHour
from partnerships.selectors.day_bars import list_day_bars
from partnerships.selectors.overlays import get_maintenance_by_check
from partnerships.selectors.pages_timelines import silent_since, with_silence
from partnerships.selectors.spans import get_spans_by_check
from partnerships.selectors.uptime_days import get_window_tallies
from partnerships.services.events import pause_check
from partnerships.services.maintenance import plan_maintenance
from partnerships.services.maintenance_plans import NewMaintenance
from partnerships.services.results import ProbeResult, record_results
from partnerships.services.tiers import change_integration_tier
from tests.factories import HealthCheckFactory, IntegrationFactory, UserFactory

pytestmark = pytest.mark.django_db

T0 = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
KINDS = ("up_us", "degraded_us", "down_us", "unknown_us", "paused_us")


def record(check: HealthCheck, moment: datetime, outcome: str) -> None:
    came_in = moment + timedelta(seconds=1)
    found = ProbeResult(check.pk, moment, moment, came_in, outcome)
    record_results(results=[found], at=came_in)


def live(check: HealthCheck, rng: random.Random, *, hours: int) -> datetime:
    """A past of random results about every hour, with gaps that are unknown; the instant it ends at."""
    moment = T0
    while moment < T0 + hours * HOUR:
        record(check, moment, rng.choice(["ok", "ok", "ok", "fail", "degraded"]))
        moment += timedelta(minutes=rng.choice([20, 60, 61, 240, 600]), seconds=rng.randrange(60))
    return moment


def hourly(**fields) -> HealthCheck:
    return HealthCheckFactory(interval_seconds=3600, fail_threshold=1, recover_threshold=1, **fields)


def sums(rows, day_of) -> dict:
    found: dict = defaultdict(lambda: [0] * len(KINDS))
    for row in rows:
        key = (row.health_check_id, day_of(row), row.tier, row.is_planned)
        found[key] = [have + getattr(row, kind) for have, kind in zip(found[key], KINDS, strict=True)]
    return dict(found)


def assert_days_are_sums_of_hours() -> None:
    by_hours = sums(UptimeHour.objects.all(), lambda row: row.hour.astimezone(UTC).date())
    assert sums(UptimeDay.objects.all(), lambda row: row.day_on) == by_hours


@pytest.mark.parametrize("seed", range(6))
def test_days_follow_results_maintenance_and_tiers_and_give_windows_exactly(seed):
    rng = random.Random(seed)
    integration = IntegrationFactory()
    checks = [hourly(integration=integration), hourly(integration=integration), hourly()]
    end = max(live(check, rng, hours=80) for check in checks)
    pause_check(check_id=checks[1].pk, at=end)
    end += 30 * HOUR
    for check in checks[::2]:
        record(check, end, "ok")
    plan = NewMaintenance(
        title="Upgrade",
        time_zone="UTC",
        starts_at=end + HOUR,
        duration_seconds=30 * 3600,
        integrations=[integration],
    )
    plan_maintenance(new=plan, by=UserFactory(), at=end)
    for hour in range(1, 60, 7):
        record(checks[0], end + hour * HOUR, rng.choice(["ok", "fail"]))
    now = end + 60 * HOUR

    assert_days_are_sums_of_hours()
    assert UptimeDay.objects.filter(is_planned=True).exists()
    known = list(HealthCheck.objects.order_by("pk"))
    for _ in range(12):
        low, high = sorted(T0 + rng.randrange(-20, 200) * HOUR + timedelta(seconds=rng.randrange(3600)) for _ in "ab")
        if rng.random() < 0.3:
            low = low.replace(hour=0, minute=0, second=0)
        expected = by_intervals(known, low, high, now)
        assert get_window_tallies(known, start=low, end=high, at=now) == expected, (low, high)


def by_intervals(checks, start, end, now) -> dict[int, tuple[Tally, Tally]]:
    ids = [check.pk for check in checks]
    spans = get_spans_by_check(ids, start=start, end=end)
    planned = get_maintenance_by_check(ids, start=start, end=end)
    return {
        check.pk: split_tally(
            with_silence(spans.get(check.pk, []), silent_since(check, now)),
            Window(to_us(start), to_us(end), to_us(now), to_us(check.monitored_from)),
            planned.get(check.pk, []),
        )
        for check in checks
    }


def test_a_change_of_tier_splits_the_day():
    check = hourly()
    for hour in range(8):
        if hour == 4:
            change_integration_tier(
                integration_id=check.integration_id, tier="experimental", at=T0 + 4 * HOUR, by=UserFactory(), reason="r"
            )
        record(check, T0 + hour * HOUR, "fail" if hour % 3 == 2 else "ok")

    assert_days_are_sums_of_hours()
    assert set(UptimeDay.objects.values_list("tier", flat=True)) == {"experimental", "production"}


def test_the_same_results_again_change_no_day():
    check = hourly()
    for hour in range(30):
        record(check, T0 + hour * HOUR, "fail" if hour == 3 else "ok")
    before = sums(UptimeDay.objects.all(), lambda row: row.day_on)

    for hour in range(30):
        record(check, T0 + hour * HOUR, "fail" if hour == 3 else "ok")

    assert sums(UptimeDay.objects.all(), lambda row: row.day_on) == before
    assert_days_are_sums_of_hours()


def test_bars_tell_the_worst_of_each_day():
    check = hourly()
    day = T0.replace(hour=0, minute=0)
    for hour in range(24 * 6):
        outcome = {30: "fail", 55: "degraded"}.get(hour, "ok")
        if not 80 <= hour < 90:
            record(check, day + hour * HOUR, outcome)
    pause_check(check_id=check.pk, at=day + 24 * 6 * HOUR)
    check = HealthCheck.objects.get()
    never = hourly()

    groups = {one.integration_id: [one] for one in (check, never)}
    found = list_day_bars(groups, days=9, at=day + 24 * 7 * HOUR + HOUR, accounting=STANDARD)

    assert found[check.integration_id] == ("none", "up", "down", "degraded", "unknown", "up", "up", "paused", "paused")
    assert found[never.integration_id] == ("none",) * 9
