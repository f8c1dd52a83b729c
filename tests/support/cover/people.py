"""Agents on duty, made in one line."""

from datetime import timedelta

from support.models import Absence, Ticket, TicketEvent
from support.services.absences import create_absence
from tests.factories import NOW, TeamFactory, UserFactory
from tests.factories_cover import AgentProfileFactory, DutyShiftFactory

DAY = timedelta(days=1)


def team(**fields):
    return TeamFactory(**{"has_auto_assignment": True, **fields})


def agent(its_team, name, **profile):
    """Somebody with a profile who is on duty for the team day and night."""
    user = UserFactory(name=name)
    AgentProfileFactory(user=user, **profile)
    DutyShiftFactory(team=its_team, user=user)
    return user


def out(user, substitute=None, *, since=NOW - DAY, until=NOW + DAY, **fields):
    """An absence as people write it down, a week before."""
    row = Absence(user=user, substitute=substitute, starts_at=since, ends_at=until, **fields)
    return create_absence(absence=row, at=NOW - 7 * DAY, by=None)


def owner_of(ticket):
    return Ticket.objects.select_related("assignee").get(pk=ticket.pk).assignee


def assignments(ticket):
    """What the history says of who had it: reason, new owner, cause."""
    events = TicketEvent.objects.filter(ticket=ticket, kind="assigned").order_by("pk")
    return [(e.changes.get("assignee", ["", ""])[1], e.changes.get("cause", ["", ""])[1]) for e in events]
