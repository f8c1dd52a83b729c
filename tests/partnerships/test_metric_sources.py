from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from django.core.management import call_command

from metrics.periods import OrganisationCalendar
from metrics.sources import get_source, list_shipped_metrics
from partnerships.health.uptime import Tally, Window, sum_tallies, tally, to_us
from partnerships.models import HealthCheck
from partnerships.selectors.spans import get_spans_by_check
from partnerships.services.results import ProbeResult, record_results
from partnerships.services.tiers import change_integration_tier, start_integration_tier
from tests.factories import HealthCheckFactory, IntegrationFactory

pytestmark = pytest.mark.django_db

T0 = datetime(2026, 3, 2, 3, 20, tzinfo=UTC)


def measured(seed: int, hours: int = 60, **fields) -> HealthCheck:
    """A check with results every 7 to 90 minutes over some days, one in four of them bad."""
    rng = Random(seed)
    check = HealthCheckFactory(fail_threshold=1, recover_threshold=1, **fields)
    at = T0 + timedelta(seconds=rng.randrange(3600))
    while at < T0 + timedelta(hours=hours):
        outcome = rng.choice(["ok", "ok", "ok", "ok", "degraded", "fail"])
        one = ProbeResult(
            check.pk, at, at, at + timedelta(seconds=2), outcome, latency_us=rng.randrange(50_000, 900_000)
        )
        record_results(results=[one], at=at + timedelta(seconds=3))
        at += timedelta(seconds=rng.randrange(400, 5400))
    check.refresh_from_db()
    return check


def by_intervals(checks: list[HealthCheck], start: datetime, end: datetime) -> Tally:
    parts = []
    for check in checks:
        exact_to = check.rolled_up_to
        spans = get_spans_by_check([check.pk], start=start, end=end).get(check.pk, [])
        window = Window(to_us(start), to_us(end), to_us(exact_to), to_us(check.monitored_from))
        parts.append(tally(spans, window))
    return sum_tallies(parts)


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Asia/Kolkata", "Asia/Kathmandu", "America/St_Johns"])
def test_local_days_of_any_zone_are_cut_exactly(zone):
    """A zone offset by 30 or 45 minutes cuts UTC hours; the source gives the parts."""
    checks = [measured(seed) for seed in (1, 2)]
    calendar, source = OrganisationCalendar(zone), get_source("integration_uptime")
    days = [date(2026, 3, 1) + timedelta(days=number) for number in range(5)]

    frame = source.fetch(calendar.midnight(days[0]), calendar.midnight(days[-1] + timedelta(days=1)))

    for day in days:
        start, end = calendar.midnight(day), calendar.midnight(day + timedelta(days=1))
        rows = frame.between(start, end)
        found = Tally(*(int(rows.measures[state].sum()) for state in ("up", "degraded", "down", "unknown", "paused")))
        assert found == by_intervals(checks, start, end)


def test_a_day_across_a_change_of_clocks_and_of_tier_is_cut_exactly():
    """Lord Howe's clocks shift by half an hour, so its midnights change their place within the UTC hour."""
    integration = IntegrationFactory(tier="experimental")
    start_integration_tier(integration=integration, at=T0)
    check = measured(5, integration=integration)
    change_integration_tier(
        integration_id=integration.pk,
        tier="production",
        at=T0 + timedelta(hours=11, minutes=7),
        by=None,
        now=check.rolled_up_to,
    )
    check.refresh_from_db()
    calendar = OrganisationCalendar("Australia/Lord_Howe")
    start, end = calendar.midnight(date(2026, 3, 2)), calendar.midnight(date(2026, 3, 4))

    frame = get_source("integration_uptime").fetch(start, end)

    total = Tally(*(int(frame.measures[state].sum()) for state in ("up", "degraded", "down", "unknown", "paused")))
    assert total == by_intervals([check], start, end)
    assert set(frame.segments("tier")) == {"experimental", "production"}


def test_vendor_feeds_do_not_count():
    measured(1, hours=3, counts_for_uptime=False)

    assert len(get_source("integration_uptime").fetch(T0 - timedelta(days=1), T0 + timedelta(days=1))) == 0
    assert get_source("integration_uptime").span() is None
    assert len(get_source("probe_latency").fetch(T0 - timedelta(days=1), T0 + timedelta(days=1))) == 0


def test_the_shipped_metrics_are_computed_from_what_was_polled(capsys):
    checks = [
        measured(seed, integration=IntegrationFactory(tier=tier))
        for seed, tier in ((1, "production"), (2, "experimental"))
    ]
    call_command("recompute_metrics", "--all", verbosity=0)
    capsys.readouterr()

    for check, tier in zip(checks, ("production", "experimental"), strict=True):
        call_command("show_metric", f"integration_uptime_{tier}", "--grain", "day", "--start", "2026-03-03", "--json")
        shown = capsys.readouterr().out
        start = datetime(2026, 3, 3, tzinfo=UTC)
        expected = by_intervals([check], start, start + timedelta(days=1)).uptime()
        assert f'"value": {float(expected)}' in shown

    call_command("recompute_metrics", "--verify", verbosity=0)


def test_the_latency_percentile_is_within_one_per_cent(capsys):
    check = HealthCheckFactory()
    latencies = [Random(7).randrange(50_000, 900_000) * 1 + number * 1000 for number in range(200)]
    results = [
        ProbeResult(check.pk, at, at, at, "ok", latency_us=latency)
        for latency, at in ((latency, T0 + timedelta(seconds=10 * number)) for number, latency in enumerate(latencies))
    ]
    record_results(results=results, at=T0 + timedelta(hours=1))
    call_command("recompute_metrics", "--all", verbosity=0)
    capsys.readouterr()

    call_command("show_metric", "probe_latency_seconds_p95", "--grain", "day", "--start", "2026-03-02", "--json")

    import json

    shown = json.loads(capsys.readouterr().out)
    exact = sorted(latencies)[int(0.95 * 200) - 1] / 1e6
    assert shown["n"] == 200
    assert shown["value"] == pytest.approx(exact, rel=0.0101)


def test_the_rows_behind_a_figure_are_described(django_assert_num_queries):
    check = measured(3, hours=6)
    bounds = (T0 - timedelta(days=1), T0 + timedelta(days=1))
    for key in ("integration_uptime", "probe_latency"):
        source = get_source(key)
        frame = source.fetch(*bounds)

        with django_assert_num_queries(1):
            words = source.describe(frame.keys.tolist())

        assert set(words) == set(frame.keys.tolist()) and len(frame) >= len(words) >= 6
        assert {(row.label, row.url) for row in words.values()} == {(str(check), check.integration.get_absolute_url())}
    assert int(get_source("integration_uptime").fetch(*bounds).measures["down"].sum()) == (
        by_intervals([check], T0 - timedelta(days=1), check.rolled_up_to).down
    )


def test_every_shipped_metric_names_a_registered_source():
    ours = [metric for metric in list_shipped_metrics() if metric.source in ("integration_uptime", "probe_latency")]

    assert {metric.key for metric in ours} == {
        "integration_uptime_production",
        "integration_uptime_experimental",
        "probe_latency_seconds_p95",
    }
