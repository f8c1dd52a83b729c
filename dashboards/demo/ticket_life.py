"""The life of one demo ticket: what is asked, how long it takes, and every event on the way."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, NamedTuple

from dashboards.demo import ticket_texts as texts
from dashboards.demo.arrivals import Arrival
from dashboards.demo.people import People
from dashboards.demo.story import Story
from operations.models import User
from support.models import Customer, EventKind, Ticket, TicketState

FIRST_MEAN_HOURS, LAST_MEAN_HOURS = 32.0, 18.5
NIGHT_SHARE = 0.94
"""Moving nightly resolutions to the next morning lengthens the mean by this much; the draw is shortened in turn."""
SPREAD = 1.05
LONGEST = timedelta(days=25)
CLOSE_AFTER = timedelta(days=4)
WORK_BEGINS, WORK_ENDS = 7, 21
SPAM_SHARE, MERGED_SHARE, REOPEN_SHARE = 0.012, 0.01, 0.034
PENDING_SHARE, HOLD_SHARE, VENDOR_SHARE = 0.3, 0.5, 0.7
"""Of all tickets those that wait for the customer; those and the ones on hold; of the latter those on a partner."""
OLD_CUSTOMERS_SHARE = 0.6
NEW_CUSTOMERS_SHARE = 0.12
"""Of all customers those who were there before the story; of the tickets those of customers in their first week."""
FIRST_WEEK = timedelta(days=7)
UNROUTED_SHARE = 0.15
"""Of the tickets of the last six hours, those that no team has yet."""


@dataclass(frozen=True)
class Cast:
    """Who can appear in a ticket's life."""

    people: People
    customers: list[Customer]
    """In the order in which they joined."""
    apps: list[str]

    def count_joined(self, at: datetime) -> int:
        """How many of the customers had joined by then."""
        return bisect_right(self.customers, at, key=lambda customer: customer.joined_at or at)


@dataclass(frozen=True)
class Stretch:
    """The time an agent has the ticket, in shares from 0 to 1."""

    start: datetime
    length: timedelta

    def at(self, share: float) -> datetime:
        """The instant after that share of the stretch, to the second."""
        return _s(self.start + self.length * share)


class Event(NamedTuple):
    """One ticket event, without the ticket."""

    kind: str
    at: datetime
    actor_id: int | None = None
    actor_name: str = ""
    old_state: str = ""
    new_state: str = ""
    reason: str = ""
    body: str = ""
    changes: dict[str, Any] = {}


@dataclass
class Life:
    """A ticket and its events in order, up to the end of the story."""

    ticket: Ticket
    agent: User
    until: datetime
    events: list[Event] = field(default_factory=list)

    def add(self, kind: EventKind, at: datetime, **fields: Any) -> bool:
        """Append an event unless it lies after the end of the story; tells whether it happened."""
        if at > self.until:
            return False
        self.events.append(Event(kind.value, at, **fields))
        return True

    def move(self, state: TicketState, at: datetime, *, reason: str = "", by_customer: bool = False) -> bool:
        """Change the state, with its event; tells whether it happened."""
        actor_name, actor_id = (str(self.ticket.customer), None) if by_customer else ("", self.agent.pk)
        states = {"old_state": self.ticket.state, "new_state": state.value}
        happened = self.add(EventKind.STATE, at, actor_name=actor_name, actor_id=actor_id, reason=reason, **states)
        if happened:
            self.ticket.state = state.value
        return happened


def live(rng: Random, story: Story, cast: Cast, arrival: Arrival) -> Life:
    """One ticket from its arrival to the end of the story."""
    life = _open(rng, story, cast, arrival)
    if _leave_early(rng, life):
        return life
    end = _resolution(rng, story, life.ticket)
    _work(rng, life, end)
    return life


def _open(rng: Random, story: Story, cast: Cast, arrival: Arrival) -> Life:
    topics = texts.TOPICS[:2] if arrival.app else texts.TOPICS
    topic = rng.choices(topics, weights=[_weight(one, story, arrival.at) for one in topics])[0]
    team = cast.people.teams[topic.team]
    customer = _asker(rng.randrange(len(cast.customers)), cast, arrival.at)
    ticket = Ticket(
        subject=rng.choice(topic.subjects).format(app=arrival.app or rng.choice(cast.apps)),
        priority=rng.choices([p[0] for p in texts.PRIORITIES], weights=[p[1] for p in texts.PRIORITIES])[0],
        category=topic.category,
        channel=rng.choices([c[0] for c in texts.CHANNELS], weights=[c[1] for c in texts.CHANNELS])[0],
        customer=customer,
        opened_at=arrival.at,
    )
    life = Life(ticket, rng.choice(cast.people.agents[topic.team]), story.now)
    life.add(EventKind.OPENED, arrival.at, new_state=TicketState.NEW.value, actor_name=customer.name)
    if rng.random() > UNROUTED_SHARE or arrival.at < story.now - timedelta(hours=6):
        ticket.team = team
    return life


def _weight(topic: texts.Topic, story: Story, at: datetime) -> float:
    is_eased = topic.category == texts.EASED and at >= story.now - timedelta(days=texts.EASED_DAYS)
    return topic.weight * (texts.EASED_SHARE if is_eased else 1)


def _asker(draw: int, cast: Cast, at: datetime) -> Customer:
    """One of the customers there are by then, by a draw out of all; those who have just come ask more."""
    there, since = cast.count_joined(at), cast.count_joined(at - FIRST_WEEK)
    if there > since and draw < NEW_CUSTOMERS_SHARE * len(cast.customers):
        return cast.customers[since + draw % (there - since)]
    return cast.customers[draw % there]


