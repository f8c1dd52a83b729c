"""Random lives of tickets through the services, and what a plain loop over their events says of them."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

from foundation.errors import InvalidInputError, RefusedTransitionError
from support.models import EventKind, SlaPolicy, Ticket, TicketEvent, TicketState, Via
from support.services.messages import add_customer_message, add_note, add_reply
from support.services.sla import NewTerms, create_policy
from support.services.ticket_states import StateChange
from support.services.tickets import NewTicket, change_ticket_state, open_ticket
from tests.factories import CustomerFactory, TeamFactory, UserFactory

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
DAYS = 70
QUARTER = timedelta(minutes=15)
WAITING = {"new", "open", "on_hold_vendor", "on_hold_internal"}
STATES = [*sorted(WAITING), *["pending_customer"] * 2, *["solved"] * 8, "closed", "closed"]
REPLY_TARGET = 6 * 3600


class Desk:
    """A desk with people, customers and a promise, at which tickets live."""

    def __init__(self, rng, now=NOW):
        self.rng, self.now, self.begin = rng, now, now.replace(hour=0) - timedelta(days=DAYS)
        self.person, self.robot = UserFactory(), UserFactory(is_service=True)
        self.customers = [CustomerFactory(segment=word) for word in ("enterprise", "startup", "")]
        self.teams = [TeamFactory(), TeamFactory()]
        targets = {"first_reply": {"seconds": REPLY_TARGET, "hours": "calendar"}, "customer_wait": {"seconds": 86_400}}
        create_policy(policy=SlaPolicy(name="All"), terms=NewTerms(targets), at=self.begin, by=None)

    def live(self):
        """Open a ticket and let up to ten things happen to it; the ticket."""
        at = self.begin + QUARTER * self.rng.randrange(0, 4 * 24 * (DAYS - 5))
        new = NewTicket(
            "It fails",
            category=self.rng.choice(["sync", "login"]),
            priority=self.rng.choice(["urgent", "normal"]),
            customer=self.rng.choice([*self.customers, None]),
            team=self.rng.choice([*self.teams, None]),
        )
        on_behalf = self.rng.random() < 0.2
        ticket = open_ticket(
            new=new, actor=self.person if on_behalf else None, at=at, via=Via.UI if on_behalf else Via.API
        )
        for _ in range(self.rng.randrange(10)):
            at += QUARTER * self.rng.randrange(1, 120)
            if at < self.now - timedelta(days=1):
                self.act(ticket, at)
        return ticket

    def act(self, ticket, at):
        what = self.rng.choice(["state", "state", "state", "reply", "robot", "customer", "thanks", "note"])
        actor = self.robot if what == "robot" else self.person
        with suppress(RefusedTransitionError, InvalidInputError):
            if what == "state":
                state = self.rng.choice(["merged", "spam"] if self.rng.random() < 0.05 else STATES)
                change = StateChange(
                    TicketState(state), reason="Because", category="sync", wake_at=at + timedelta(days=90)
                )
                change_ticket_state(ticket_id=ticket.pk, change=change, actor=self.person, at=at)
            elif what in ("reply", "robot"):
                add_reply(ticket_id=ticket.pk, body="Hello", actor=actor, via=Via.UI, at=at)
            elif what == "note":
                add_note(ticket_id=ticket.pk, body="Look", actor=actor, via=Via.UI, at=at)
            else:
                add_customer_message(
                    ticket_id=ticket.pk, body="?", no_reply_needed=what == "thanks", actor=None, via=Via.API, at=at
                )


class Told:
    """A ticket as a plain walk over its events tells it; nothing of the product's clocks is asked."""

    def __init__(self, ticket):
        self.ticket = ticket
        self.events = list(TicketEvent.objects.filter(ticket=ticket).order_by("at", "pk").select_related("actor"))
        self.stretches, self.solves = [], []
        state, since = "new", ticket.opened_at
        for event in self.events:
            if event.kind == EventKind.STATE:
                self.stretches.append((since, event.at, state))
                state, since = event.new_state, event.at
                if state == "solved":
                    self.solves.append(event.at)
        self.is_solved = state in ("solved", "closed")

    def hours_in(self, *states):
        """Calendar hours in these states until the last solve."""
        return sum((end - start) / timedelta(hours=1) for start, end, state in self.stretches if state in states)

    def working_hours(self, until):
        """Hours from Monday to Friday from the opening on, quarter by quarter."""
        at, count = self.ticket.opened_at, 0
        while at < until:
            count += at.weekday() < 5
            at += QUARTER
        return count / 4

    @property
    def first_reply(self):
        """When it was asked and when a person answered before it was closed; None where nobody did, or asked."""
        opening = self.events[0]
        asked, state = None if opening.actor_id else opening.at, "new"
        for event in self.events:
            state = event.new_state or state
            if state == "closed":
                continue
            if event.kind == EventKind.CUSTOMER and asked is None and "needs_reply" not in event.changes:
                asked = event.at
            if event.kind == EventKind.REPLY and asked and event.actor and not event.actor.is_service:
                return asked, event.at
        return (asked, None) if asked else None


def counted():
    return [Told(one) for one in Ticket.objects.exclude(state__in=["merged", "spam"])]
