"""The clocks against the published vectors and against a loop over minutes that knows nothing of stretches."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from operations.business_time.engine import BusinessTime
from operations.business_time.rules import Week, make_rules, parse_week
from support.clocks.derive import Step, derive_clocks
from support.clocks.rules import THRESHOLDS
from support.clocks.terms import Target, Terms
from support.models import ClockMetric, EventKind, TicketState

NEW_YORK = ZoneInfo("America/New_York")
HOUR = 3_600_000_000
WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
DAYS = (*WORKDAYS, "sat", "sun")


def calendar(zone=NEW_YORK, **windows):
    return BusinessTime(make_rules(zone, [Week(date.min, parse_week(windows))], {}))


def daily(window, days=WORKDAYS):
    return {day: [window] for day in days}


NINE_TO_FIVE = calendar(**daily("09:00-17:00"))


def at(day, clock="00:00"):
    """A time on New York's clock in February 2026; the 2nd is a Monday."""
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, 2, day, hour, minute, tzinfo=NEW_YORK).astimezone(UTC)


def terms(seconds=None, *, metric=ClockMetric.CUSTOMER_WAIT, **fields):
    targets = {} if seconds is None else {metric: Target(seconds)}
    return Terms(NINE_TO_FIVE, targets, **fields)


def opened(when, **fields):
    return Step(when, EventKind.OPENED, state=TicketState.NEW, **fields)


def moved(when, state):
    return Step(when, EventKind.STATE, state=TicketState(state))


def said(when, kind=EventKind.REPLY, **fields):
    return Step(when, kind, **{"by_person": kind is EventKind.REPLY, **fields})


def clocks(steps, **fields):
    found = derive_clocks(steps, terms=terms(**fields))
    return {(clock.metric.value, clock.instance): clock for clock in found}


def hours(clock):
    return clock.elapsed_business_us / HOUR


V7 = [
    opened(at(2, "10:00")),
    moved(at(2, "12:00"), "pending_customer"),
    moved(at(4, "11:00"), "open"),
    moved(at(4, "15:00"), "solved"),
]
V8 = [*V7, moved(at(5, "10:00"), "open"), moved(at(5, "12:00"), "solved")]


def test_v7_a_wait_on_the_customer_is_left_out_of_the_promise():
    found = clocks(V7, seconds=8 * 3600)

    full, wait = found["full_resolution", 1], found["customer_wait", 1]
    assert (full.elapsed_calendar_us / HOUR, hours(full)) == (53.0, 21.0)
    assert (hours(wait), wait.crossed.get(100)) == (6.0, None)
    waited = sum(NINE_TO_FIVE.business_seconds(span.start, span.end) for span in wait.spans if not span.counts)
    assert waited / 3600 == 15.0
    assert clocks(V7[:3], seconds=8 * 3600)["customer_wait", 1].due_at == at(4, "17:00")


def test_v8_a_reopened_ticket_goes_on_where_it_was():
    found = clocks(V8, seconds=8 * 3600)

    assert [hours(found[name, 1]) for name in ("first_resolution", "full_resolution", "customer_wait")] == [21, 26, 8]
    gap = [span for span in found["full_resolution", 1].spans if span.state is TicketState.SOLVED]
    assert [NINE_TO_FIVE.business_seconds(span.start, span.end) / 3600 for span in gap] == [3.0]
    assert clocks(V8[:-1], seconds=8 * 3600)["customer_wait", 1].due_at == at(5, "12:00")


def test_v10_a_weekend_inside_makes_a_promise_later_never_earlier():
    due = [clocks([opened(at(day, "09:00"))], seconds=4 * 8 * 3600)["customer_wait", 1].due_at for day in (2, 4)]

    assert due == [at(5, "17:00"), at(9, "17:00")]
    assert due[1] - at(4, "09:00") > due[0] - at(2, "09:00")


