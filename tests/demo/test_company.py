"""The demo company as it is after loading: complete and coherent."""

from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db import transaction
from django.db.models import Avg, Count, F, Sum

from dashboards.demo.load import load_company
from dashboards.demo.people import DOMAIN
from dashboards.demo.story import make_story
from metrics.models import Metric, Target
from operations.models import User
from partnerships.models import (
    SLO,
    Adjustment,
    HealthCheck,
    Integration,
    Maintenance,
    Partner,
    StatusInterval,
    Tier,
    TierPeriod,
    UptimeHour,
)
from support.models import OPEN_STATES, EventKind, Ticket, TicketClock, TicketEvent

# Loading takes most of a minute: with several test processes, one of them does it for all of these.
pytestmark = pytest.mark.xdist_group("company")
TODAY = date(2026, 3, 18)


@pytest.fixture(scope="module")
def story():
    return make_story(seed=7, today=TODAY, at=None)


@pytest.fixture(scope="module")
def _company(django_db_setup, django_db_blocker, story):
    """The whole company, loaded once for this module and rolled back after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_company(story, sandbox_port=8901)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def company(_company, db, story):
    return story


def test_company_has_the_promised_size(company):
    counts = {model.__name__: model.objects.count() for model in (User, Partner, Integration, Ticket)}

    assert counts == {"User": 40, "Partner": 12, "Integration": 30, "Ticket": 20_000}


def test_company_has_every_role(company):
    groups = set(User.objects.values_list("groups__name", flat=True))

    assert groups == {
        *("executive", "coo", "operations", "partner_manager", "support_lead", "support_agent"),
        *("contractor_manager", "finance", "auditor"),
    }
    assert User.objects.get(email=f"coo@{DOMAIN}").groups.get().name == "coo"


def test_history_is_two_years_long_and_ends_at_its_end(company):
    opened = Ticket.objects.order_by("opened_at").values_list("opened_at", flat=True)
    latest = TicketEvent.objects.order_by("-at").values_list("at", flat=True).first()

    assert opened.first() < company.start + timedelta(days=2)
    assert company.now - timedelta(hours=3) < latest <= company.now
    assert not UptimeHour.objects.filter(hour__gte=company.now).exists()


def test_states_of_tickets_follow_from_their_events(company):
    wrong = []
    for ticket in Ticket.objects.filter(pk__in=Ticket.objects.values("pk")[:2_000]).prefetch_related("events"):
        state, reopened = "new", 0
        for event in ticket.events.all():
            if event.kind == EventKind.STATE.value:
                assert event.old_state == state
                reopened += (state == "solved") and (event.new_state == "open")
                state = event.new_state
        if (state, reopened) != (ticket.state, ticket.reopen_count):
            wrong.append(ticket.pk)

    assert wrong == []


def test_events_of_tickets_are_in_order_and_begin_with_opening(company):
    times = {}
    for event in TicketEvent.objects.order_by("pk").values("ticket_id", "kind", "at").iterator():
        before = times.get(event["ticket_id"])
        assert (before is None) == (event["kind"] == "opened")
        assert before is None or before <= event["at"]
        times[event["ticket_id"]] = event["at"]

    assert len(times) == 20_000


def test_resolution_improves_from_about_32_to_about_20_hours(company):
    def mean(first_day, last_day):
        tickets = Ticket.objects.filter(
            resolved_at__gte=company.start + timedelta(days=first_day),
            resolved_at__lt=company.start + timedelta(days=last_day),
        )
        return tickets.aggregate(mean=Avg(F("resolved_at") - F("opened_at")))["mean"] / timedelta(hours=1)

    assert 28 < mean(45, 165) < 35
    assert 18 < mean(640, 730) < 23


def test_about_fifty_tickets_are_open_in_several_states(company):
    open_now = Ticket.objects.filter(state__in=OPEN_STATES)

    assert 25 <= open_now.count() <= 70
    assert open_now.values("state").distinct().count() >= 4


def test_weekends_are_quiet(company):
    by_day = dict(Ticket.objects.values_list("opened_at__week_day").annotate(n=Count("pk")))

    weekend, weekdays = by_day[7] + by_day[1], [by_day[day] for day in range(2, 7)]
    assert weekend / 2 < 0.5 * sum(weekdays) / 5


def test_intervals_of_every_check_are_contiguous_and_open_at_the_end(company):
    for check in HealthCheck.objects.filter(counts_for_uptime=True).prefetch_related("intervals"):
        intervals = list(check.intervals.all())
        assert intervals[0].started_at == check.monitored_from
        assert [one.ended_at for one in intervals[:-1]] == [one.started_at for one in intervals[1:]]
        assert intervals[-1].ended_at is None
        assert (intervals[-1].state, intervals[-1].started_at) == (check.state, check.state_since)


def test_uptime_hours_are_the_intervals_cut_into_hours(company):
    """Summed over all hours, each state has exactly its time in the intervals up to the last whole hour."""
    until = company.now.replace(minute=0)
    corrected = Adjustment.objects.in_force().values("health_check")
    for check in HealthCheck.objects.filter(counts_for_uptime=True).exclude(pk__in=corrected):
        hours = UptimeHour.objects.filter(health_check=check)
        spans = StatusInterval.objects.filter(health_check=check).values_list("state", "started_at", "ended_at")
        for state in ("up", "degraded", "down", "unknown"):
            expected = sum(
                (min(end or until, until) - start for kind, start, end in spans if kind == state and start < until),
                timedelta(),
            )
            assert hours.aggregate(us=Sum(f"{state}_us"))["us"] == expected // timedelta(microseconds=1)
        assert hours.values("hour").distinct().count() == (until - check.monitored_from) // timedelta(hours=1)


def test_measured_time_is_overlaid_by_maintenance_and_corrections(company):
    del company
    assert Maintenance.objects.filter(approved_at__isnull=False).count() == 2
    assert Maintenance.objects.filter(approved_at__isnull=True, source="vendor").count() == 1
    assert UptimeHour.objects.filter(is_planned=True).values("health_check").distinct().count() == 2
    assert [one.approved_at is not None for one in Adjustment.objects.order_by("requested_at")] == [True, False]


def test_tiers_are_a_history_that_ends_in_the_present_tier(company):
    for integration in Integration.objects.prefetch_related("tier_periods"):
        periods = list(integration.tier_periods.all())
        assert [one.ended_at for one in periods[:-1]] == [one.started_at for one in periods[1:]]
        assert (periods[-1].ended_at, periods[-1].tier) == (None, integration.tier)
    assert TierPeriod.objects.values("integration").annotate(n=Count("pk")).filter(n__gt=1).count() >= 5


def test_production_is_steadier_than_experimental(company):
    def share(tier):
        sums = UptimeHour.objects.filter(tier=tier).aggregate(bad=Sum("down_us"), good=Sum("up_us"))
        return sums["bad"] / sums["good"]

    assert share(Tier.PRODUCTION) < 0.001 < share(Tier.EXPERIMENTAL) < 0.02


def test_every_metric_has_an_owner_and_resolution_its_path(company):
    target = Target.objects.filter(metric__key="ticket_resolution_hours_mean").first()

    assert not Metric.objects.filter(owner__isnull=True).exists()
    assert (target.baseline_value, target.target_value, target.set_by.email) == (32, 8, f"coo@{DOMAIN}")


def test_stored_values_agree_with_the_rows(company):
    call_command("recompute_metrics", verify=True, verbosity=0)


def test_budgets_are_healthy_at_risk_and_exhausted(company):
    found = set(SLO.objects.filter(ended_at=None).values_list("status", flat=True))

    assert {"healthy", "at_risk", "exhausted"} <= found


def test_tickets_have_clocks_and_those_of_late_have_promises(company):
    answered = TicketClock.objects.filter(metric="first_reply", state="fulfilled")

    assert answered.count() > 15_000
    assert answered.filter(target_seconds__isnull=False, breached_at__isnull=False).exists()
    assert not TicketClock.objects.filter(next_crossing_at__lt=company.now).exists()
