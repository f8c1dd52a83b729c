"""The metrics of clocks, against plain loops over the events and against all that may be written in between."""

import random
from datetime import date, timedelta

import numpy as np
import pytest
from django.db.models import F

from metrics.models import DirtyMark, PeriodValue
from metrics.services.follow_ups import follow_unsettled_rows
from metrics.services.recompute import recompute_pending
from metrics.services.verify import verify_source
from metrics.sources import list_sources
from operations.models import Escalation
from support.models import ClockCrossing, Customer, SlaPolicy, Team, Ticket, TicketClock
from support.services.breaches import excuse_breach
from support.services.clock_crossings import note_past_crossings, notice_crossings
from support.services.clocks import refresh_clocks
from tests.factories import UserFactory
from tests.support.ticket_lives import NOW, REPLY_TARGET, WAITING, Desk, counted

pytestmark = pytest.mark.django_db
ALL = date(1970, 1, 1)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def settle(at=NOW):
    recompute_pending(at=at, now_please=True, max_batches=2000)
    assert [one for source in list_sources() for one in verify_source(source)] == []


def value(key, segment=""):
    row = PeriodValue.objects.filter(version__metric__key=key, segment=segment, grain="all", start=ALL).first()
    return (row.value, row.n) if row else (None, 0)


def close(numbers, statistic=np.mean):
    return (pytest.approx(float(statistic(numbers)), rel=1e-9), len(numbers))


@pytest.fixture
def told():
    """Some lives, computed, and what their events tell."""
    desk = Desk(random.Random(7))
    ids = [desk.live().pk for _ in range(50)]
    note_past_crossings(ids, until=NOW)
    refresh_clocks(ids)
    follow_unsettled_rows(at=NOW)
    settle()
    return counted()


def test_every_metric_equals_a_loop_over_the_events(told):
    check_clocks(told)
    check_first_replies(told)
    check_repeats_and_old_backlog(told)
    check_old_backlog_of_every_day(told)


def check_clocks(told):
    solved = [one for one in told if one.is_solved]
    wait = [one.hours_in(*WAITING) for one in solved]
    work = [one.hours_in("new", "open") for one in solved]
    lasted = [(one.solves[-1] - one.ticket.opened_at) / HOUR for one in solved]
    assert min(len(solved), sum(len(one.solves) > 1 for one in solved)) > 0

    assert value("ticket_requester_wait_hours_mean") == close(wait)
    assert value("ticket_requester_wait_hours_p90") == close(wait, lambda hours: np.quantile(hours, 0.9))
    assert value("ticket_agent_work_hours_median") == close(work, np.median)
    assert value("ticket_customer_wait_hours_mean") == close(
        [one.hours_in("new", "open", "on_hold_internal") for one in solved]
    )
    assert value("ticket_resolution_hours_mean") == close(lasted)
    working = [one.working_hours(one.solves[-1]) for one in solved]
    assert value("ticket_full_resolution_business_hours_mean") == close(working)
    first = [(one.solves[0] - one.ticket.opened_at) / HOUR for one in told if one.solves]
    assert value("ticket_first_resolution_hours_mean") == close(first)
    urgent = [hours for hours, one in zip(wait, solved, strict=True) if one.ticket.priority == "urgent"]
    assert value("ticket_requester_wait_hours_mean", "priority=urgent") == close(urgent)


def check_first_replies(told):
    asked = [(one, one.first_reply) for one in told if one.first_reply]
    took = [(reply[1] - reply[0]) / HOUR for _, reply in asked if reply[1]]
    silent = [one for one, reply in asked if not reply[1]]
    assert 0 < len(took) < len(asked) < len(told)

    assert value("ticket_first_reply_hours_mean") == close(took)
    assert value("ticket_first_reply_hours_p90") == close(took, lambda hours: np.quantile(hours, 0.9))
    assert value("ticket_no_first_reply_ratio") == (len(silent) / len(asked), len(asked))
    assert value("ticket_solved_without_reply_ratio") == (
        sum(one.is_solved for one in silent) / len(asked), len(asked),
    )  # fmt: skip
    kept = [one[1] - one[0] <= timedelta(seconds=REPLY_TARGET) for _, one in asked if one[1]]
    fell = [
        one.ticket.closed_at - reply[0] > timedelta(seconds=REPLY_TARGET)
        for one, reply in asked
        if not reply[1] and one.ticket.state == "closed"
    ]
    broken = kept.count(False) + fell.count(True)
    assert value("ticket_sla_met_ratio", "clock=first_reply") == (
        pytest.approx(kept.count(True) / (kept.count(True) + broken)), kept.count(True) + broken,
    )  # fmt: skip


