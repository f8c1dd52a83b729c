"""One insight: its statement, its evidence, what is done about it and what came of that."""

from datetime import datetime
from typing import Any, cast

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from foundation.access import requires
from foundation.words import figure, moment, signed
from operations.models import User
from support.insight_forms import EvidenceForm, InformForm, MoveForm, VerdictForm, WordsForm, list_moves
from support.models import (
    INSIGHT_OPEN,
    Change,
    ChangeOutcome,
    ChangeVerdict,
    Insight,
    InsightState,
    InsightTransition,
)
from support.selectors.insights import Numbers, get_numbers
from support.selectors.outcomes import CONTACT_UNIT, PER, compare, describe_measure
from support.views.insight_words import hours, rate, revenue

EVIDENCE_SHOWN = 50
_TAKES_CHANGES = {InsightState.VALIDATED.value, InsightState.PLANNED.value, InsightState.SHIPPED.value}


@require_safe
@requires("support.view_insight")
def insight(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of one insight."""
    return render_insight(request, pk)


def render_insight(
    request: HttpRequest, pk: int, *, refused: forms.Form | None = None, change_id: int = 0, status: int = 200
) -> HttpResponse:
    """The page, with a refused form in place of the fresh one of its kind."""
    found, at = get_object_or_404(Insight.objects.select_related("owner", "opened_by"), pk=pk), timezone.now()
    user = cast("User", request.user)
    may_change = user.has_perm("support.change_insight")
    links = found.evidence.filter(removed_at__isnull=True)
    evidence = list(links.select_related("ticket", "ticket__customer").order_by("-ticket__opened_at", "-pk"))
    changes = found.changes.select_related("insight", "metric", "owner", "hypothesis", "outcome", "outcome__verdict")
    notices = list(found.notices.select_related("customer", "ticket", "sent_by").order_by("sent_at", "customer__name"))
    context = {
        "insight": found,
        "tone": InsightState.tone_of(found.state),
        "facts": _facts(found, get_numbers([found], at=at)[found.pk], at),
        "changes": [_change(one, user, refused if one.pk == change_id else None) for one in changes],
        "evidence": evidence[:EVIDENCE_SHOWN],
        "evidence_count": figure(len(evidence), 0),
        "hidden": max(len(evidence) - EVIDENCE_SHOWN, 0),
        "notices": notices,
        "untold": sum(notice.sent_at is None for notice in notices),
        "history": [_entry(one, at) for one in found.transitions.select_related("actor").order_by("-at", "-pk")],
        "may_change": may_change and found.state in INSIGHT_OPEN,
        "may_tell": may_change,
        "may_plan": user.has_perm("support.change_change") and found.state in _TAKES_CHANGES,
        "act": reverse("insights:insight_action", args=[found.pk]),
    }
    if may_change:
        context |= _forms(found, refused)
    return render(request, "support/insight.html", context, status=status)


def _forms(insight: Insight, refused: forms.Form | None) -> dict[str, forms.Form | None]:
    words = {name: getattr(insight, name) for name in ("statement", "kind", "cause", "product", "owner")}
    fresh: dict[str, forms.Form | None] = {
        "move_form": MoveForm(insight=insight) if list_moves(insight) else None,
        "words_form": WordsForm(initial=words),
        "evidence_form": EvidenceForm(),
        "inform_form": InformForm(),
    }
    names = {MoveForm: "move_form", WordsForm: "words_form", EvidenceForm: "evidence_form", InformForm: "inform_form"}
    name = names.get(type(refused)) if refused is not None else None
    return fresh | ({name: refused} if name else {})


def _facts(insight: Insight, numbers: Numbers, at: datetime) -> list[tuple[str, str]]:
    known = [
        ("Tickets", f"{figure(numbers.tickets, 0)}, {numbers.recent} of them lately"),
        ("Customers", figure(numbers.customers, 0)),
        ("Contact rate", rate(numbers)),
        ("Our work on it", hours(numbers.minutes)),
        ("They pay a year", revenue(numbers.revenue_minor)),
        ("Kind", insight.get_kind_display()),
        ("Cause", insight.cause),
        ("Product", insight.product),
        ("Owner", str(insight.owner or "nobody yet")),
        ("Opened", f"{moment(insight.opened_at, now=at)} by {insight.opened_by or 'the system'}"),
        ("Suggested by", insight.basis),
    ]
    return [(term, words) for term, words in known if words]


def _entry(one: InsightTransition, at: datetime) -> dict[str, Any]:
    return {
        "label": one.get_new_state_display(),
        "tone": InsightState.tone_of(one.new_state),
        "reason": one.reason,
        "who": str(one.actor or "the system"),
        "at": one.at,
        "when": moment(one.at, now=at),
    }


def _change(change: Change, user: User, refused: forms.Form | None) -> dict[str, Any]:
    outcome = getattr(change, "outcome", None)
    measure, unit = describe_measure(change)
    may_change = user.has_perm("support.change_change")
    may_decide = may_change and outcome is not None and not change.verdict
    form = refused or VerdictForm(auto_id=f"decide-{change.pk}-%s") if may_decide else None
    return {
        "change": change,
        "tone": ChangeVerdict.tone_of(change.verdict) if change.verdict else "open" if change.shipped_at else "none",
        "state": _stage(change),
        "expects": f"{measure} {change.get_direction_display().lower()} by at least "
        f"{figure(change.expected_change, 2)} {unit}",
        "is_link": change.reference.startswith(("https://", "http://")),
        "outcome": _outcome(outcome) if outcome else None,
        "note": outcome.verdict.note if outcome and hasattr(outcome, "verdict") else "",
        "form": form,
        "may_ship": may_change and change.shipped_at is None,
        "problem": " ".join(str(one) for one in refused.non_field_errors()) if refused and not may_decide else "",
    }


def _stage(change: Change) -> str:
    if change.verdict:
        return change.get_verdict_display()
    if change.measured_at:
        return "Waits for a verdict"
    return "Shipped" if change.shipped_at else "Planned"


def _outcome(outcome: ChangeOutcome) -> dict[str, Any]:
    """Before and after as rows, and the difference in words."""
    both = (outcome.before_value, outcome.after_value)
    moved = None if None in both else cast("float", outcome.after_value) - cast("float", outcome.before_value)
    words = f"{signed(moved, 2)} {outcome.unit}" if moved is not None else "no data to compare"
    if outcome.unit == CONTACT_UNIT and (found := compare(outcome)):
        words += f", 95 % interval {signed(PER * found.low, 2)} to {signed(PER * found.high, 2)}"
    return {
        "measure": outcome.measure,
        "difference": words,
        "frozen_at": outcome.frozen_at,
        "rows": [
            _window("Before", outcome.before_start_on, outcome.before_end_on, outcome.before_value, outcome.before_n),
            _window("After", outcome.after_start_on, outcome.after_end_on, outcome.after_value, outcome.after_n),
        ],
    }


def _window(label: str, first: Any, last: Any, value: float | None, n: int) -> dict[str, Any]:
    return {"label": label, "first": first, "last": last, "value": figure(value, 2), "n": figure(n, 0)}
