"""Planning maintenance: what counts when, and that every figure of an integration tells the same."""

import json
from datetime import UTC, datetime, time, timedelta
from fractions import Fraction

import pytest
from django.core.management import call_command
from django.utils import timezone

from foundation.errors import InvalidInputError, RefusedTransitionError
from metrics.sources import get_source
from partnerships.health.uptime import Tally, to_us
from partnerships.models import AccountingProfile, CheckResult, HealthCheck, Maintenance, StatusInterval, UptimeHour
from partnerships.selectors.overlays import get_maintenance_by_check
from partnerships.selectors.pages_detail import get_detail, get_standing
from partnerships.selectors.pages_list import Wanted, list_integrations
from partnerships.selectors.site_uptime import get_site_uptime
from partnerships.services.maintenance import (
    approve_maintenance,
    cancel_maintenance,
    change_maintenance,
    plan_maintenance,
)
from partnerships.services.maintenance_plans import LOOK_BACK, NewMaintenance
from partnerships.services.results import ProbeResult, record_results
from partnerships.services.uptime_hours import set_uptime_hours
from tests.factories import HealthCheckFactory, IntegrationFactory, MaintenanceFactory, UserFactory
from tests.partnerships.page_data import DAY, HOUR, MINUTE, watched

pytestmark = pytest.mark.django_db

T0 = datetime(2026, 3, 2, 12, tzinfo=UTC)
STATES = ("up", "degraded", "down", "unknown", "paused")


def new(check=None, **fields):
    wanted = {"title": "Upgrade", "time_zone": "UTC", "starts_at": T0 + HOUR, "duration_seconds": 3600}
    return NewMaintenance(**{**wanted, "checks": [check] if check else [], **fields})


def plan(check=None, *, by=None, at=T0, **fields):
    return plan_maintenance(new=new(check, **fields), by=by or UserFactory(), at=at)


def rolled(check, until):
    """The check with its hours set up to `until`."""
    set_uptime_hours([(check, check.monitored_from)], until=until)
    check.save()
    return check


def hours(check):
    """Seconds by state outside and inside maintenance."""
    found = {}
    for row in UptimeHour.objects.filter(health_check=check):
        for state in STATES:
            value = getattr(row, f"{state}_us") // 1_000_000
            if value:
                key = f"planned_{state}" if row.is_planned else state
                found[key] = found.get(key, 0) + value
    return found


def ranges(check, start=T0 - 60 * DAY, end=T0 + 60 * DAY):
    return get_maintenance_by_check([check.pk], start=start, end=end).get(check.pk, [])


def us(moment):
    return to_us(moment)


def test_what_lies_ahead_counts_at_once():
    check, person = HealthCheckFactory(), UserFactory()

    row = plan(check, by=person)

    assert (row.planned_by, row.approved_by, row.approved_at, row.version) == (person, person, T0, 1)
    assert ranges(check) == [(us(T0 + HOUR), us(T0 + 2 * HOUR))]


def test_what_began_already_waits_for_somebody_else():
    check, person = HealthCheckFactory(), UserFactory()

    row = plan(check, by=person, starts_at=T0 - HOUR)

    assert (row.approved_at, ranges(check)) == (None, [])
    with pytest.raises(InvalidInputError, match="somebody else"):
        approve_maintenance(maintenance_id=row.pk, by=person, at=T0)
    approve_maintenance(maintenance_id=row.pk, by=UserFactory(), at=T0)
    assert ranges(check) == [(us(T0 - HOUR), us(T0))]
    with pytest.raises(RefusedTransitionError):
        approve_maintenance(maintenance_id=row.pk, by=UserFactory(), at=T0)


def test_what_the_partner_announced_waits_for_an_approval():
    check, person = HealthCheckFactory(), UserFactory()

    row = plan(check, by=person, source="vendor")

    assert (row.approved_at, ranges(check)) == (None, [])
    approve_maintenance(maintenance_id=row.pk, by=person, at=T0)
    assert ranges(check) == [(us(T0 + HOUR), us(T0 + 2 * HOUR))]