def test_a_reopened_ticket_has_at_least_the_grace_and_a_breach_stays_one():
    late = [opened(at(2, "09:00")), moved(at(2, "16:30"), "solved"), moved(at(3, "09:00"), "open")]

    found = clocks(late, seconds=8 * 3600)["customer_wait", 1]
    assert (found.due_at, found.remaining_us) == (at(3, "10:00"), HOUR)
    over = clocks(late, seconds=7 * 3600)["customer_wait", 1]
    assert (over.breached_at, over.due_at) == (at(2, "16:00"), at(2, "16:00"))
    assert over.remaining_us == HOUR
    plenty = clocks(late, seconds=80 * 3600)["customer_wait", 1]
    assert plenty.remaining_us == int(72.5 * HOUR)


@pytest.mark.parametrize(
    "step",
    [
        moved(at(2, "10:00"), "pending_customer"),
        said(at(2, "10:00"), by_person=False),
        said(at(2, "10:00"), EventKind.NOTE),
        Step(at(2, "10:00"), EventKind.ASSIGNED, by_person=True),
        Step(at(2, "10:00"), EventKind.FIELDS, by_person=True),
        moved(at(2, "10:00"), "solved"),
        said(at(2, "10:00"), EventKind.CUSTOMER),
    ],
)
def test_only_a_person_who_answers_in_public_fulfils_the_first_reply(step):
    metric = ClockMetric.FIRST_REPLY
    first = clocks([opened(at(2, "09:00")), step], seconds=3600, metric=metric)["first_reply", 1]
    assert (first.state, first.ended_at) == ("running", None)

    answered = clocks([opened(at(2, "09:00")), step, said(at(2, "10:30"))])["first_reply", 1]
    assert (answered.state, answered.ended_at, hours(answered)) == ("fulfilled", at(2, "10:30"), 1.5)


@pytest.mark.parametrize("end", ["merged", "spam", "closed"])
def test_a_ticket_that_ends_without_an_answer_was_never_answered(end):
    found = clocks([opened(at(2, "09:00")), moved(at(2, "10:00"), end)])

    assert {clock.state for clock in found.values()} == {"cancelled"}


def test_replies_are_timed_from_the_oldest_message_without_one():
    steps = [
        opened(at(2, "09:00")),
        said(at(2, "09:30"), EventKind.CUSTOMER),  # Still waits for the first reply.
        said(at(2, "10:00")),
        said(at(2, "11:00"), EventKind.CUSTOMER),
        said(at(2, "12:00"), EventKind.CUSTOMER),
        said(at(2, "13:00")),
        said(at(2, "13:30"), EventKind.CUSTOMER, needs_reply=False),
        said(at(2, "14:00"), EventKind.CUSTOMER),
        moved(at(2, "15:00"), "solved"),
    ]
    found = clocks(steps)

    replies = [(hours(c), c.state.value) for (name, _), c in found.items() if name == "next_reply"]
    assert replies == [(2.0, "fulfilled"), (1.0, "cancelled")]
    updates = [(hours(c), c.state.value) for (name, _), c in found.items() if name == "periodic_update"]
    assert updates == [(3.0, "fulfilled"), (2.0, "cancelled")]


def test_a_ticket_that_we_opened_waits_for_a_reply_once_the_customer_has_written():
    steps = [opened(at(2, "09:00"), on_behalf=True), said(at(2, "10:00"))]
    assert ("first_reply", 1) not in clocks(steps)

    steps += [said(at(2, "11:00"), EventKind.CUSTOMER), said(at(2, "11:45"))]
    assert hours(clocks(steps)["first_reply", 1]) == 0.75


def test_time_with_a_vendor_counts_where_the_policy_says_so():
    steps = [opened(at(2, "09:00")), moved(at(2, "10:00"), "on_hold_vendor"), moved(at(2, "12:00"), "open")]

    kept = [hours(clocks(steps, counts_vendor_hold=counts)["customer_wait", 1]) for counts in (False, True)]
    assert kept == [1.0, 3.0]


def test_a_change_of_policy_keeps_what_has_passed():
    urgent = Step(at(2, "13:00"), EventKind.FIELDS, terms=terms(4 * 3600))
    steps = [opened(at(2, "09:00")), moved(at(2, "10:00"), "pending_customer"), moved(at(2, "12:00"), "open"), urgent]

    found = clocks(steps, seconds=8 * 3600)["customer_wait", 1]

    assert (found.remaining_us, found.due_at, found.paused_us) == (2 * HOUR, at(2, "15:00"), 2 * HOUR)


