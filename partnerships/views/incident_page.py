"""One incident: what is known, what happened, and what may be done next."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from charts.state import state
from foundation.access import requires
from foundation.words import duration, moment
from operations.models import EscalationState, User
from partnerships.incident_forms import (
    IncidentAffectedForm,
    IncidentBeganForm,
    IncidentMergeForm,
    IncidentNoteForm,
    IncidentReopenForm,
    IncidentRoleForm,
    IncidentSeverityForm,
    IncidentStateForm,
    VersionedForm,
)
from partnerships.incident_record_forms import ActionForm, CauseForm, DraftForm, FaultForm, SectionsForm
from partnerships.incidents.rules import list_allowed_states
from partnerships.models import (
    AffectedIntegration,
    Effect,
    Incident,
    IncidentEvent,
    IncidentEventKind,
    IncidentRole,
    IncidentState,
)
from partnerships.selectors.incidents import IncidentDetail, get_incident_detail, list_incident_escalations
from partnerships.views.incident_records import records_context
from partnerships.views.incident_words import lasted_words, severity_mark, state_mark

Forms = Mapping[str, forms.Form]
_LABELS = dict(IncidentState.choices)
_STATED = {IncidentEventKind.STATE, IncidentEventKind.REOPENED}


@require_safe
@requires("partnerships.view_incident")
def incident(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of one incident; a merged one leads to the other, unless it is asked to `stay`."""
    try:
        into = Incident.objects.values_list("merged_into", flat=True).get(pk=pk)
    except Incident.DoesNotExist:
        raise Http404(f"There is no incident {pk}.") from None
    if into is not None and "stay" not in request.GET:
        messages.info(request, f"INC-{pk} was merged into this incident.")
        return redirect("incidents:incident", pk=into)
    return render_incident(request, pk)


def render_incident(request: HttpRequest, pk: int, *, shown: Forms | None = None, status: int = 200) -> HttpResponse:
    """The page with the given forms in place of fresh ones: how a refused form shows what was wrong with it."""
    try:
        detail = get_incident_detail(pk)
    except Incident.DoesNotExist:
        raise Http404(f"There is no incident {pk}.") from None
    found, at = detail.incident, timezone.now()
    user = cast("User", request.user)
    may_change = user.has_perm("partnerships.change_incident")
    context: dict[str, Any] = {
        "incident": found,
        "severity": severity_mark(found),
        "state": state_mark(found),
        "lasted": lasted_words(found, at=at),
        "facts": _facts(detail, at),
        "entries": [_entry(event, at) for event in detail.events],
        "hidden": detail.hidden,
        "affected": [_period(period, at) for period in detail.affected],
        "roles": [_role(role, at) for role in detail.roles],
        "merged": detail.merged,
        "escalations": _escalations(found, at) if user.has_perm("operations.view_escalation") else (),
        **records_context(found, user_id=user.pk, at=at),
        "may_change": may_change and found.merged_into_id is None,
    }
    if context["may_change"]:
        context["forms"] = _forms(found, shown or {})
    return render(request, "partnerships/incident.html", context, status=status)


def _forms(found: Incident, shown: Forms) -> list[dict[str, object]]:
    """The forms that make sense now, each with its address; one that was refused is open."""
    is_over = found.resolved_at is not None
    review = getattr(found, "post_mortem", None)
    is_written = is_over and (review is None or review.finished_at is None)
    offered: list[tuple[str, type[VersionedForm], str, bool]] = [
        ("note", IncidentNoteForm, "Add a note", True),
        ("state", IncidentStateForm, "Change state", bool(list_allowed_states(found.state))),
        ("role", IncidentRoleForm, "Give a role", found.is_open),
        ("severity", IncidentSeverityForm, "Judge severity", True),
        ("began", IncidentBeganForm, "Correct when it began", True),
        ("affected", IncidentAffectedForm, "Affected integrations", found.is_open),
        ("merge", IncidentMergeForm, "Merge into another", found.state != IncidentState.CLOSED),
        ("draft", DraftForm, "Draft a message", True),
        ("fault", FaultForm, "Judge whose trouble", True),
        ("post_mortem", SectionsForm, "Write the post-mortem", is_written),
        ("cause", CauseForm, "Name a cause", is_written),
        ("plan", ActionForm, "Plan an action", is_over),
        ("reopen", IncidentReopenForm, "Open again", not found.is_open),
    ]
    return [
        {
            "heading": heading,
            "form": shown[name] if name in shown else cls(incident=found),
            "url": reverse(f"incidents:incident_{name}", args=[found.pk]),
            "is_open": name in shown,
        }
        for name, cls, heading, makes_sense in offered
        if makes_sense or name in shown
    ]


