"""Twenty thousand tickets with their events, saved in batches."""

from collections.abc import Sequence

from dashboards.demo.arrivals import Outage, list_arrivals
from dashboards.demo.integrations import Watched
from dashboards.demo.people import People
from dashboards.demo.story import Story
from dashboards.demo.ticket_life import Cast, close_if_due, list_customers, live, version_of
from support.models import Customer, Ticket, TicketEvent

CUSTOMERS = 380
TICKETS_AT_ONCE = 1_000
EVENTS_AT_ONCE = 2_000


def add_tickets(story: Story, people: People, watched: Sequence[Watched], outages: Sequence[Outage]) -> None:
    """Save customers, tickets and ticket events of the whole story."""
    customers = Customer.objects.bulk_create(list_customers(story, CUSTOMERS))
    apps = [one.integration.name for one in watched if one.planned.tier == "production"]
    cast = Cast(people, customers, apps)
    rng = story.rng("tickets")
    arrivals = list_arrivals(story, outages)
    for first in range(0, len(arrivals), TICKETS_AT_ONCE):
        lives = [live(rng, story, cast, arrival) for arrival in arrivals[first : first + TICKETS_AT_ONCE]]
        for life in lives:
            close_if_due(life)
            life.ticket.version = version_of(life)
        Ticket.objects.bulk_create([life.ticket for life in lives])
        events = [event for life in lives for event in life.events]
        TicketEvent.objects.bulk_create(events, batch_size=EVENTS_AT_ONCE)
