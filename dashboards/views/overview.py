from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from charts.primitives import Markup
from charts.state import state
from dashboards.selectors.health import DataHealth, get_data_health
from dashboards.selectors.outages import list_latest_outages
from dashboards.views.integration_rows import groups_for, key, outage_rows
from foundation.access import requires
from foundation.words import duration, local, moment, spelled
from metrics.selectors.standings import Standing, list_standings
from metrics.views.periods import period_name
from metrics.views.tiles import tile_for
from operations.models import User
from operations.selectors.escalations import Climbing, list_waiting_for
from operations.selectors.watchdog import list_unwell
from operations.views.escalation_list import row_of
from partnerships.models import CheckState
from partnerships.selectors.incidents import list_open_incidents
from partnerships.selectors.pages_list import IntegrationList, Wanted, list_integrations
from partnerships.views.incident_words import incident_row
from support.models import Ticket
from support.selectors.exceptions import SupportExceptions, get_support_exceptions

OLD_DAYS = 30
WAITING_SHOWN = 8
QUIET_SHOWN = 24
"""Of the metrics that need nobody, in the order of the scorecard; the list of metrics has them all."""


@dataclass(frozen=True, slots=True)
class Exceptional:
    """One line of the support column."""

    title: str
    note: str
    url: str
    state: Markup


@require_safe
@requires()
@gzip_page
def overview(request: HttpRequest) -> HttpResponse:
    """What needs attention; each section is for those who may see its rows."""
    at = timezone.now()
    user = request.user
    standings = list_standings(at=at) if user.has_perm("metrics.view_metric") else None
    fleet = list_integrations(Wanted(), at=at) if user.has_perm("partnerships.view_integration") else None
    tickets = get_support_exceptions() if user.has_perm("support.view_ticket") else None
    health = get_data_health(at=at)
    waiting = list_waiting_for(cast("User", user)) if user.has_perm("operations.view_escalation") else []
    context: dict[str, Any] = {
        "today": f"{local(at):%A} {local(at).day} {local(at):%B}",
        "health": health,
        "stale_since": moment(health.as_of, now=at),
        **_headline(standings, fleet, tickets, health, waiting, at),
        "waiting": [row_of(one, at=at) for one in waiting[:WAITING_SHOWN]],
        "waiting_count": len(waiting),
        "unwell": list_unwell(at=at),
        **_metrics_context(standings, at),
        **_fleet_context(fleet, at),
        **_incidents_context(request, at),
        **_tickets_context(tickets, at),
    }
    context["is_empty"] = standings is None and fleet is None and tickets is None
    return render(request, "dashboards/overview.html", context)


def _headline(
    standings: list[Standing] | None,
    fleet: IntegrationList | None,
    tickets: SupportExceptions | None,
    health: DataHealth,
    waiting: list[Climbing],
    at: datetime,
) -> dict[str, Any]:
    """The opening sentences: how many things need attention, and which."""
    things = [(len(waiting), f"{_count(len(waiting), 'escalation')} for you")]
    if health.is_silent:
        things.append((1, health.silence))
    if fleet is not None:
        for name in (CheckState.DOWN, CheckState.DEGRADED):
            count = sum(row.now.state == name for group in fleet.groups for row in group.rows)
            things.append((count, f"{_count(count, 'integration')} {name.label.lower()}"))
    if standings is not None:
        loud = sum(standing.is_loud for standing in standings)
        things.append((loud, f"{_count(loud, 'metric')} off path or signalling"))
    if tickets is not None:
        urgent = tickets.unassigned_urgent
        things.append((urgent, f"{_count(urgent, 'urgent ticket')} with nobody"))
    loud_things = [(count, words) for count, words in things if count]
    total = sum(count for count, _ in loud_things)
    number = spelled(total).capitalize()
    strong = f"{number} thing{' needs' if total == 1 else 's need'} attention." if total else "Nothing needs attention."
    list_of = ", ".join(words for _, words in loud_things)
    return {
        "strong": strong,
        "things": f"{list_of[0].upper()}{list_of[1:]}." if list_of else "",
        "week": _week(standings, at),
    }


def _count(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _week(standings: list[Standing] | None, at: datetime) -> str:
    shown = next((s for s in standings or () if s.running), None)
    if shown is None or shown.running is None:
        return ""
    days = (local(at).date() - shown.running.start).days
    name = _name(shown, shown.running.start)
    return f"{name[0].upper()}{name[1:]} is partial, {days} of 7 days complete."


def _name(standing: Standing, start: date) -> str:
    return period_name(start, "week", week_start=standing.version.week_start)


def _metrics_context(standings: list[Standing] | None, at: datetime) -> dict[str, Any]:
    if standings is None:
        return {}
    today = local(at).date()
    shown = next((s for s in standings if s.weeks), None)
    loud = [standing for standing in standings if standing.is_loud]
    quiet = [standing for standing in standings if not standing.is_loud]
    return {
        "has_metrics": True,
        "loud": [tile_for(standing, today=today, large=True) for standing in loud],
        "quiet": [tile_for(standing, today=today) for standing in quiet[:QUIET_SHOWN]],
        "quiet_count": len(quiet),
        "quiet_hidden": max(len(quiet) - QUIET_SHOWN, 0),
        "last_week": _name(shown, shown.weeks[-1].start) if shown else "",
    }


def _fleet_context(fleet: IntegrationList | None, at: datetime) -> dict[str, Any]:
    if fleet is None:
        return {}
    return {
        "has_fleet": True,
        "groups": groups_for(fleet, at=at),
        "fleet_note": f"{fleet.trouble} of {fleet.total} need attention" if fleet.total else "none yet",
        "key": key(),
        "outages": outage_rows(list_latest_outages(at=at), at=at),
    }


def _incidents_context(request: HttpRequest, at: datetime) -> dict[str, Any]:
    """The open incidents, the gravest first."""
    if not request.user.has_perm("partnerships.view_incident"):
        return {}
    return {"incidents": [incident_row(found, at=at) for found in list_open_incidents()]}


def _tickets_context(tickets: SupportExceptions | None, at: datetime) -> dict[str, Any]:
    if tickets is None:
        return {}
    return {"has_tickets": True, "open_tickets": tickets.open_count, "exceptions": _exceptions(tickets, at)}


def _exceptions(tickets: SupportExceptions, at: datetime) -> list[Exceptional]:
    """The urgent tickets that are nobody's, the oldest, then what was not gone after all."""
    out = [_ticket(ticket, state("bad", "urgent, nobody’s"), at) for ticket in tickets.urgent_and_unassigned]
    for ticket in tickets.oldest[:1]:
        tone = "watch" if (at - ticket.opened_at).days >= OLD_DAYS else "open"
        out.append(_ticket(ticket, state(tone, "oldest"), at))
    for count, words, note, mark in (
        (tickets.reopened, "reopened before", "The problem was not gone after all", ("watch", "reopened")),
        (tickets.unassigned, "with nobody", "Of all priorities", ("none", "unassigned")),
    ):
        if count:
            out.append(Exceptional(f"{_count(count, 'open ticket')} {words}", note, "/tickets/", state(*mark)))
    return out


def _ticket(ticket: Ticket, mark: Markup, at: datetime) -> Exceptional:
    note = f"{ticket.reference}, {ticket.get_state_display().lower()}, open for {duration(at - ticket.opened_at)}"
    return Exceptional(ticket.subject, note, ticket.get_absolute_url(), mark)