def _leave_early(rng: Random, life: Life) -> bool:
    """Spam and doubles are put away within the hour and are no part of any metric."""
    draw, at = rng.random(), life.ticket.opened_at + timedelta(seconds=rng.randrange(60, 3_600))
    for share, state in ((SPAM_SHARE, TicketState.SPAM), (SPAM_SHARE + MERGED_SHARE, TicketState.MERGED)):
        if draw < share:
            if life.move(state, at):
                life.ticket.closed_at = at
            return True
    return False


def _resolution(rng: Random, story: Story, ticket: Ticket) -> datetime:
    """When the ticket is solved for good: log-normal around the level of its day, in waking hours."""
    mean = FIRST_MEAN_HOURS + (LAST_MEAN_HOURS - FIRST_MEAN_HOURS) * story.progress(ticket.opened_at)
    factor = next(p[2] for p in texts.PRIORITIES if p[0] == ticket.priority)
    hours = mean * NIGHT_SHARE * factor * rng.lognormvariate(-(SPREAD**2) / 2, SPREAD)
    end = ticket.opened_at + min(timedelta(hours=hours), LONGEST)
    if not WORK_BEGINS <= end.hour < WORK_ENDS:
        day = end + timedelta(hours=24 - WORK_ENDS)
        end = day.replace(hour=WORK_BEGINS, minute=rng.randrange(60)) + timedelta(minutes=rng.randrange(120))
    return end.replace(microsecond=0)


def _work(rng: Random, life: Life, end: datetime) -> None:
    ticket = life.ticket
    taken = _s(ticket.opened_at + (end - ticket.opened_at) * rng.uniform(0.02, 0.25))
    if not life.add(EventKind.ASSIGNED, taken, actor_id=life.agent.pk, changes={"assignee": [None, life.agent.name]}):
        return
    ticket.assignee = life.agent
    life.move(TicketState.OPEN, taken)
    stretch = Stretch(taken, end - taken)
    life.add(EventKind.REPLY, stretch.at(0.05), actor_id=life.agent.pk, body=rng.choice(texts.FIRST_REPLIES))
    if rng.random() < REOPEN_SHARE:
        _reopen(life, stretch.at(0.45), stretch.at(rng.uniform(0.55, 0.7)))
    else:
        _wait(rng, life, stretch.at(rng.uniform(0.1, 0.3)), stretch.at(rng.uniform(0.4, 0.9)))
    life.add(EventKind.REPLY, end - timedelta(seconds=30), actor_id=life.agent.pk, body=rng.choice(texts.SOLUTIONS))
    _solve(life, end)


def _wait(rng: Random, life: Life, begun: datetime, over: datetime) -> None:
    """Perhaps the ticket waits for the customer, for a partner or for us."""
    draw = rng.random()
    if draw < PENDING_SHARE:
        life.move(TicketState.PENDING_CUSTOMER, begun)
        if life.add(
            EventKind.CUSTOMER, over, actor_name=str(life.ticket.customer), body=rng.choice(texts.CUSTOMER_WORDS)
        ):
            life.move(TicketState.OPEN, over, by_customer=True)
    elif draw < HOLD_SHARE:
        is_vendor = rng.random() < VENDOR_SHARE
        state = TicketState.ON_HOLD_VENDOR if is_vendor else TicketState.ON_HOLD_INTERNAL
        reason = "The partner is looking into it." if is_vendor else "Engineering is looking into it."
        if life.move(state, begun, reason=reason) and not life.move(TicketState.OPEN, over):
            life.ticket.wake_at = over


def _reopen(life: Life, solved: datetime, back: datetime) -> None:
    """Solved once too early; the customer comes back."""
    _solve(life, solved)
    if life.add(EventKind.CUSTOMER, back, actor_name=str(life.ticket.customer), body=texts.REOPENING):
        life.move(TicketState.OPEN, back, by_customer=True)
        life.ticket.resolved_at = None
        life.ticket.reopen_count += 1


def _solve(life: Life, at: datetime) -> None:
    if life.move(TicketState.SOLVED, at):
        life.ticket.resolved_at = at


def close_if_due(life: Life) -> None:
    """A ticket that stayed solved for CLOSE_AFTER is closed for good."""
    ticket = life.ticket
    if ticket.state == TicketState.SOLVED.value and ticket.resolved_at is not None:
        at = ticket.resolved_at + CLOSE_AFTER
        if life.move(TicketState.CLOSED, at):
            ticket.closed_at = at


def version_of(life: Life) -> int:
    """The row's version: one more than the changes made to it."""
    return 1 + sum(event.kind in (EventKind.STATE.value, EventKind.ASSIGNED.value) for event in life.events)


def list_customers(story: Story, number: int) -> Iterator[Customer]:
    """Customers with names, addresses and segments, not yet saved."""
    rng, joinings = story.rng("customers"), story.rng("joinings")
    names = [f"{one} {two}" for one in texts.COMPANY_FIRST for two in texts.COMPANY_SECOND]
    rng.shuffle(names)
    for i, name in enumerate(names[:number]):
        is_old = i < number * OLD_CUSTOMERS_SHARE
        joined = story.start - timedelta(days=joinings.randrange(1, 900)) if is_old else _during(joinings, story)
        shares = texts.SEGMENTS if is_old else texts.NEW_SEGMENTS
        yield Customer(
            joined_at=joined,
            name=name,
            email=f"office@{name.lower().replace(' ', '-')}.example",
            segment=rng.choices([s[0] for s in shares], weights=[s[1] for s in shares])[0],
        )


def _during(rng: Random, story: Story) -> datetime:
    return _s(story.start + (story.now - story.start) * rng.random())


def _s(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)