def _facts(detail: IncidentDetail, at: datetime) -> list[tuple[str, object]]:
    """Terms and what is known about them; what is not known is left out."""
    found = detail.incident
    ack = f"{moment(found.acknowledged_at, now=at)}, {found.acknowledged_by}" if found.acknowledged_at else "not yet"
    known: list[tuple[str, object]] = [
        ("Severity", f"{found.get_severity_display()}: impact {found.impact}, urgency {found.urgency}, {found.tier}"),
        ("Whose trouble", found.get_fault_display()),
        ("Partner", found.integration.partner.name if found.integration else ""),
        ("Effects", _effects(detail.events)),
        ("Began", moment(found.started_at, now=at) if found.started_at else "not known"),
        ("Noticed", _noticed(found, at)),
        ("Opened", f"{moment(found.opened_at, now=at)}, {found.opened_by or 'by a check'}"),
        ("Acknowledged", ack),
        ("Restored", moment(found.restored_at, now=at) if found.restored_at else ""),
        ("Resolved", moment(found.resolved_at, now=at) if found.resolved_at else ""),
        ("Closed", moment(found.closed_at, now=at) if found.closed_at else ""),
        ("Next update", _due(found.update_due_at, at)),
        ("Next update outside", _due(found.external_update_due_at, at)),
        ("Reopened", f"{found.reopen_count} times" if found.reopen_count > 1 else "once" * found.reopen_count),
    ]
    return [(term, words) for term, words in known if words]


def _effects(events: Sequence[IncidentEvent]) -> str:
    """How many outages elsewhere it explains."""
    number = sum(event.kind == IncidentEventKind.EFFECT for event in events)
    return f"{number} {'outage' if number == 1 else 'outages'} of what depends on it" if number else ""


def _noticed(found: Incident, at: datetime) -> str:
    after = f", after {duration(found.detected_at - found.started_at)}" if found.started_at else ""
    return moment(found.detected_at, now=at) + after


def _due(due_at: datetime | None, at: datetime) -> object:
    """By when, or for how long it is overdue."""
    if due_at is None:
        return ""
    if due_at <= at:
        return state("bad", f"overdue for {duration(at - due_at)}")
    return f"due {moment(due_at, now=at)}, in {duration(due_at - at)}"


def _entry(event: IncidentEvent, at: datetime) -> dict[str, object]:
    """One line of the timeline."""
    return {
        "at": event.occurred_at,
        "when": moment(event.occurred_at, now=at),
        "what": _what(event),
        "tone": IncidentState.tone_of(event.new_state)
        if event.kind in _STATED
        else IncidentEventKind.tone_of(event.kind),
        "who": str(event.actor or "worker"),
        "text": event.text,
        "changes": [_change(name, pair, at) for name, pair in sorted(event.changes.items())],
        "recorded": f"written {moment(event.recorded_at, now=at)}" if event.recorded_at != event.occurred_at else "",
    }


def _what(event: IncidentEvent) -> str:
    if event.kind not in _STATED:
        return str(event.get_kind_display())
    old = _LABELS.get(event.old_state, event.old_state)
    return f"{old} → {_LABELS.get(event.new_state, event.new_state)}"


def _change(name: str, pair: list[str | None], at: datetime) -> str:
    """A change in words: what was, what is."""
    if name == "started_at":
        old, new = (moment(datetime.fromisoformat(value), now=at) if value else "not known" for value in pair)
        return f"began: {old} → {new}"
    old, new = ("nobody" if value in {None, ""} else str(value).upper() if name == "severity" else str(value)
                for value in pair)  # fmt: skip
    return f"{name.replace('_', ' ')}: {old} → {new}"


def _period(period: AffectedIntegration, at: datetime) -> dict[str, object]:
    return {
        "name": period.integration.name,
        "url": period.integration.get_absolute_url(),
        "effect": state(Effect.tone_of(period.effect), period.get_effect_display()),
        "began": moment(period.started_at, now=at),
        "ended": moment(period.ended_at, now=at) if period.ended_at else "goes on",
        "lasted": duration((period.ended_at or at) - period.started_at),
    }


def _escalations(found: Incident, at: datetime) -> list[dict[str, object]]:
    return [
        {
            "title": one.title,
            "url": one.get_absolute_url(),
            "state": state(EscalationState.tone_of(one.state), one.get_state_display()),
            "when": moment(one.raised_at, now=at),
        }
        for one in list_incident_escalations(found)
    ]


def _role(role: IncidentRole, at: datetime) -> dict[str, str]:
    until = f" to {moment(role.ended_at, now=at)}" if role.ended_at else ""
    return {
        "role": role.get_role_display(),
        "who": role.user.name,
        "when": f"{'from' if until else 'since'} {moment(role.started_at, now=at)}{until}",
    }