@pytest.mark.parametrize("scope", ["check", "integration", "partner"])
def test_it_is_for_the_named_checks_and_no_others(scope):
    check, other = HealthCheckFactory(), HealthCheckFactory()
    sibling = HealthCheckFactory(integration=check.integration)
    cousin = HealthCheckFactory(integration=IntegrationFactory(partner=check.integration.partner))
    fields = {
        "check": {"checks": [check]},
        "integration": {"integrations": [check.integration]},
        "partner": {"partner": check.integration.partner},
    }
    expected = {"check": {check}, "integration": {check, sibling}, "partner": {check, sibling, cousin}}

    plan(**fields[scope])

    found = get_maintenance_by_check([one.pk for one in (check, sibling, cousin, other)], start=T0, end=T0 + DAY)
    assert set(found) == {one.pk for one in expected[scope]}


def test_plans_that_overlap_are_one_range_and_rejoin_the_window():
    check = HealthCheckFactory()
    plan(check)
    plan(check, starts_at=T0 + 90 * MINUTE)
    plan(
        check,
        kind="weekly",
        weekdays=["mon", "tue"],
        local_start=time(23, 30),
        starts_at=T0,
        ends_at=T0 + 5 * DAY,
        time_zone="Europe/Berlin",
    )

    assert ranges(check) == [
        (us(T0 + HOUR), us(T0 + 150 * MINUTE)),
        (us(T0.replace(hour=22, minute=30)), us(T0.replace(hour=23, minute=30))),
        (us(T0.replace(hour=22, minute=30) + DAY), us(T0.replace(hour=23, minute=30) + DAY)),
    ]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": " "}, "title"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"duration_seconds": 59}, "duration_seconds"),
        ({"duration_seconds": 30 * 86_400 + 1}, "duration_seconds"),
        ({"starts_at": T0 - LOOK_BACK - MINUTE}, "starts_at"),
        ({"starts_at": datetime.max.replace(tzinfo=UTC)}, "starts_at"),
        ({"kind": "weekly", "weekdays": ["mon"], "local_start": time(3), "ends_at": T0}, "ends_at"),
        ({"ends_at": T0 + DAY}, "ends_at"),
        ({"kind": "odd"}, "kind"),
        ({"kind": "weekly", "local_start": time(3)}, "weekdays"),
        ({"kind": "weekly", "local_start": time(3), "weekdays": ["someday"]}, "weekdays"),
        ({"kind": "weekly", "weekdays": ["mon"]}, "local_start"),
        ({"weekdays": ["mon"]}, "weekdays"),
        ({"local_start": time(3)}, "local_start"),
        ({"cron": "0 3 * * *"}, "cron"),
        ({"kind": "cron", "cron": "* 3 * * *"}, "cron"),
        ({"checks": []}, "checks"),
    ],
)
def test_impossible_plans_are_refused(fields, field):
    check = HealthCheckFactory()

    with pytest.raises(InvalidInputError) as refusal:
        plan(check, **fields)

    assert refusal.value.field == field
    assert not Maintenance.objects.exists()


def test_hours_are_set_with_what_is_planned_as_time_passes():
    check = HealthCheckFactory(fail_threshold=1, recover_threshold=1, interval_seconds=3600)
    plan(check)
    for minutes, outcome in ((0, "ok"), (75, "fail"), (90, "ok"), (150, "ok"), (181, "ok")):
        at = T0 + minutes * MINUTE
        record_results(results=[ProbeResult(check.pk, at, at, at, outcome)], at=at + timedelta(seconds=1))

    check.refresh_from_db()
    assert check.rolled_up_to == T0 + 3 * HOUR
    assert hours(check) == {"up": 7200, "planned_up": 45 * 60, "planned_down": 15 * 60}
    assert CheckResult.objects.count() == 5  # D3: what fails inside is stored, and states move
    assert list(StatusInterval.objects.values_list("state", flat=True).order_by("started_at"))[-3:] == [
        "up",
        "down",
        "up",
    ]


