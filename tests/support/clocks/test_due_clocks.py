"""What is due around now, against a plain loop over the clocks as their events make them."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from django.utils import timezone

from foundation.words import moment
from operations.models import BusinessCalendar
from operations.services.calendars import NewHours, create_calendar
from support.models import ClockState, SlaPolicy, Ticket, TicketClock, TicketState, Via
from support.selectors.due_clocks import AHEAD, BEHIND, DueState, get_due_clocks
from support.selectors.ticket_clocks import derive_ticket_clocks, list_crossings
from support.services.clock_crossings import notice_crossings
from support.services.sla import NewTerms, add_policy_version, create_policy, reapply_policies
from support.services.ticket_states import StateChange
from support.services.tickets import NewTicket, change_ticket_state, open_ticket
from support.views.due_chart import DRAWN, show_clocks, write_finding
from tests.factories import TicketFactory, UserFactory
from tests.factories_support import SlaPolicyVersionFactory, TicketClockFactory
from tests.support.ticket_lives import Desk

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 3, 2, 15, tzinfo=UTC)  # 10:00 in New York.
HOUR, MINUTE, US = timedelta(hours=1), timedelta(minutes=1), timedelta(microseconds=1)
WEEK = {day: ["09:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}


def promise(seconds, hours, *, calendar=None):
    terms = NewTerms({"first_reply": {"seconds": seconds, "hours": hours}}, calendar=calendar)
    return create_policy(policy=SlaPolicy(name="All"), terms=terms, at=MONDAY, by=None)


def office():
    new = BusinessCalendar(name="Support", timezone="America/New_York")
    return create_calendar(calendar=new, hours=NewHours(date(2026, 1, 1), WEEK), at=MONDAY, by=None)


def open_one(at=MONDAY, **fields):
    return open_ticket(new=NewTicket("It fails", category="sync", **fields), actor=None, at=at, via=Via.API)


def states_at(at):
    return [clock.state for clock in get_due_clocks(at).clocks]


def due(at, hours, *, used=0.5, **fields):
    """A clock of all hours that is due so many hours after `at`, with this share of its promise used."""
    due_at = at + timedelta(hours=hours)
    since = due_at - 100 * HOUR if hours <= 0 else at - timedelta(hours=hours) * used / (1 - used)
    whole = due_at - since
    return TicketClockFactory(
        started_at=since,
        running_since=since,
        due_at=due_at,
        is_target_in_business=False,
        target_seconds=round(whole.total_seconds()),
        remaining_us=whole // US,
        **fields,
    )


@pytest.mark.parametrize(
    ("hours", "seconds"), [("calendar", 10 * 3600), ("calendar", 7), ("business", 10 * 3600), ("business", 12_345)]
)
def test_at_risk_from_the_very_instant_at_which_80_percent_have_passed(hours, seconds):
    promise(seconds, hours, calendar=office())
    ticket = open_one()
    (clock,) = [one for one in derive_ticket_clocks([ticket.pk])[ticket.pk] if one.target]
    passed, due_at = list_crossings(clock)[80], clock.due_at

    assert states_at(passed - US) == [DueState.IN_TIME]
    assert states_at(passed) == [DueState.AT_RISK]
    assert states_at(due_at) == [DueState.AT_RISK]
    assert states_at(due_at + US) == [DueState.OVER]


def test_at_risk_over_closed_hours_is_worked_out_by_the_calendar():
    """Ten open hours from Monday 13:00: four are used by 17:00, eight by Tuesday 13:00, all by 15:00."""
    promise(10 * 3600, "business", calendar=office())
    open_one(MONDAY + 3 * HOUR)
    tuesday = MONDAY + 27 * HOUR

    assert [states_at(at) for at in (tuesday - 7 * HOUR, tuesday - US, tuesday, tuesday + 2 * HOUR + US)] == [
        [],
        [DueState.IN_TIME],
        [DueState.AT_RISK],
        [DueState.OVER],
    ]


def test_a_longer_promise_takes_the_risk_away_though_it_was_noticed():
    policy = promise(5 * 3600, "calendar")
    open_one()
    at = MONDAY + 4 * HOUR + MINUTE
    notice_crossings(at=at)
    before = states_at(at)
    terms = NewTerms({"first_reply": {"seconds": 10 * 3600, "hours": "calendar"}})
    add_policy_version(policy=policy, terms=terms, at=at, by=None)
    reapply_policies(at=at, actor=None)

    assert (before, states_at(at)) == ([DueState.AT_RISK], [DueState.IN_TIME])
    assert states_at(MONDAY + 8 * HOUR) == [DueState.AT_RISK]


def test_paused_and_ended_clocks_are_not_there():
    terms = NewTerms({"agent_work": {"seconds": 3600, "hours": "calendar"}})
    create_policy(policy=SlaPolicy(name="All"), terms=terms, at=MONDAY, by=None)
    kept, paused, solved = open_one(), open_one(), open_one()
    for ticket, state in ((paused, "pending_customer"), (solved, "solved")):
        change = StateChange(TicketState(state), reason="Because", category="sync")
        change_ticket_state(ticket_id=ticket.pk, change=change, actor=UserFactory(), at=MONDAY + MINUTE)

    assert [one.ticket_id for one in get_due_clocks(MONDAY + 2 * MINUTE).clocks] == [kept.pk]


@pytest.mark.parametrize("seed", range(3))
def test_the_chart_has_what_a_plain_loop_over_the_clocks_has(seed):
    desk = Desk(random.Random(seed))
    for _ in range(40):
        desk.live()
    tickets = Ticket.objects.all()  # With those that follow others.
    clocks = [(ticket, clock) for ticket in tickets for clock in derive_ticket_clocks([ticket.pk]).get(ticket.pk, ())]
    running = [(ticket, clock) for ticket, clock in clocks if clock.state is ClockState.RUNNING and clock.due_at]
    assert len(running) > 5

    for at in (clock.due_at + shift * HOUR for _, clock in running for shift in (-7, -1, 1)):
        found = get_due_clocks(at)

        assert found.earlier == sum(clock.due_at < at - BEHIND for _, clock in running)
        assert found.later == sum(clock.due_at > at + AHEAD for _, clock in running)
        told = {(one.ticket_id, one.metric): (one.due_at, one.priority, one.state) for one in found.clocks}
        inside = [(ticket, clock) for ticket, clock in running if at - BEHIND <= clock.due_at <= at + AHEAD]
        assert set(told) == {(ticket.pk, clock.metric) for ticket, clock in inside}
        begun = [(ticket, clock) for ticket, clock in inside if clock.running_since <= at]
        assert [told[ticket.pk, clock.metric] for ticket, clock in begun] == [
            (clock.due_at, ticket.priority, state_of(clock, at)) for ticket, clock in begun
        ]


def state_of(clock, at):
    """By the seconds that the engine counts from the clock's last event, and not from its end."""
    if clock.due_at < at:
        return DueState.OVER
    calendar = clock.terms.calendar
    if clock.target.in_business:
        used = clock.elapsed_business_us / 1e6 + calendar.business_seconds(clock.running_since, at)
    else:
        used = clock.elapsed_calendar_us / 1e6 + (at - clock.running_since).total_seconds()
    return DueState.AT_RISK if used >= 0.8 * (clock.target.seconds + clock.extra_us / 1e6) else DueState.IN_TIME