def test_stretches_are_counted_by_the_calendar_in_force_and_single_events_by_the_last():
    nights = Terms(calendar(**daily("17:00-09:00")))
    steps = [
        opened(at(2, "09:00")),
        Step(at(2, "12:00"), EventKind.FIELDS, terms=nights),
        said(at(2, "20:00")),
        moved(at(2, "20:00"), "solved"),
    ]
    found = clocks(steps)

    assert hours(found["requester_wait", 1]) == 3.0 + 3.0
    assert hours(found["first_reply", 1]) == hours(found["full_resolution", 1]) == 3.0


def test_due_is_met_at_the_very_instant():
    met = clocks([opened(at(2, "09:00")), moved(at(2, "11:00"), "solved")], seconds=2 * 3600)
    missed = clocks([opened(at(2, "09:00")), moved(at(2, "11:01"), "solved")], seconds=2 * 3600)

    assert [found["customer_wait", 1].breached_at for found in (met, missed)] == [None, at(2, "11:00")]
    assert missed["customer_wait", 1].crossed == {50: at(2, "10:00"), 80: at(2, "10:36"), 100: at(2, "11:00")}


# A loop over minutes, written from the table of the clocks alone.

CALENDARS = {
    "day": {"windows": daily("09:00-17:00"), "zone": NEW_YORK},
    "split": {"windows": {"mon": ["09:00-12:00", "13:00-17:00"], "sun": ["10:00-11:00"]}, "zone": NEW_YORK},
    "night": {"windows": {"sat": ["22:00-06:00"], "wed": ["22:00-06:00"]}, "zone": NEW_YORK},
    "always": {"windows": daily("00:00-24:00", days=DAYS), "zone": ZoneInfo("UTC")},
}
ENGINES = {name: calendar(one["zone"], **one["windows"]) for name, one in CALENDARS.items()}
MINUTE = timedelta(minutes=1)
# The Thursday before the clocks of New York go forward, and the one before they go back.
STARTS = [datetime(2026, 3, 5, 14, tzinfo=UTC), datetime(2026, 10, 29, 14, tzinfo=UTC)]


def is_open(name, minute):
    """Whether the minute lies in a window of its local day or in one of the day before that goes past midnight."""
    local = minute.astimezone(CALENDARS[name]["zone"])
    now = local.hour * 60 + local.minute
    for back in (0, 1):
        day = local.date() - timedelta(days=back)
        for text in CALENDARS[name]["windows"].get(DAYS[day.weekday()], ()):
            begin, end = (int(part[:2]) * 60 + int(part[3:]) for part in text.split("-"))
            end += 1440 if end <= begin else 0
            if begin <= now + 1440 * back < end:
                return True
    return False


OPEN_MINUTES = {
    (start, name): [is_open(name, start + n * MINUTE) for n in range(7 * 1440)]
    for start in STARTS
    for name in CALENDARS
}
STATES = [state.value for state in TicketState if state not in {"merged", "spam", "closed", "new"}]
ACTIONS = st.one_of(
    st.tuples(st.just("state"), st.sampled_from(STATES)),
    st.tuples(st.sampled_from(["reply", "bot", "customer", "note"]), st.none()),
    st.tuples(
        st.just("policy"),
        st.tuples(st.sampled_from(list(CALENDARS)), st.integers(1, 3000), st.booleans(), st.booleans()),
    ),
)
HISTORIES = st.lists(st.tuples(st.integers(0, 900), ACTIONS), max_size=10)
WAITING = {"new", "open", "on_hold_vendor", "on_hold_internal"}


def policy(settings_):
    name, minutes, in_business, vendor = settings_
    targets = {metric: Target(minutes * 60, in_business) for metric in ClockMetric}
    return Terms(ENGINES[name], targets, counts_vendor_hold=vendor)


