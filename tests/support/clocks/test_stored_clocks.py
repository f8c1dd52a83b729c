"""Stored clocks: what events leave, whatever comes, and the same when all is worked out anew."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foundation.errors import InvalidInputError, RefusedTransitionError
from operations.models import BusinessCalendar, CalendarHoliday, Escalation, EscalationTrigger, OutboxMessage
from operations.services.calendars import NewHours, add_calendar_version, create_calendar, set_holiday
from support.models import BulkAction, ClockCrossing, SlaPolicy, TicketClock, TicketState, Via
from support.services.bulk import run_bulk
from support.services.clock_crossings import notice_crossings
from support.services.clocks import refresh_clocks, refresh_stale_clocks
from support.services.messages import add_customer_message, add_note, add_reply
from support.services.sla import NewTerms, add_policy_version, create_policy, reapply_policies
from support.services.ticket_fields import change_ticket_fields
from support.services.ticket_states import StateChange
from support.services.tickets import NewTicket, change_ticket_state, open_ticket
from tests.factories import TeamFactory, UserFactory

pytestmark = pytest.mark.django_db

# A Monday; New York's clocks go forward on the 8th.
MONDAY = datetime(2026, 3, 2, 15, tzinfo=UTC)
HOUR = timedelta(hours=1)
HOUR_US = 3_600_000_000
WEEK = {day: ["09:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}


@pytest.fixture
def calendar():
    new = BusinessCalendar(name="Support", timezone="America/New_York")
    return create_calendar(calendar=new, hours=NewHours(date(2026, 1, 1), WEEK), at=MONDAY, by=None)


def promise(calendar=None, *, name="All", position=100, seconds=8 * 3600, metric="customer_wait", **fields):
    terms = NewTerms({metric: {"seconds": seconds}}, calendar=calendar, **fields)
    return create_policy(policy=SlaPolicy(name=name, position=position), terms=terms, at=MONDAY, by=None)


def ticket(at=MONDAY, **fields):
    return open_ticket(new=NewTicket("It fails", category="sync", **fields), actor=None, at=at, via=Via.API)


def move(found, state, at, **fields):
    fields = {"reason": "Because", "wake_at": at + 24 * HOUR, **fields}
    change = StateChange(TicketState(state), **fields)
    return change_ticket_state(ticket_id=found.pk, change=change, actor=UserFactory(), at=at)


def clock(found, metric="customer_wait", instance=1):
    return TicketClock.objects.get(ticket=found, metric=metric, instance=instance)


def stored(tickets):
    rows = TicketClock.objects.filter(ticket__in=tickets).order_by("ticket", "metric", "instance").values()
    return [{name: value for name, value in row.items() if name != "id"} for row in rows]


def assert_rebuilt(*tickets):
    """All worked out anew from the events gives the same rows, also where none were."""
    before = stored(tickets)
    assert refresh_clocks(one.pk for one in tickets) == 0
    TicketClock.objects.filter(ticket__in=tickets).delete()
    refresh_clocks(one.pk for one in tickets)
    assert stored(tickets) == before


def test_a_ticket_begins_with_its_clocks_and_its_promise(calendar):
    promise(calendar)
    found = ticket()

    metrics = TicketClock.objects.filter(ticket=found).values_list("metric", flat=True)
    assert sorted(metrics) == [
        *("agent_work", "customer_wait", "first_reply", "first_resolution", "full_resolution", "requester_wait"),
    ]
    assert clock(found).due_at == datetime(2026, 3, 3, 15, tzinfo=UTC)
    assert clock(found).next_crossing_at == MONDAY + 4 * HOUR
    assert_rebuilt(found)


def test_the_first_policy_that_fits_is_taken(calendar):
    promise(calendar, name="Rest", position=9, seconds=3600)
    promise(calendar, name="Urgent", position=1, seconds=60, conditions={"priority": ["urgent"]})
    team = TeamFactory(slug="hooks")
    promise(calendar, name="Hooks", position=2, seconds=120, conditions={"team": ["hooks"], "priority": ["high"]})
    SlaPolicy.objects.create(name="Off", position=0, is_active=False)

    found = [ticket(), ticket(priority="urgent"), ticket(team=team), ticket(team=team, priority="high")]

    assert [clock(one).target_seconds for one in found] == [3600, 60, 3600, 120]


def test_a_changed_policy_is_for_new_tickets_until_it_is_applied_anew(calendar):
    policy = promise(calendar, seconds=3600)
    old, solved = ticket(), ticket()
    move(solved, "solved", MONDAY + HOUR)
    add_policy_version(policy=policy, terms=NewTerms({"customer_wait": {"seconds": 60}}), at=MONDAY, by=None)
    new = ticket()

    assert [clock(one).target_seconds for one in (old, new)] == [3600, 60]
    assert reapply_policies(at=MONDAY + HOUR / 2, actor=None) == 1
    assert [clock(one).target_seconds for one in (old, new, solved)] == [60, 60, 3600]
    assert old.events.filter(kind="policy").count() == 2
    assert_rebuilt(old, new, solved)


def test_a_change_of_priority_applies_the_policies_and_keeps_what_has_passed(calendar):
    promise(calendar, name="Urgent", position=1, seconds=2 * 3600, conditions={"priority": ["urgent"]})
    promise(calendar)
    found = ticket()
    move(found, "pending_customer", MONDAY + HOUR)
    move(found, "open", MONDAY + 3 * HOUR)

    change_ticket_fields(ticket_id=found.pk, fields={"priority": "urgent"}, actor=None, at=MONDAY + 3 * HOUR)

    assert clock(found).due_at == MONDAY + 4 * HOUR
    assert clock(found).paused_us == 2 * 3_600_000_000


def test_v7_and_v8_hold_for_stored_tickets(calendar):
    """Opened on a Monday at 10, with the customer from 12 to Wednesday 11, solved at 15, reopened Thursday 10 to 12."""
    promise(calendar)
    found, begun = ticket(), MONDAY  # 10:00 in New York.
    for hours, state in ((2, "pending_customer"), (49, "open"), (53, "solved")):
        move(found, state, begun + hours * HOUR)
    full, wait = clock(found, "full_resolution"), clock(found)
    assert (full.elapsed_calendar_us, full.elapsed_business_us) == (53 * HOUR_US, 21 * HOUR_US)
    assert (wait.elapsed_business_us, wait.breached_at) == (6 * HOUR_US, None)

    move(found, "open", begun + 72 * HOUR)
    assert clock(found).due_at == begun + 74 * HOUR
    move(found, "solved", begun + 74 * HOUR, category="sync")

    names = ("first_resolution", "full_resolution", "customer_wait")
    assert [clock(found, name).elapsed_business_us // HOUR_US for name in names] == [21, 26, 8]
    found.refresh_from_db()
    assert found.reopen_count == 1
    assert_rebuilt(found)


def test_a_thank_you_waits_for_no_reply():
    found = ticket()
    add_reply(ticket_id=found.pk, body="Try this", actor=UserFactory(), at=MONDAY + HOUR)
    add_customer_message(ticket_id=found.pk, body="Thanks", at=MONDAY + 2 * HOUR, no_reply_needed=True)
    assert not TicketClock.objects.filter(metric="next_reply").exists()

    add_customer_message(ticket_id=found.pk, body="But no", at=MONDAY + 3 * HOUR)
    assert clock(found, "next_reply").state == "running"


# The first reply is what a person says to the customer, and nothing else


def assert_unanswered(found):
    """It has waited for its first reply since it was opened, and a person's public reply is what ends that."""
    first = clock(found, "first_reply")
    assert (first.state, first.ended_at, first.started_at) == ("running", None, MONDAY)
    add_reply(ticket_id=found.pk, body="Try this", actor=UserFactory(), at=MONDAY + 9 * HOUR)
    assert (clock(found, "first_reply").state, clock(found, "first_reply").ended_at) == (
        "fulfilled",
        MONDAY + 9 * HOUR,
    )
    assert_rebuilt(found)