def test_planning_approving_changing_and_cancelling_count_the_touched_hours_again():
    check = watched([("up", 5 * HOUR), ("down", HOUR), ("up", 4 * HOUR)], at=T0)
    rolled(check, T0)
    assert hours(check) == {"up": 9 * 3600, "down": 3600}
    before = set(UptimeHour.objects.filter(hour__gte=T0 - 2 * HOUR).values_list("pk", flat=True))

    row = plan(check, starts_at=T0 - 6 * HOUR + 10 * MINUTE)
    assert hours(check) == {"up": 9 * 3600, "down": 3600}
    approve_maintenance(maintenance_id=row.pk, by=UserFactory(), at=T0)
    assert hours(check) == {"up": 29_400, "down": 3000, "planned_up": 3000, "planned_down": 600}

    person = UserFactory()
    change_maintenance(
        maintenance_id=row.pk, changes={"starts_at": T0 - 5 * HOUR, "duration_seconds": 1800}, by=person, at=T0
    )
    assert hours(check) == {"up": 9 * 3600, "down": 3600}
    approve_maintenance(maintenance_id=row.pk, by=UserFactory(), at=T0)
    assert hours(check) == {"up": 9 * 3600, "down": 1800, "planned_down": 1800}
    cancel_maintenance(maintenance_id=row.pk, by=person, at=T0, since=T0 - 5 * HOUR + 10 * MINUTE)
    assert hours(check) == {"up": 9 * 3600, "down": 3000, "planned_down": 600}
    assert before == set(UptimeHour.objects.filter(hour__gte=T0 - 2 * HOUR).values_list("pk", flat=True))
    check.refresh_from_db()
    assert check.rolled_up_to == T0


def test_cancelling_leaves_what_was_and_ends_what_goes_on():
    check = HealthCheckFactory()
    row = plan(check, starts_at=T0)

    cancelled = cancel_maintenance(maintenance_id=row.pk, by=UserFactory(), at=T0 + 20 * MINUTE)

    assert (cancelled.cancelled_from, cancelled.version) == (T0 + 20 * MINUTE, 2)
    assert ranges(check) == [(us(T0), us(T0 + 20 * MINUTE))]
    with pytest.raises(RefusedTransitionError):
        cancel_maintenance(maintenance_id=row.pk, by=UserFactory(), at=T0)
    with pytest.raises(RefusedTransitionError):
        change_maintenance(maintenance_id=row.pk, changes={"title": "Other"}, by=UserFactory(), at=T0)
    with pytest.raises(RefusedTransitionError):
        approve_maintenance(maintenance_id=plan_cancelled(check).pk, by=UserFactory(), at=T0)


def plan_cancelled(check):
    row = plan(check, source="vendor")
    return cancel_maintenance(maintenance_id=row.pk, by=UserFactory(), at=T0)


@pytest.mark.parametrize("since", [T0 + MINUTE, T0 - LOOK_BACK - MINUTE])
def test_cancelling_from_ahead_or_long_ago_is_refused(since):
    row = plan(HealthCheckFactory())

    with pytest.raises(InvalidInputError, match="since"):
        cancel_maintenance(maintenance_id=row.pk, by=UserFactory(), at=T0, since=since)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "weekly"}, "kind"),
        ({"duration_seconds": 1}, "duration_seconds"),
        ({"ends_at": T0 + DAY}, "ends_at"),
    ],
)
def test_impossible_changes_of_what_has_begun_are_refused(changes, field):
    person = UserFactory()
    row = plan(HealthCheckFactory(), by=person, starts_at=T0)

    with pytest.raises(InvalidInputError) as refusal:
        change_maintenance(maintenance_id=row.pk, changes=changes, by=person, at=T0 + 30 * MINUTE)

    assert refusal.value.field == field
    row.refresh_from_db()
    assert (row.starts_at, row.duration_seconds, row.version) == (T0, 3600, 1)


@pytest.mark.parametrize("begun", [True, False])
@pytest.mark.parametrize("is_same_person", [True, False])
def test_moving_a_plan_onto_time_that_is_over_needs_another_person(begun, is_same_person):
    check = rolled(watched([("up", 5 * HOUR), ("down", HOUR), ("up", 4 * HOUR)], at=T0), T0)
    planner, other = UserFactory(), UserFactory()
    row = plan(check, by=planner, at=T0 - 2 * HOUR, starts_at=T0 - HOUR if begun else T0 + HOUR)
    by = planner if is_same_person else other

    outage = {"starts_at": T0 - 5 * HOUR, "duration_seconds": 3600}
    moved = change_maintenance(maintenance_id=row.pk, changes=outage, by=by, at=T0)

    assert (moved.planned_by, moved.planned_at, moved.approved_by, moved.approved_at) == (by, T0, None, None)
    assert (hours(check), ranges(check)) == ({"up": 9 * 3600, "down": 3600}, [])
    with pytest.raises(InvalidInputError, match="somebody else"):
        approve_maintenance(maintenance_id=row.pk, by=by, at=T0)
    approve_maintenance(maintenance_id=row.pk, by=other if is_same_person else planner, at=T0)
    assert hours(check) == {"up": 9 * 3600, "planned_down": 3600}


