"""What support promises since a quarter of a year, and the clocks of all tickets."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F

from dashboards.demo.people import People
from dashboards.demo.story import Story
from dashboards.demo.ticket_life import Event, Life
from operations.models import BusinessCalendar
from operations.services.calendars import NewHours, create_calendar
from support.clocks.policy_terms import fits
from support.clocks.rules import BREACH
from support.models import ClockCrossing, ClockMetric, EventKind, Priority, SlaPolicy, SlaPolicyVersion, Ticket
from support.selectors.sla import facts_of
from support.services.clock_crossings import note_past_crossings
from support.services.clocks import refresh_clocks
from support.services.sla import NewTerms, create_policy
from support.services.ticket_escalations import Raised, end_escalation, escalate_ticket, severity_of

PROMISED_DAYS = 90
AT_ONCE = 500
HOUR = 3600
_POLICIES: tuple[tuple[str, dict[str, list[str]], dict[str, tuple[int, str]]], ...] = (
    ("Urgent", {"priority": ["urgent"]}, {"first_reply": (HOUR, "calendar"), "customer_wait": (8 * HOUR, "calendar")}),
    ("Standard", {}, {"first_reply": (4 * HOUR, "business"), "customer_wait": (24 * HOUR, "business")}),
)


def add_clocks(story: Story) -> None:
    """Work out the clocks of all tickets; what was crossed before now was noticed when it was."""
    since = begin_of_promises(story)
    ids = list(Ticket.objects.order_by("pk").values_list("pk", flat=True))
    promised = set(Ticket.objects.filter(opened_at__gte=since).values_list("pk", flat=True))
    for first in range(0, len(ids), AT_ONCE):
        batch = ids[first : first + AT_ONCE]
        note_past_crossings([pk for pk in batch if pk in promised], until=story.now)
        refresh_clocks(batch)


def add_ticket_escalations(story: Story) -> None:
    """Have the urgent tickets that took too long gone up when that was, and be over since they were solved."""
    broken = ClockCrossing.objects.filter(share=BREACH, metric=ClockMetric.CUSTOMER_WAIT, crossed_at__lt=story.now)
    found = broken.filter(ticket__priority=Priority.URGENT, ticket__resolved_at__gt=F("crossed_at"))
    for crossing in found.select_related("ticket__team", "ticket__assignee").order_by("crossed_at", "pk"):
        ticket, ended_at = crossing.ticket, crossing.ticket.resolved_at
        reason = f"The target of “{crossing.get_metric_display()}” passed on “{ticket.subject}”."
        raised = Raised(ticket, "a promise is broken", reason, severity_of(ticket))
        escalate_ticket(raised, at=crossing.crossed_at)
        if ended_at is not None:
            end_escalation(ticket, actor=ticket.assignee, at=ended_at)


def begin_of_promises(story: Story) -> datetime:
    """Tickets from then on are promised something."""
    return story.now - timedelta(days=PROMISED_DAYS)


def add_policies(story: Story, people: People) -> list[SlaPolicyVersion]:
    """Save the desk's calendar and policies; their versions in the order in which they are tried."""
    at = story.now - timedelta(days=PROMISED_DAYS + 7)
    week = {day: ["08:00-20:00"] for day in ("mon", "tue", "wed", "thu", "fri")} | {"sat": ["10:00-16:00"]}
    zone = settings.ORGANISATION_TIME_ZONE
    desk = BusinessCalendar(name="Support desk", timezone=zone, description="When the desk is staffed.")
    calendar = create_calendar(calendar=desk, hours=NewHours(at.date(), week), at=at, by=people.coo)
    for position, (name, conditions, targets) in enumerate(_POLICIES, start=1):
        said = {metric: {"seconds": seconds, "hours": hours} for metric, (seconds, hours) in targets.items()}
        terms = NewTerms(said, conditions, calendar=calendar)
        create_policy(policy=SlaPolicy(name=name, position=position), terms=terms, at=at, by=people.coo)
    return list(SlaPolicyVersion.objects.order_by("policy__position"))


def promise(life: Life, versions: Sequence[SlaPolicyVersion]) -> None:
    """Have the ticket's life begin with the promise that it gets."""
    facts = facts_of(life.ticket)
    version = next(one for one in versions if fits(one.conditions, facts))
    opened = life.events[0]
    given = Event(
        EventKind.POLICY.value, opened.at, reason="The ticket was opened.", changes={"sla": [None, version.pk]}
    )
    life.events.insert(1, given)