def test_no_change_of_state_fulfils_the_first_reply():
    found = ticket()
    for hours, state in enumerate(("open", "pending_customer", "on_hold_vendor", "on_hold_internal", "solved", "open")):
        move(found, state, MONDAY + (hours + 1) * HOUR)

    assert clock(found, "first_reply").ended_at is None
    add_reply(ticket_id=found.pk, body="Try this", actor=UserFactory(), at=MONDAY + 9 * HOUR)
    assert clock(found, "first_reply").ended_at == MONDAY + 9 * HOUR


def test_no_tool_fulfils_the_first_reply():
    found = ticket()
    add_reply(ticket_id=found.pk, body="We got it", actor=UserFactory(is_service=True), at=MONDAY + HOUR)
    add_reply(ticket_id=found.pk, body="We got it", actor=None, at=MONDAY + 2 * HOUR)

    assert_unanswered(found)


def test_a_ticket_that_only_a_tool_solved_has_no_first_reply():
    found, bot = ticket(), UserFactory(is_service=True)
    add_reply(ticket_id=found.pk, body="Try this", actor=bot, at=MONDAY + HOUR)
    change = StateChange(TicketState.SOLVED)
    change_ticket_state(ticket_id=found.pk, change=change, actor=bot, at=MONDAY + 2 * HOUR)
    change_ticket_state(ticket_id=found.pk, change=StateChange(TicketState.CLOSED), actor=None, at=MONDAY + 99 * HOUR)

    assert (clock(found, "first_reply").state, clock(found, "full_resolution").state) == ("cancelled", "fulfilled")