def test_who_moves_a_proposal_may_not_approve_it():
    planner, other = UserFactory(), UserFactory()
    row = plan(HealthCheckFactory(), by=planner, starts_at=T0 - HOUR)

    change_maintenance(maintenance_id=row.pk, changes={"starts_at": T0 - 2 * HOUR}, by=other, at=T0)

    with pytest.raises(InvalidInputError, match="somebody else"):
        approve_maintenance(maintenance_id=row.pk, by=other, at=T0)


def test_moving_what_lies_ahead_counts_in_the_name_of_who_moved_it():
    check, other = HealthCheckFactory(), UserFactory()
    row = plan(check)

    moved = change_maintenance(maintenance_id=row.pk, changes={"starts_at": T0 + 2 * HOUR}, by=other, at=T0 + MINUTE)

    assert (moved.planned_by, moved.approved_by, moved.approved_at) == (other, other, T0 + MINUTE)
    assert ranges(check) == [(us(T0 + 2 * HOUR), us(T0 + 3 * HOUR))]


def test_what_is_under_way_may_end_at_another_time_ahead():
    check, planner = HealthCheckFactory(), UserFactory()
    row = plan(check, by=planner, starts_at=T0)

    moved = change_maintenance(
        maintenance_id=row.pk, changes={"duration_seconds": 7200}, by=UserFactory(), at=T0 + 30 * MINUTE
    )

    assert (moved.planned_by, moved.approved_by) == (planner, planner)
    assert ranges(check) == [(us(T0), us(T0 + 2 * HOUR))]


@pytest.mark.parametrize("ends_at", [None, T0 + 60 * DAY])
def test_a_recurring_one_that_is_over_stays_over(ends_at):
    check = HealthCheckFactory()
    row = plan(check, kind="cron", cron="0 3 * * *", duration_seconds=3 * 3600, starts_at=T0, ends_at=T0 + DAY)
    later = T0 + 26 * DAY
    before = ranges(check)

    with pytest.raises(InvalidInputError, match="ends_at: It is over already"):
        change_maintenance(maintenance_id=row.pk, changes={"ends_at": ends_at}, by=UserFactory(), at=later)

    assert ranges(check) == before
    assert len(before) == 1


def test_a_recurring_one_in_force_keeps_its_times():
    check, person = HealthCheckFactory(), UserFactory()
    row = plan(check, by=person, kind="cron", cron="0 3 * * *", starts_at=T0)
    later = T0 + 40 * DAY

    change_maintenance(maintenance_id=row.pk, changes={"title": "Nightly", "ends_at": later}, by=person, at=later)

    row.refresh_from_db()
    assert (row.title, row.ends_at, row.starts_at) == ("Nightly", later, T0)
    for changes, field in (
        ({"duration_seconds": 60}, "starts_at"),
        ({"ends_at": later - MINUTE}, "ends_at"),
    ):
        with pytest.raises(InvalidInputError) as refusal:
            change_maintenance(maintenance_id=row.pk, changes=changes, by=UserFactory(), at=later)
        assert refusal.value.field == field


def test_without_a_plan_two_queries_tell(django_assert_num_queries):
    check = HealthCheckFactory()

    with django_assert_num_queries(2):
        assert get_maintenance_by_check([check.pk], start=T0, end=T0 + DAY) == {}


# Every figure of one integration: 30 days, 2 hours down of which 1 was maintenance, 6 hours of maintenance in all.

RULES = {
    "exclude": (Fraction(30 * 24 - 6 - 1, 30 * 24 - 6), 6),
    "measured": (Fraction(30 * 24 - 2, 30 * 24), 0),
    "up": (Fraction(30 * 24 - 1, 30 * 24), 0),
}


def one_integration(rule):
    AccountingProfile.objects.update(is_default=False)
    AccountingProfile.objects.create(name="ours", maintenance=rule, is_default=True)
    at = timezone.now().replace(minute=0, second=0, microsecond=0)
    past = [("up", 10 * DAY), ("down", 2 * HOUR), ("up", 20 * DAY - 2 * HOUR)]
    check = watched(past, at=at, integration=IntegrationFactory(name="Ledger", slug="ledger"))
    began = at - 20 * DAY
    MaintenanceFactory(checks=[check], starts_at=began + HOUR, duration_seconds=3600)
    MaintenanceFactory(integrations=[check.integration], starts_at=at - 3 * HOUR, duration_seconds=5 * 3600)
    MaintenanceFactory(partner=check.integration.partner, starts_at=began - 5 * DAY, duration_seconds=2 * 3600)
    return rolled(check, at), at


