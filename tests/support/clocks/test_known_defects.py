"""Defects measured in django-helpdesk, each shown not to be ours."""

from datetime import UTC, date, datetime, timedelta

import pytest

from operations.models import BusinessCalendar, Escalation
from operations.services.calendars import NewHours, create_calendar
from support.models import ClockCrossing, SlaPolicy, TicketClock, TicketState
from support.services.bulk import run_bulk
from support.services.clock_crossings import SETTLE, notice_crossings
from support.services.messages import add_customer_message, add_note, add_reply
from support.services.sla import NewTerms, create_policy
from support.services.ticket_states import StateChange
from support.services.tickets import NewTicket, change_ticket_state, open_ticket
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONDAY = datetime(2026, 2, 2, 14, tzinfo=UTC)  # 9:00 in New York.
THURSDAY = MONDAY + 3 * DAY
WEEK = {day: ["09:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}


def ticket(at):
    return open_ticket(new=NewTicket("It fails", category="sync"), actor=None, at=at)


def escalated_at(found, opened_at):
    """When the breach of the only promise is escalated by a worker that looks every hour."""
    at = opened_at
    while not Escalation.objects.filter(subject=f"ticket:{found.pk}").exists():
        at += HOUR
        assert at < opened_at + 14 * DAY
        notice_crossings(at=at + SETTLE)
    return at


def test_v10_a_weekend_inside_makes_an_escalation_later_never_earlier():
    """There a weekend inside the limit makes the escalation earlier."""
    calendar = create_calendar(
        calendar=BusinessCalendar(name="Support", timezone="America/New_York"),
        hours=NewHours(date(2026, 1, 1), WEEK),
        at=MONDAY,
        by=None,
    )
    terms = NewTerms({"customer_wait": {"seconds": 4 * 8 * 3600}}, calendar=calendar)
    create_policy(policy=SlaPolicy(name="Four days"), terms=terms, at=MONDAY, by=None)

    without = escalated_at(ticket(MONDAY), MONDAY) - MONDAY
    inside = escalated_at(ticket(THURSDAY), THURSDAY) - THURSDAY

    assert (without, inside) == (3 * DAY + 8 * HOUR, 5 * DAY + 8 * HOUR)


def resolution(found):
    """All that says how long the ticket took, and whether in time."""
    names = ("metric", "state", "ended_at", "elapsed_calendar_us", "elapsed_business_us", "breached_at")
    clocks = TicketClock.objects.filter(ticket=found).order_by("metric", "instance")
    found.refresh_from_db()
    passed = ClockCrossing.objects.filter(ticket=found).order_by("pk").values_list("share", "crossed_at")
    return found.resolved_at, list(clocks.values_list(*names)), list(passed)


def later_note(found, at):
    add_note(ticket_id=found.pk, body="For the record", actor=UserFactory(), at=at)


def later_comment(found, at):
    add_reply(ticket_id=found.pk, body="By the way", actor=UserFactory(), at=at)


def later_thanks(found, at):
    add_customer_message(ticket_id=found.pk, body="Thanks", at=at, no_reply_needed=True)


def later_tag(found, at):
    run_bulk(ticket_ids=[found.pk], action="add_tags", values={"tags": ["late"]}, actor=UserFactory(), at=at)


def closing(found, at):
    change_ticket_state(ticket_id=found.pk, change=StateChange(TicketState.CLOSED), actor=None, at=at)


@pytest.mark.parametrize("later", [later_note, later_comment, later_thanks, later_tag, closing])
def test_nothing_said_after_the_solve_changes_how_long_it_took(later):
    """There a later note makes the time to the resolution longer."""
    terms = NewTerms({"customer_wait": {"seconds": 4 * 3600, "hours": "calendar"}})
    create_policy(policy=SlaPolicy(name="All"), terms=terms, at=MONDAY, by=None)
    found = ticket(MONDAY)
    add_reply(ticket_id=found.pk, body="Try this", actor=UserFactory(), at=MONDAY + HOUR)
    solve = StateChange(TicketState.SOLVED, category="sync")
    change_ticket_state(ticket_id=found.pk, change=solve, actor=UserFactory(), at=MONDAY + 3 * HOUR)
    notice_crossings(at=MONDAY + 3 * HOUR)
    before = resolution(found)

    later(found, MONDAY + 3 * HOUR + 40 * DAY)
    notice_crossings(at=MONDAY + 80 * DAY)

    assert resolution(found) == before
    assert before[0] == MONDAY + 3 * HOUR