def check_repeats_and_old_backlog(told):
    midnight = NOW.replace(hour=0)
    tickets = [one.ticket for one in told]
    known = [one for one in tickets if one.resolved_at and one.customer_id]
    back = [
        any(
            other.customer_id == one.customer_id and one.resolved_at < other.opened_at <= one.resolved_at + 7 * DAY
            for other in tickets
        )
        for one in known
    ]
    waiting = [one for one in tickets if one.is_open]
    old = [one for one in waiting if one.opened_at <= midnight - 7 * DAY]
    assert 0 < sum(back) < len(back)

    assert value("ticket_repeat_contact_ratio") == (sum(back) / len(back), len(back))
    assert value("ticket_backlog_over_7_days") == (len(old), len(old))
    assert value("ticket_backlog_over_7_days_ratio")[0] == len(old) / len(waiting)
    assert value("tickets_reopened")[0] == sum(one.reopen_count > 0 for one in tickets)
    breaches = ClockCrossing.objects.filter(share=100, ticket__in=tickets)
    assert value("ticket_sla_breaches") == (breaches.count(), breaches.count())


def check_old_backlog_of_every_day(told):
    rows = PeriodValue.objects.filter(version__metric__key="ticket_backlog_over_7_days", segment="", grain="day")

    assert rows.count() > 10
    for row in rows:
        end = NOW.replace(hour=0) if row.start >= NOW.date() else None
        moment = end or NOW.replace(year=row.start.year, month=row.start.month, day=row.start.day, hour=0) + DAY
        held = [
            one.ticket
            for one in told
            if one.ticket.opened_at + 7 * DAY < moment
            and ((one.ticket.resolved_at or one.ticket.closed_at) is None
                 or (one.ticket.resolved_at or one.ticket.closed_at) >= moment)
        ]  # fmt: skip
        assert row.value == len(held), row.start


def test_a_breach_stays_broken_when_its_hours_change_and_when_it_is_excused(told):
    crossing = ClockCrossing.objects.filter(share=100, metric="first_reply").exclude(
        ticket__state__in=["merged", "spam"]
    )[0]
    before = value("ticket_sla_met_ratio")
    TicketClock.objects.filter(ticket=crossing.ticket, metric="first_reply").update(breached_at=None)
    refresh_clocks([crossing.ticket_id])

    excuse_breach(crossing=crossing, reason="Their outage", by=UserFactory(), at=NOW)
    settle()

    assert value("ticket_sla_met_ratio") == before


def write(rng, desk, step):
    """One write of any kind, in the product's way or around it."""
    tickets = list(Ticket.objects.all())
    ticket = rng.choice(tickets)
    at = NOW - DAY + step * HOUR
    word = f"word-{step}"

    def act():
        desk.act(ticket, max(at, ticket.opened_at))

    def drop_clocks():
        TicketClock.objects.filter(ticket=ticket).delete()
        if rng.random() < 0.5:
            refresh_clocks([ticket.pk])

    def raw():
        made = Ticket.objects.create(
            subject="Raw", opened_at=at - rng.randrange(40) * DAY, customer=rng.choice(desk.customers)
        )
        if rng.random() < 0.5:
            made.delete()

    def escalate():
        end = {"state": "resolved", "ended_at": at} if rng.random() < 0.9 else {}
        Escalation.objects.create(
            kind="process_failure", subject=f"ticket:{ticket.pk}", title="Up", raised_at=at - step * DAY, **end
        )

    def excuse():
        for crossing in ClockCrossing.objects.filter(share=100, excuse=None)[:1]:
            excuse_breach(crossing=crossing, reason="Theirs", by=desk.person, at=at)

    writes = [
        act, act, act, drop_clocks, raw, escalate, excuse, desk.live,
        lambda: notice_crossings(at=at),
        lambda: Ticket.objects.filter(pk=ticket.pk).update(customer=rng.choice([*desk.customers, None])),
        lambda: Ticket.objects.filter(pk=ticket.pk).update(opened_at=ticket.opened_at - rng.randrange(9) * DAY),
        lambda: Ticket.objects.filter(pk=ticket.pk).update(state="spam", closed_at=at),
        lambda: Ticket.objects.filter(pk=ticket.pk).update(team=rng.choice(desk.teams), is_external_sla_met=True),
        lambda: Team.objects.filter(pk=desk.teams[0].pk).update(slug=word),
        lambda: Customer.objects.filter(pk=rng.choice(desk.customers).pk).update(segment=word),
        lambda: SlaPolicy.objects.update(name=word),
        lambda: TicketClock.objects.filter(ended_at__isnull=False, ticket=ticket).update(ended_at=F("ended_at")),
        lambda: follow_unsettled_rows(at=at),
    ]  # fmt: skip
    rng.choice(writes)()


@pytest.mark.parametrize("seed", range(4))
def test_any_writes_leave_no_difference(seed):
    rng = random.Random(seed)
    desk = Desk(rng)
    for _ in range(12):
        desk.live()
    for step in range(14):
        write(rng, desk, step)
        if rng.random() < 0.4:
            recompute_pending(at=NOW + step * HOUR, now_please=True, days_a_batch=rng.choice([2, 62]))

    settle(NOW + DAY)

    assert not DirtyMark.objects.exists()