@pytest.mark.parametrize("rule", RULES)
def test_card_table_page_command_and_metric_tell_the_same(rule, capsys):
    _, at = one_integration(rule)
    uptime, excluded = RULES[rule]
    start = at - 30 * DAY

    standing, detail = get_standing("ledger", at=at), get_detail("ledger", at=at)
    listed = list_integrations(Wanted(), at=at).groups[0]
    site = get_site_uptime("ledger", start=start, end=at, at=at)
    call_command("show_uptime", "ledger", "--start", start.isoformat(), "--end", at.isoformat(), "--json")
    shown = json.loads(capsys.readouterr().out)
    frame = get_source("integration_uptime").fetch(start, at)
    sums = {name: int(values.sum()) for name, values in frame.measures.items()}

    assert standing.hero.uptime == uptime
    assert detail.windows[2].window.name == "30 days"
    assert detail.windows[2].figures == standing.hero == detail.standing.hero
    assert (listed.rows[0].figures, listed.pooled) == (standing.hero, standing.hero)
    assert site.counted == standing.hero.tally
    assert (shown["uptime"], shown["seconds"]["maintenance"]) == (float(uptime), excluded * 3600)
    assert standing.hero.tally.maintenance == excluded * 3600 * 1_000_000
    planned = {state: sums[f"planned_{state}"] for state in STATES}
    outside = {state: sums[state] for state in STATES}
    assert as_accounted(outside, planned, rule) == standing.hero.tally
    assert standing.hero.coverage == site.coverage == 1
    budget = standing.budget
    assert budget is None or budget.spent_us == standing.hero.lost_us


def as_accounted(outside, planned, rule):
    if rule == "measured":
        return Tally(**{state: outside[state] + planned[state] for state in STATES})
    whole = sum(planned.values())
    return Tally(**outside, maintenance=whole) if rule == "exclude" else Tally(**outside) + Tally(up=whole)


def test_the_page_draws_maintenance_and_counts_the_outage_outside_it():
    _, at = one_integration("exclude")

    detail = get_detail("ledger", at=at)

    drawn = {part.state for part in detail.parts}
    assert drawn == {"down", "maintenance", "unknown"}
    assert [one.length(us(at)) for one in detail.outages] == [3600 * 1_000_000]
    days = list_integrations(Wanted(), at=at).groups[0].rows[0].days
    assert days.count("down") >= 1
    assert days[-1] == "maintenance"


def test_hours_of_a_zone_that_cuts_them_keep_maintenance_apart():
    """Quarters of hours add up to the hours, inside and outside."""
    _, at = one_integration("exclude")
    start, end = at - 15 * DAY - 15 * MINUTE, at - 14 * MINUTE - MINUTE

    frame = get_source("integration_uptime").fetch(start, end)

    site = get_site_uptime("ledger", start=start, end=end, at=at)
    found = {state: int(frame.measures[state].sum()) for state in STATES}
    assert Tally(**found, maintenance=site.counted.maintenance) == site.counted
    planned = sum(int(frame.measures[f"planned_{state}"].sum()) for state in STATES)
    assert planned == site.counted.maintenance > 0


def test_a_check_in_maintenance_says_nothing_while_another_measures():
    at = timezone.now().replace(microsecond=0)
    integration = IntegrationFactory(slug="pair")
    first = watched([("up", 10 * HOUR), ("down", 2 * HOUR)], at=at, integration=integration)
    watched([("up", 12 * HOUR)], at=at, integration=integration)
    MaintenanceFactory(checks=[first], starts_at=at - 2 * HOUR, duration_seconds=3600)

    found = get_standing("pair", at=at).hero

    assert found.tally == Tally(up=11 * 3600 * 1_000_000, down=3600 * 1_000_000)


def test_the_pages_of_a_check_that_counts_not_are_left_as_told():
    at = timezone.now().replace(microsecond=0)
    feed = watched([("up", HOUR), ("degraded", HOUR)], at=at, counts_for_uptime=False)
    MaintenanceFactory(checks=[feed], starts_at=at - HOUR, duration_seconds=3600)

    standing = get_standing(feed.integration.slug, at=at)

    assert [one.state for one in standing.timelines[feed.pk]] == ["up", "degraded"]
    assert HealthCheck.objects.get(pk=feed.pk).state == "degraded"
