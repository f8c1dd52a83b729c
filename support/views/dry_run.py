"""Trying promises out: which one a ticket would get and why, and what other terms would change."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from foundation.access import requires
from foundation.words import duration, figure, moment
from support.clocks.stopwatch import Clock
from support.dry_run_form import DraftForm, TryForm
from support.models import Ticket
from support.selectors.clocks import preview_policy
from support.selectors.dry_run import MOST_TICKETS, Comparison, Tried, compare_draft, try_policies

_UNPROCESSABLE = 422


@require_safe
@requires("support.view_slapolicy", "support.view_ticket")
def promises(request: HttpRequest) -> HttpResponse:
    """What a ticket would be promised now, and what a draft would change; nothing is stored."""
    at, step = timezone.now(), request.GET.get("step") or ("try" if request.GET else "")
    trying = TryForm(request.GET if step == "try" else None, auto_id="try-%s")
    draft = DraftForm(request.GET if step == "compare" else None, auto_id="draft-%s")
    context: dict[str, Any] = {"try_form": trying, "draft_form": draft, "most": figure(MOST_TICKETS, 0)}
    if trying.is_valid():
        context |= _tried(trying.made(), at=trying.cleaned_data["opened_at"] or at)
    if draft.is_valid():
        context["comparison"] = _facts(compare_draft(draft.made(), at=at))
    status = _UNPROCESSABLE if trying.errors or draft.errors else 200
    return render(request, "support/promises.html", context, status=status)


def _tried(ticket: Ticket, *, at: datetime) -> dict[str, Any]:
    found = preview_policy(ticket, at=at)
    calendar = found.version.calendar if found.version else None
    return {
        "ticket": ticket if ticket.pk else None,
        "tried": [_policy(one) for one in try_policies(ticket)],
        "version": found.version,
        "calendar": calendar or "the organisation's",
        "clocks": [_clock(one, at) for one in found.clocks if one.target is not None and one.ended_at is None],
    }


def _policy(one: Tried) -> dict[str, Any]:
    tone, words = (
        ("good", "taken")
        if one.is_taken
        else ("none", "fits, but one before it does")
        if one.fits
        else (
            "watch",
            "does not fit",
        )
    )
    return {
        "version": one.version,
        "tone": tone,
        "words": words,
        "conditions": [
            {
                "name": each.name,
                "wanted": ", ".join(each.wanted),
                "has": each.has or "none",
                "tone": "good" if each.is_met else "bad",
                "words": "met" if each.is_met else "not met",
            }
            for each in one.conditions
        ],
    }


def _clock(clock: Clock, at: datetime) -> dict[str, str]:
    target = clock.target
    assert target is not None
    return {
        "name": clock.metric.label,
        "target": f"{duration(target.seconds)} of {'business' if target.in_business else 'calendar'} time",
        "due": moment(clock.due_at, now=at) if clock.due_at else "paused",
    }


def _facts(found: Comparison) -> list[tuple[str, str]]:
    whole = "all that are open" if found.is_whole else "the newest that are open"
    return [
        ("Tickets looked at", f"{figure(found.tickets, 0)}, {whole}"),
        ("Tickets with other promises", figure(found.changed, 0)),
        ("Promises due sooner", figure(found.sooner, 0)),
        ("Promises due later", figure(found.later, 0)),
        ("Promises gained", figure(found.gained, 0)),
        ("Promises lost", figure(found.lost, 0)),
        ("At the same instant, or paused", figure(found.same, 0)),
    ]