def test_no_internal_note_fulfils_the_first_reply():
    found = ticket()
    add_note(ticket_id=found.pk, body="Looks bad", actor=UserFactory(), at=MONDAY + HOUR)

    assert_unanswered(found)


def test_no_merge_fulfils_the_first_reply():
    goes_on, merged = ticket(), ticket()
    move(merged, "merged", MONDAY + HOUR, into=goes_on.pk)

    assert clock(merged, "first_reply").state == "cancelled"
    assert_unanswered(goes_on)


@pytest.mark.parametrize(
    ("action", "values"),
    [
        (BulkAction.PRIORITY, {"priority": "urgent"}),
        (BulkAction.CATEGORY, {"category": "billing"}),
        (BulkAction.ADD_TAGS, {"tags": ["late"]}),
        (BulkAction.NOTE, {"body": "Known"}),
        (BulkAction.STATE, {"state": "pending_customer"}),
    ],
)
def test_no_bulk_edit_fulfils_the_first_reply(action, values):
    found = ticket()
    bulk = run_bulk(ticket_ids=[found.pk], action=action, values=values, actor=UserFactory(), at=MONDAY + HOUR)

    assert bulk.items.get().outcome == "done"
    assert_unanswered(found)


def test_giving_a_ticket_out_by_a_bulk_edit_fulfils_no_first_reply():
    found, agent = ticket(), UserFactory()
    what = {"action": BulkAction.ASSIGN, "values": {"assignee": agent.pk}}
    run_bulk(ticket_ids=[found.pk], actor=agent, at=MONDAY + HOUR, **what)

    assert_unanswered(found)


@pytest.mark.parametrize(("by_us", "via", "waits"), [(True, Via.UI, 0), (True, Via.API, 1), (False, Via.UI, 1)])
def test_a_ticket_that_we_open_on_our_pages_waits_for_the_customer_first(by_us, via, waits):
    actor = UserFactory() if by_us else None
    found = open_ticket(new=NewTicket("It fails"), actor=actor, at=MONDAY, via=via)

    assert TicketClock.objects.filter(ticket=found, metric="first_reply").count() == waits
    add_customer_message(ticket_id=found.pk, body="Hello?", at=MONDAY + HOUR)
    assert TicketClock.objects.filter(ticket=found, metric="first_reply").count() == 1


