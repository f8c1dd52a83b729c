"""The clocks of a ticket: what is promised, and by which stretches each is counted."""

from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from foundation.access import requires
from foundation.words import duration, instant, moment
from support.models import ClockState, Ticket, TicketClock, TicketState
from support.selectors.clocks import Explained, Stretch, explain_clocks

_ENDED = (ClockState.FULFILLED, ClockState.CANCELLED)


@require_safe
@requires("support.view_ticket", "support.view_ticketclock")
def ticket_clocks(request: HttpRequest, pk: int) -> HttpResponse:
    """Every clock of the ticket with all its stretches."""
    found, at = Ticket.objects.filter(pk=pk).first(), timezone.now()
    if found is None:
        raise Http404(f"There is no ticket {pk}.")
    explained = explain_clocks(pk, at=at)
    policy = next((one.policy for one in reversed(explained) if one.policy), None)
    context = {
        "ticket": found,
        "policy": policy,
        "at": instant(at),
        "clocks": [_clock(one, at) for one in explained],
    }
    return render(request, "support/ticket_clocks.html", context)


def _clock(one: Explained, at: datetime) -> dict[str, object]:
    clock = one.clock
    again = f" {clock.instance}" if clock.instance > 1 else ""
    state = ClockState(clock.state)
    return {
        "name": f"{clock.metric.label}{again}",
        "key": f"{clock.metric.value}-{clock.instance}",
        "tone": "bad" if one.is_breached else state.tone,
        "state": f"{state.label}, broken" if one.is_breached else state.label,
        "business": duration(one.business_seconds),
        "calendar": duration(one.calendar_seconds),
        "target": _target(one),
        "due": moment(clock.due_at, now=at) if clock.due_at else "",
        "left": "" if one.remaining_seconds is None or clock.ended_at else duration(one.remaining_seconds),
        "ended": moment(clock.ended_at, now=at) if clock.ended_at else "",
        "stretches": [_stretch(each, at) for each in one.stretches],
    }


def _target(one: Explained) -> str:
    target = one.clock.target
    if target is None:
        return ""
    return f"{duration(target.seconds)} of {'business' if target.in_business else 'calendar'} time"


def _stretch(one: Stretch, at: datetime) -> dict[str, object]:
    return {
        "from": moment(one.start, now=at),
        "to": moment(one.end, now=at) if one.end else "now",
        "state": one.state.label,
        "tone": TicketState.tone_of(one.state),
        "counts": one.counts,
        "business": duration(one.business_seconds),
        "calendar": duration(one.calendar_seconds),
        "by": one.calendar,
        "policy": str(one.policy or "no policy"),
    }


def list_promises(ticket: Ticket, at: datetime) -> list[dict[str, object]]:
    """What the ticket's page says of its promises: those that run or wait, and those that were broken; one query."""
    rows = TicketClock.objects.filter(ticket=ticket, target_seconds__isnull=False).order_by("due_at", "pk")
    return [_promise(row, at) for row in rows if row.state not in _ENDED or row.breached_at]


def _promise(row: TicketClock, at: datetime) -> dict[str, object]:
    broken = row.breached_at or (row.due_at if row.due_at and row.due_at < at else None)
    if broken:
        tone, words = "bad", f"broken {moment(broken, now=at)}"
    elif row.due_at:
        tone, words = "open", f"due {moment(row.due_at, now=at)}"
    else:
        left = duration((row.remaining_us or 0) / 1_000_000)
        tone, words = "none", f"paused, {left} left"
    return {"term": row.get_metric_display(), "tone": tone, "words": words}
