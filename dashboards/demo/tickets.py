"""Twenty thousand tickets with their events, saved in batches."""

from collections.abc import Iterator, Sequence
from typing import Any

from dashboards.demo.arrivals import Outage, list_arrivals
from dashboards.demo.integrations import Watched
from dashboards.demo.people import People
from dashboards.demo.promises import add_clocks, add_policies, begin_of_promises, promise
from dashboards.demo.story import Story
from dashboards.demo.ticket_life import Cast, Life, close_if_due, list_customers, live, version_of
from foundation.bulk_rows import insert_rows
from support.models import Customer, Ticket, TicketEvent, Via

CUSTOMERS = 380
TICKETS_AT_ONCE = 1_000
EVENT_COLUMNS = (
    *("ticket_id", "recorded_at", "via", "request_id"),
    *("kind", "at", "actor_id", "actor_name", "old_state", "new_state", "reason", "body", "changes"),
)


def add_tickets(story: Story, people: People, watched: Sequence[Watched], outages: Sequence[Outage]) -> None:
    """Save customers, tickets, their events and clocks of the whole story."""
    listed = sorted(list_customers(story, CUSTOMERS), key=lambda customer: customer.joined_at or story.now)
    customers = Customer.objects.bulk_create(listed)
    apps = [one.integration.name for one in watched if one.planned.tier == "production"]
    cast = Cast(people, customers, apps)
    rng = story.rng("tickets")
    arrivals = list_arrivals(story, outages)
    versions, since = add_policies(story, people), begin_of_promises(story)
    for first in range(0, len(arrivals), TICKETS_AT_ONCE):
        lives = [live(rng, story, cast, arrival) for arrival in arrivals[first : first + TICKETS_AT_ONCE]]
        for life in lives:
            if life.ticket.opened_at >= since:
                promise(life, versions)
            close_if_due(life)
            life.ticket.version = version_of(life)
        Ticket.objects.bulk_create([life.ticket for life in lives])
        insert_rows(TicketEvent, EVENT_COLUMNS, _event_rows(lives))
    add_clocks(story)


def _event_rows(lives: Sequence[Life]) -> Iterator[tuple[Any, ...]]:
    for life in lives:
        for event in life.events:
            yield life.ticket.pk, event.at, Via.UI.value, "", *event  # In the order of EVENT_COLUMNS.
