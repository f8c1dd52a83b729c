"""One escalation: how far it climbed, what happened, and what may be done next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from foundation.access import requires
from foundation.words import duration, moment
from operations.escalation_forms import ActionForm, DecideForm, DeclineForm, ResolveForm, SnoozeForm
from operations.models import (
    ANSWERED,
    OPEN_STATES,
    UNANSWERED,
    Escalation,
    EscalationEvent,
    EscalationEventKind,
    EscalationRun,
    EscalationState,
    User,
)
from operations.selectors.escalations import Climbing, EscalationPage, get_escalation_page, may_answer

LATE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Action:
    """Something that people may do in some states."""

    heading: str
    button: str
    form: type[ActionForm]
    states: Sequence[EscalationState]


ACTIONS: Mapping[str, Action] = {
    "acknowledge": Action("Acknowledge", "I look after it", ActionForm, UNANSWERED),
    "take": Action("Take it", "It is mine", ActionForm, (*UNANSWERED, *ANSWERED)),
    "decide": Action("Decide", "Write down the decision", DecideForm, OPEN_STATES),
    "resolve": Action("Resolve", "It is over", ResolveForm, OPEN_STATES),
    "snooze": Action("Snooze", "Let it rest", SnoozeForm, (*UNANSWERED, *ANSWERED)),
    "decline": Action("Decline", "Hand it down", DeclineForm, (*UNANSWERED, *ANSWERED)),
    "close": Action("Close", "Close it", DecideForm, (EscalationState.DECIDED, EscalationState.RESOLVED)),
}


@require_safe
@requires("operations.view_escalation")
def escalation(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of one escalation."""
    return render_escalation(request, pk)


def render_escalation(
    request: HttpRequest, pk: int, *, refused: tuple[str, ActionForm] | None = None, status: int = 200
) -> HttpResponse:
    """The page, with a refused form in place of a fresh one: how it shows what was wrong with it."""
    user, at = cast("User", request.user), timezone.now()
    try:
        page = get_escalation_page(pk, user=user)
    except EscalationRun.DoesNotExist:
        raise Http404(f"There is no escalation {pk}.") from None
    found = page.climbing.escalation
    context = {
        "escalation": found,
        "tone": EscalationState.tone_of(found.state),
        "state_words": _state_words(found, at),
        "is_mine": page.climbing.is_mine,
        "facts": _facts(page, at),
        "levels": _levels(page.climbing),
        "entries": [_entry(event, at) for event in page.events],
        "forms": _forms(page.climbing, refused) if _is_offered(page.climbing, user) else [],
    }
    return render(request, "operations/escalation.html", context, status=status)


def _is_offered(climbing: Climbing, user: User) -> bool:
    return user.has_perm("operations.change_escalation") and may_answer(climbing.run, user)


def _state_words(found: Escalation, at: datetime) -> str:
    """How long it has been, or was, open."""
    lasted = duration((found.ended_at or at) - found.raised_at)
    return f"open for {lasted}" if found.is_open else f"after {lasted}"


def _forms(climbing: Climbing, refused: tuple[str, ActionForm] | None) -> list[dict[str, Any]]:
    """The forms of what may be done now, in the order in which they are offered."""
    found, shown = climbing.escalation, []
    for name, action in ACTIONS.items():
        if found.state not in action.states or (name == "decline" and climbing.run.level <= 1):
            continue
        form = refused[1] if refused and refused[0] == name else action.form(escalation=found, name=name)
        shown.append({"name": name, "heading": action.heading, "button": action.button, "form": form})
    return shown


def _facts(page: EscalationPage, at: datetime) -> list[tuple[str, str]]:
    """Terms and what is known about them; what is not known is left out."""
    found, run = page.climbing.escalation, page.climbing.run
    known = (
        ("Kind", found.get_kind_display()),
        ("Severity", found.get_severity_display()),
        ("About", found.subject),
        ("Owner", str(found.owner or "nobody")),
        ("Raised", f"{moment(found.raised_at, now=at)} by {found.raised_by or 'the system'}"),
        ("Times raised", str(page.trigger_count)),
        ("Next step", moment(run.next_due_at, now=at) if run.next_due_at else ""),
        ("Policy", f"{page.climbing.ladder.name}, as it was then"),
        ("Decision", found.decision),
        ("Decided by", str(found.decided_by or "")),
        ("Until", _day(found, "due_on")),
        ("Checked on", _day(found, "follow_up_on")),
    )
    return [(term, words) for term, words in known if words]


def _day(found: Escalation, name: str) -> str:
    day = getattr(found, name)
    return f"{day.day} {day:%b %Y}" if day else ""


def _levels(climbing: Climbing) -> list[dict[str, object]]:
    """The ladder from its first level to the COO, with where the climb stands."""
    run, shown = climbing.run, []
    for number, rung in enumerate(climbing.ladder.levels, 1):
        is_now = number == run.level and climbing.escalation.is_open
        told = ("done", "was told") if number <= run.reached_level else ("none", "not yet")
        tone, words = ("bad", "is told") if is_now else told
        wait = f"waits {duration(rung.wait_seconds)}"
        shown.append({"number": number, "name": rung.name, "tone": tone, "words": words, "wait": wait})
    return shown


def _entry(event: EscalationEvent, at: datetime) -> dict[str, object]:
    """One line of the timeline."""
    late = event.details.get("late_seconds", 0)
    told = len(event.details.get("people", ()))
    notes = [f"Pass {event.loop + 1}, level {event.level}."] if event.kind == EscalationEventKind.NOTIFIED else []
    notes += [f"{told} {'person' if told == 1 else 'people'}."] if told else []
    notes += [f"Late by {duration(late)}."] if late >= LATE_SECONDS else []
    return {
        "at": event.at,
        "when": moment(event.at, now=at),
        "what": event.get_kind_display(),
        "tone": EscalationEventKind.tone_of(event.kind),
        "text": event.text,
        "note": " ".join(notes),
        "who": str(event.actor or ""),
    }
