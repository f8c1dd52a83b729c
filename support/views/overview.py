"""The desk on one page: what waits, is due, needs somebody, is covered, how long solving takes, what tickets teach."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from foundation.access import requires
from foundation.words import duration, figure, joined, local
from operations.models import User
from support.models import Ticket
from support.selectors.coverage import get_outlook
from support.selectors.due_clocks import get_due_clocks
from support.selectors.exceptions import count_urgent_with_nobody, get_named_tickets
from support.selectors.lessons import LESSON_DAYS
from support.selectors.overview import Staff, Waiting, count_waiting_on, get_staff
from support.selectors.resolution import get_resolution, get_resolution_target
from support.views.cover_chart import show_cover
from support.views.due_chart import show_clocks
from support.views.lessons import show_lessons
from support.views.resolution_chart import resolution_figure

_NAMED = 3
"""So many of those who are out are named."""


@require_safe
@requires("support.view_ticket")
def overview(request: HttpRequest) -> HttpResponse:
    """How the desk stands; of all tickets, whoever has them."""
    at, person = timezone.now(), cast("User", request.user)
    lede = [write_waiting(count_waiting_on())]
    outlook = get_outlook(at) if person.has_perm("support.view_dutyshift") else None
    if outlook:
        lede.append(write_staff(get_staff(outlook)))
    context = {
        "lede": " ".join(lede),
        "clocks": show_clocks(get_due_clocks(at)),
        "named": _list_named(at),
        "urgent": figure(urgent, 0) if (urgent := count_urgent_with_nobody()) else "",
        "cover": show_cover(outlook) if outlook else None,
        "resolution": resolution_figure(get_resolution(at=at), get_resolution_target(day=local(at).date())),
        "lessons": show_lessons(at) if person.has_perm("support.view_insight") else None,
        "lesson_days": LESSON_DAYS,
    }
    return render(request, "support/overview.html", context)


def write_waiting(waiting: Waiting) -> str:
    """Whom the open tickets wait for: 46 wait for us, 12 for customers, 7 are on hold."""
    verb, be = "waits" if waiting.us == 1 else "wait", "is" if waiting.hold == 1 else "are"
    return (
        f"{figure(waiting.us, 0)} {verb} for us, {figure(waiting.customer, 0)} for customers, "
        f"{figure(waiting.hold, 0)} {be} on hold."
    )


def write_staff(staff: Staff) -> str:
    """Who is there and who is out: 3 agents are on duty now; Ann is out."""
    there = {0: "Nobody is", 1: "1 agent is"}.get(staff.on_duty, f"{figure(staff.on_duty, 0)} agents are")
    return f"{there} on duty now; {_write_out(staff.out)}."


def _write_out(out: Sequence[User]) -> str:
    names = [str(user) for user in out[:_NAMED]]
    if len(out) > _NAMED:
        names.append(f"{figure(len(out) - _NAMED, 0)} more")
    return f"{joined(names) or 'nobody'} {'are' if len(out) > 1 else 'is'} out"


def _list_named(at: datetime) -> list[dict[str, object]]:
    """The few tickets that should be named: urgent ones with nobody, then the oldest, none of them twice."""
    found = get_named_tickets()
    urgent = {ticket.pk: "urgent, with nobody" for ticket in found.urgent_and_unassigned}
    tickets = {ticket.pk: ticket for ticket in (*found.urgent_and_unassigned, *found.oldest)}
    return [_named(ticket, urgent.get(pk, "among the oldest"), at) for pk, ticket in tickets.items()]


def _named(ticket: Ticket, why: str, at: datetime) -> dict[str, object]:
    return {
        "url": ticket.get_absolute_url(),
        "subject": ticket.subject,
        "number": ticket.reference,
        "why": why,
        "opened_at": ticket.opened_at,
        "age": duration(at - ticket.opened_at),
        "state": ticket.get_state_display(),
    }