@pytest.mark.parametrize(
    ("targets", "conditions", "field"),
    [
        ({}, {}, "targets"),
        ({"speed": {"seconds": 1}}, {}, "targets"),
        ({"first_reply": {"seconds": 0}}, {}, "targets"),
        ({"first_reply": {"seconds": True}}, {}, "targets"),
        ({"first_reply": {"seconds": 10**12}}, {}, "targets"),
        ({"first_reply": {"seconds": 60, "hours": "dog"}}, {}, "targets"),
        ({"first_reply": 60}, {}, "targets"),
        ({"first_reply": {"seconds": 60}}, {"mood": ["bad"]}, "conditions"),
        ({"first_reply": {"seconds": 60}}, {"priority": "urgent"}, "conditions"),
        ({"first_reply": {"seconds": 60}}, {"priority": ["soon"]}, "conditions"),
        ({"first_reply": {"seconds": 60}}, {"team": []}, "conditions"),
    ],
)
def test_what_cannot_be_promised_is_refused(targets, conditions, field):
    with pytest.raises(InvalidInputError) as refused:
        create_policy(policy=SlaPolicy(name="P"), terms=NewTerms(targets, conditions), at=MONDAY, by=None)

    assert refused.value.field == field
    assert not SlaPolicy.objects.exists()


# Noticing


def told():
    rows = OutboxMessage.objects.filter(channel="in_app").order_by("pk")
    return [(row.user_id, row.title) for row in rows]


def test_each_share_is_noticed_once_and_a_breach_is_escalated(calendar):
    promise(calendar)
    UserFactory(groups=["coo"])
    ann = UserFactory()
    found = ticket(assignee=ann)
    steps = [MONDAY + hours * HOUR for hours in (3.9, 4.1, 4.2, 6.5, 24.1, 24.2)]

    counts = [notice_crossings(at=step) for step in steps]

    assert counts == [0, 1, 0, 1, 1, 0]
    assert [title for user, title in told() if user == ann.pk] == [
        f"{found.reference}: {share} % of “Resolution, customer's waits left out” has passed" for share in (50, 80)
    ]
    raised = Escalation.objects.get()
    assert (raised.subject, raised.severity, raised.owner) == (f"ticket:{found.pk}", "normal", ann)
    assert [row.share for row in ClockCrossing.objects.order_by("share")] == [50, 80, 100]
    assert ClockCrossing.objects.get(share=100).crossed_at == clock(found).due_at
    assert_rebuilt(found)


def test_solving_a_ticket_ends_its_escalation(calendar):
    promise(calendar, seconds=600)
    found = ticket()
    notice_crossings(at=MONDAY + HOUR)
    assert Escalation.objects.get().state == "raised"

    move(found, "solved", MONDAY + 2 * HOUR)

    assert Escalation.objects.get().state == "resolved"
    assert ClockCrossing.objects.filter(share=100).exists()


def test_a_breach_noticed_after_the_ticket_was_solved_climbs_no_ladder(calendar):
    promise(calendar, seconds=600)
    found = ticket(assignee=UserFactory())
    move(found, "solved", MONDAY + HOUR)

    notice_crossings(at=MONDAY + 2 * HOUR)

    assert ClockCrossing.objects.filter(share=100).exists()
    assert not Escalation.objects.exists()
    assert len(told()) == 1