def test_more_clocks_take_no_more_queries(django_assert_num_queries):
    at = timezone.now()
    for number in range(3):
        due(at, 1)
        version = SlaPolicyVersionFactory(calendar=BusinessCalendar.objects.create(name=f"C {number}", timezone="UTC"))
        TicketClockFactory(due_at=at + HOUR, remaining_us=10, target_seconds=1, policy_version=version)
        with django_assert_num_queries(5):
            assert len(get_due_clocks(at).clocks) == 2 * (number + 1)


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        ([(-1, 0), (-0.5, 0), (1, 0.9), (2, 0.9), (3, 0.1)], "Two are over, two more are at risk before 17:01"),
        ([(-1, 0), (-3, 0), (-9, 0), (1, 0.9)], "One is over, two more for longer, one more is at risk before 16:01"),
        ([(-3, 0)], "One is over for longer than 2 h"),
        ([(1, 0.9)], "One is at risk before 16:01"),
        ([(1, 0.1), (2, 0.1)], "All are in time"),
        ([(1, 0.1)], "The one that is due is in time"),
        ([(9, 0.1)], "Nothing is due within 8 h"),
    ],
)
def test_finding_in_words(settings, hours, said):
    settings.ORGANISATION_TIME_ZONE = "UTC"
    for hour, used in hours:
        due(MONDAY, hour, used=used)

    assert write_finding(get_due_clocks(MONDAY)) == said


def section(client, **person):
    client.force_login(UserFactory(**(person or {"groups": ["support_agent"]})))
    soup = BeautifulSoup(client.get("/support/").content, "html.parser")
    return next(one for one in soup.select("section.sec") if one.h2.text.startswith("Clocks"))


def test_page_draws_tells_and_lists_the_clocks(client):
    at = timezone.now()
    late = due(at, -1, ticket=TicketFactory(external_id="Z-7", priority="urgent"), metric="next_reply", instance=2)
    due(at, 1, used=0.9)
    due(at, 5, used=0.1)
    due(at, -5)
    due(at, 20)

    found = section(client, permissions=["support.view_ticket"])

    assert [" ".join(badge.text.split()) for badge in found.select(".count")] == ["2 past due", "1 at risk"]
    assert [svg["role"] for svg in found.select("svg[role]")] == ["img", "img"]
    assert found.desc.text == ("2 past due, 1 of them for more than 2 hours, 1 with 80 % used, 1 in time; 1 due later")
    assert found.select_one("figcaption span").text.endswith("by priority · 1 over for longer · 1 due later")
    first = found.select_one("details.data tbody tr")
    assert first.a["href"] == late.ticket.get_absolute_url()
    cells = [cell.text for cell in first.select("th, td")]
    assert (cells[:3], cells[-1]) == (["Z-7", "Next reply 2", "Urgent"], "past due")
    assert len(found.select("tbody tr")) == 3


def test_more_clocks_than_are_drawn_are_said_and_cost_no_more(client):
    at = timezone.now()
    ticket = TicketFactory()
    for number in range(DRAWN + 40):
        due(at, 1 + number / 100, used=0.9, ticket=ticket, instance=number + 1)

    shown = show_clocks(get_due_clocks(at))
    found = section(client)

    assert shown["at_risk"] == DRAWN + 40
    last = moment(at + timedelta(hours=1 + (DRAWN - 1) / 100), now=at)
    assert f"the first 200 of 240 are drawn, up to {last}" in found.select_one("figcaption span").text
    assert len(found.select("tbody tr")) == DRAWN
    assert len(found.select("svg.wide g > *")) <= DRAWN
    assert len(str(shown["figure"])) < 80_000


def test_without_promises_the_section_says_how_to_make_them(client):
    found = section(client)

    assert found.select("svg.wide") == []
    assert "No promise runs" in found.text
    assert TicketClock.objects.count() == 0
