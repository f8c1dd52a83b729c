"""Bars from stored days and hours are those that the timelines give, whatever the zone, overlays and checks."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from partnerships.health.uptime import Accounting, Window, tally, to_us
from partnerships.models import HealthCheck, UptimeDay, UptimeHour
from partnerships.selectors.day_bars import list_day_bars
from partnerships.selectors.pages_timelines import day_states, joined, load_check_timelines, monitored_from
from partnerships.selectors.uptime_days import get_window_figures
from partnerships.services.adjustments import NewAdjustment, approve_adjustment, propose_adjustment
from partnerships.services.events import pause_check, resume_check
from partnerships.services.maintenance import approve_maintenance, plan_maintenance
from partnerships.services.maintenance_plans import NewMaintenance
from tests.factories import HealthCheckFactory, IntegrationFactory, UserFactory
from tests.partnerships.page_data import DAY, HOUR, MINUTE, watched
from tests.partnerships.services.test_maintenance import rolled

pytestmark = pytest.mark.django_db

DAYS = 40
# Both kinds of half hours: a standing offset, and clocks that change by one. The last night of March is in DAYS.
ZONES = ("UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Chatham")
NOW = datetime(2026, 4, 11, 14, 7, 31, tzinfo=UTC)
RULES = [Accounting(maintenance=rule) for rule in ("exclude", "measured", "up")]


def random_past(rng: random.Random) -> list[tuple[str, timedelta]]:
    """Mostly up, with stretches of every other state; some shorter than an hour, some longer than a day."""
    past = []
    for _ in range(rng.randrange(4, 30)):
        past.append(("up", timedelta(minutes=rng.choice([7, 60, 800, 3000, 6000]), seconds=rng.randrange(3600))))
        state = rng.choice(["down", "degraded", "unknown", "unknown", "paused"])
        past.append((state, timedelta(minutes=rng.choice([1, 30, 73, 90, 1500]), seconds=rng.randrange(60))))
    return [*past, (rng.choice(["up", "down"]), timedelta(seconds=rng.randrange(40, 100_000)))]


def add_company(rng: random.Random) -> list[HealthCheck]:
    """Integrations with one and with several checks, one of which was paused before anybody measured it."""
    checks = []
    for number in (1, 1, 2, 3):
        one = IntegrationFactory()
        checks += [rolled(watched(random_past(rng), integration=one, at=NOW), NOW) for _ in range(number)]
    late = HealthCheckFactory(integration=checks[0].integration)
    pause_check(check_id=late.pk, at=NOW - 30 * DAY)
    resume_check(check_id=late.pk, at=NOW - 21 * DAY)
    checks.append(late)
    _overlay(rng, checks)
    return list(HealthCheck.objects.order_by("pk"))


def _overlay(rng: random.Random, checks: list[HealthCheck]) -> None:
    planner, approver = UserFactory(), UserFactory()
    plans = [
        NewMaintenance("Night", "Europe/Berlin", NOW - 30 * DAY, 2 * 3600, kind="weekly", weekdays=["sun", "wed"],
                       local_start=datetime(2026, 1, 1, 1, 20).time(), checks=checks[1::2]),
        NewMaintenance("Move", "UTC", NOW - 9 * DAY, 26 * 3600, checks=checks[2:5]),
    ]  # fmt: skip
    for new in plans:
        row = plan_maintenance(new=new, by=planner, at=NOW)
        approve_maintenance(maintenance_id=row.pk, by=approver, at=NOW)
    for number, check in enumerate(checks[:-1]):  # the last one was never measured
        start = NOW - timedelta(days=rng.randrange(2, 28), seconds=rng.randrange(86_400))
        start = max(start, check.monitored_from + HOUR)
        to = ("up", "degraded", "down", "unknown", "maintenance")[number % 5]
        new = NewAdjustment(
            check, start, min(start + rng.choice([10 * MINUTE, 31 * HOUR]), NOW), to, "It was told wrong."
        )
        row = propose_adjustment(new=new, by=planner, at=NOW)
        approve_adjustment(adjustment_id=row.pk, by=approver, at=NOW)


def groups_of(checks: list[HealthCheck]) -> dict[int, list[HealthCheck]]:
    found: dict[int, list[HealthCheck]] = {}
    for check in checks:
        found.setdefault(check.integration_id, []).append(check)
    return found


def by_intervals(groups, at, accounting):
    found = {}
    for key, checks in groups.items():
        loaded = load_check_timelines(checks, start=at - (DAYS + 2) * DAY, at=at)
        found[key] = day_states(joined(checks, loaded.by(accounting)), days=DAYS, at=at)
    return found


@pytest.mark.parametrize("seed", range(4))
def test_bars_from_the_stored_days_are_those_of_the_timelines(seed, settings):
    groups = groups_of(add_company(random.Random(seed)))
    told = set()

    for zone in ZONES:
        settings.ORGANISATION_TIME_ZONE = zone
        for accounting in RULES:
            for at in (NOW, NOW + 3 * DAY):  # nobody measured and nobody swept since
                found = list_day_bars(groups, days=DAYS, at=at, accounting=accounting)
                assert found == by_intervals(groups, at, accounting), (zone, accounting, at)
                told.update(state for states in found.values() for state in states)

    assert told >= {"none", "up", "down", "degraded", "unknown", "maintenance", "paused"}


@pytest.mark.parametrize("seed", range(3))
def test_figures_from_the_stored_days_are_those_of_the_timelines(seed):
    checks = add_company(random.Random(100 + seed))

    for accounting in RULES:
        for at in (NOW, NOW + 3 * DAY):
            start = at - 25 * DAY
            found = get_window_figures(checks, start=start, end=at, at=at, accounting=accounting)
            timelines = load_check_timelines(checks, start=start, at=at).by(accounting)
            for check in checks:
                spans = timelines[check.pk]
                window = Window(to_us(start), to_us(at), to_us(at), monitored_from([check], spans, at=at))
                assert found[check.pk] == tally(spans, window, accounting=accounting), (check.pk, at)


@pytest.mark.parametrize(("zone", "model"), [("UTC", UptimeDay), ("Asia/Kathmandu", UptimeHour)])
def test_days_that_are_over_are_read_from_what_is_stored(zone, model, settings):
    settings.ORGANISATION_TIME_ZONE = zone
    check = rolled(watched([("up", 12 * DAY)], at=NOW), NOW)
    groups = {check.integration_id: [check]}
    then = (NOW - 5 * DAY).replace(minute=0, second=0)
    column = {"hour": then} if model is UptimeHour else {"day_on": then.date()}

    assert list_day_bars(groups, days=8, at=NOW, accounting=RULES[0])[check.integration_id] == ("up",) * 8
    # As no interval says; nothing but this row tells of it.
    assert model.objects.filter(health_check=check, **column).update(down_us=1) == 1

    found = list_day_bars(groups, days=8, at=NOW, accounting=RULES[0])[check.integration_id]
    assert found == ("up",) * 2 + ("down",) + ("up",) * 5