def test_nothing_is_missed_after_an_hour_without_a_worker(calendar):
    promise(calendar, seconds=600)
    found = ticket()
    move(found, "pending_customer", MONDAY + HOUR)  # It had passed four times over before the customer was asked.

    assert notice_crossings(at=MONDAY + 2 * HOUR) == 4
    rows = ClockCrossing.objects.order_by("share").values_list("share", "crossed_at")
    assert list(rows) == [(share, MONDAY + timedelta(seconds=6 * share)) for share in (50, 80, 100, 200)]
    assert EscalationTrigger.objects.count() <= 1
    assert clock(found).next_crossing_at is None
    assert clock(found).breached_at == MONDAY + timedelta(seconds=600)


def test_a_longer_promise_takes_no_breach_back(calendar):
    policy = promise(calendar, seconds=600)
    found = ticket()
    notice_crossings(at=MONDAY + timedelta(seconds=700))
    longer = NewTerms({"customer_wait": {"seconds": 10**6}}, calendar=calendar)
    add_policy_version(policy=policy, terms=longer, at=MONDAY, by=None)
    reapply_policies(at=MONDAY + timedelta(seconds=800), actor=None)

    assert clock(found).breached_at == MONDAY + timedelta(seconds=600)
    assert ClockCrossing.objects.filter(share=100).count() == 1
    assert notice_crossings(at=MONDAY + 2 * HOUR) == 0


# Random histories

STATES = ["open", "pending_customer", "on_hold_vendor", "on_hold_internal", "solved"]
ACTIONS = st.one_of(
    st.tuples(st.just("state"), st.sampled_from(STATES)),
    st.tuples(st.sampled_from(["reply", "customer", "thanks", "note", "notice", "reapply"]), st.none()),
    st.tuples(st.just("priority"), st.sampled_from(["urgent", "normal"])),
    st.tuples(st.just("policy"), st.integers(60, 200_000)),
    st.tuples(st.just("holiday"), st.integers(0, 12)),
    st.tuples(st.just("hours"), st.integers(1, 12)),
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.integers(0, 40 * 3600), ACTIONS), max_size=12))
def test_stored_clocks_equal_those_worked_out_anew(calendar, history):
    policy = SlaPolicy.objects.filter(name="All").first() or promise(calendar)
    person, found, when = UserFactory(), ticket(), MONDAY
    for seconds, (kind, value) in history:
        when += timedelta(seconds=seconds)
        act(found, policy, calendar, person, kind, value, when)
    assert_rebuilt(found)


def act(found, policy, calendar, person, kind, value, when):
    said = {"ticket_id": found.pk, "body": "x", "at": when}
    terms = NewTerms({"customer_wait": {"seconds": value}, "first_reply": {"seconds": 600}}, calendar=calendar)
    if kind == "state":
        with suppress(InvalidInputError, RefusedTransitionError):
            move(found, value, when)
    elif kind == "reply":
        add_reply(actor=person, **said)
    elif kind in {"customer", "thanks"}:
        add_customer_message(no_reply_needed=kind == "thanks", **said)
    elif kind == "note":
        add_note(actor=person, **said)
    elif kind == "notice":
        notice_crossings(at=when)
    elif kind == "reapply":
        reapply_policies(at=when, actor=None)
    elif kind == "priority":
        change_ticket_fields(ticket_id=found.pk, fields={"priority": value}, actor=None, at=when)
    elif kind == "policy":
        add_policy_version(policy=policy, terms=terms, at=when, by=None)
    else:
        change_calendar(calendar, kind, value)


def change_calendar(calendar, kind, value):
    day = date(2026, 3, 2) + timedelta(days=value)
    if kind == "holiday":
        if not CalendarHoliday.objects.filter(calendar=calendar, day_on=day).exists():
            set_holiday(holiday=CalendarHoliday(calendar=calendar, day_on=day, name="Off"), at=MONDAY)
    else:
        with suppress(InvalidInputError):  # There may be a version from this date on.
            later = {name: ["12:00-20:00"] for name in WEEK}
            add_calendar_version(calendar=calendar, hours=NewHours(day, later), at=MONDAY, by=None)
    refresh_stale_clocks()