def by_minutes(start, first, history):
    """Minute by minute: what the clocks that go by state count, when it was solved, and when the promise was broken."""
    events, minute = {}, 0
    for gap, action in history:
        minute += gap
        events.setdefault(minute, []).append(action)
    state, settings_ = "new", first
    business, calendar_ = dict.fromkeys(("requester_wait", "agent_work", "customer_wait"), 0), {}
    calendar_ |= business
    solves, extra, breach = [], 0, None
    for n in range(minute + 1):
        for kind, value in events.get(n, ()):
            if kind == "policy":
                settings_ = value
            elif kind == "state":
                if value == "solved" and state != "solved":
                    solves.append(n)
                if state == "solved" and value != "solved":
                    passed = (business if settings_[2] else calendar_)["customer_wait"]
                    extra += max(60 - (settings_[1] + extra - passed), 0)  # An hour of grace.
                state = value
        if n == minute:
            break
        is_open_now = OPEN_MINUTES[start, settings_[0]][n]
        running = {
            "requester_wait": state in WAITING,
            "agent_work": state in {"new", "open"},
            "customer_wait": state in {"new", "open", "on_hold_internal"}
            or (state == "on_hold_vendor" and settings_[3]),
        }
        passed = (business if settings_[2] else calendar_)["customer_wait"]
        if running["customer_wait"] and passed >= settings_[1] + extra and breach is None:
            breach = n
        for name, runs in running.items():
            calendar_[name] += runs
            business[name] += runs and is_open_now
    return business, calendar_, solves, settings_, breach


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(STARTS),
    st.tuples(st.sampled_from(list(CALENDARS)), st.integers(1, 3000), st.booleans(), st.booleans()),
    HISTORIES,
)
def test_equals_a_loop_over_minutes(start, first, history):
    history = [*history, (0, ("note", None))]
    steps, when = [opened(start)], start
    kinds = {"reply": EventKind.REPLY, "bot": EventKind.REPLY, "customer": EventKind.CUSTOMER, "note": EventKind.NOTE}
    state = "new"
    for gap, (kind, value) in history:
        when += gap * MINUTE
        if kind == "state":
            steps.append(moved(when, value))
            state = value
        elif kind == "policy":
            steps.append(Step(when, EventKind.FIELDS, terms=policy(value)))
        else:
            steps.append(said(when, kinds[kind], by_person=kind == "reply"))
    found = {(c.metric.value, c.instance): c for c in derive_clocks(steps, terms=policy(first))}

    business, calendar_, solves, last, breach = by_minutes(start, first, history)

    total = (when - start) // MINUTE
    for name in business:
        clock = found[name, 1]
        since = (when - clock.running_since) // MINUTE if clock.running_since else 0
        assert clock.elapsed_calendar_us // 60_000_000 + since == calendar_[name]
        open_since = open_minutes(start, last[0], total - since, total)
        assert clock.elapsed_business_us // 60_000_000 + open_since == business[name]
        assert (clock.state == "fulfilled") == (state == "solved")
    wait = found["customer_wait", 1]
    passed_at = wait.due_at if wait.due_at and wait.due_at < when else wait.breached_at
    assert passed_at == (None if breach is None else start + breach * MINUTE)
    assert_resolutions(found, start, solves, state)
    for clock in found.values():
        assert_promise(clock)


def open_minutes(start, name, low, high):
    return sum(OPEN_MINUTES[start, name][low:high])


def assert_resolutions(found, start, solves, state):
    first, full = found["first_resolution", 1], found["full_resolution", 1]
    assert first.ended_at == (start + solves[0] * MINUTE if solves else None)
    assert full.ended_at == (start + solves[-1] * MINUTE if state == "solved" else None)
    for clock in (first, full):
        if clock.ended_at:
            assert clock.elapsed_calendar_us == (clock.ended_at - start) // timedelta(microseconds=1)
            assert clock.elapsed_business_us / 1e6 == clock.terms.calendar.business_seconds(start, clock.ended_at)


def assert_promise(clock):
    """What is still to come lies where adding the remaining time says, and is in order."""
    upcoming = [clock.upcoming[share] for share in THRESHOLDS if share in clock.upcoming]
    assert upcoming == sorted(upcoming)
    assert not set(clock.upcoming) & set(clock.crossed)
    if clock.running_since and clock.target and 100 in clock.upcoming:
        left = max(clock.remaining_us, 0) / 1e6
        calendar_ = clock.terms.calendar if clock.target.in_business else ENGINES["always"]
        assert clock.due_at == calendar_.add_business_time(clock.running_since, left)
        assert clock.due_at >= clock.running_since
