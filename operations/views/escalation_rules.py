"""The rules by which signals of metrics are escalated: listed, made, changed and taken away."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.access import requires
from operations.escalation_forms import EscalationRuleForm
from operations.models import EscalationRule, Severity
from operations.selectors.escalation_rules import count_signals, list_rules
from operations.services.escalation_rules import delete_rule, save_rule

UNPROCESSABLE = 422


@require_safe
@requires("operations.view_escalationrule")
def rules(request: HttpRequest) -> HttpResponse:
    """All rules, in the order in which they are looked for."""
    counts = count_signals()
    context = {
        "lede": f"Signals escalated so far: {counts['raised']}, of which still open: {counts['open']}.",
        "rows": [_row(rule) for rule in list_rules()],
        "may_add": request.user.has_perm("operations.add_escalationrule"),
        "may_change": request.user.has_perm("operations.change_escalationrule"),
    }
    return render(request, "operations/escalation_rules.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("operations.add_escalationrule")
def rule_new(request: HttpRequest) -> HttpResponse:
    """The form for a rule."""
    return _answer(request, EscalationRule())


@require_http_methods(["GET", "HEAD", "POST"])
@requires("operations.change_escalationrule")
def rule(request: HttpRequest, pk: int) -> HttpResponse:
    """The form of one rule; a stale one is refused."""
    return _answer(request, get_object_or_404(EscalationRule, pk=pk))


@require_POST
@requires("operations.delete_escalationrule")
def rule_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one rule away."""
    delete_rule(rule_id=get_object_or_404(EscalationRule, pk=pk).pk)
    messages.success(request, "The rule is gone.")
    return redirect("escalations:rules")


def _answer(request: HttpRequest, found: EscalationRule) -> HttpResponse:
    with transaction.atomic():  # The form locks the row to compare versions.
        form = EscalationRuleForm(request.POST if request.method == "POST" else None, instance=found)
        if request.method == "POST" and form.is_valid():
            save_rule(rule=form.save(commit=False))
            messages.success(request, "The rule holds for signals from now on.")
            return redirect("escalations:rules")
    context = {"form": form, "rule": found, "may_delete": request.user.has_perm("operations.delete_escalationrule")}
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "operations/escalation_rule.html", context, status=status)


def _row(found: EscalationRule) -> dict[str, Any]:
    return {
        "pk": found.pk,
        "title": str(found),
        "about": "metric" if found.metric_id else "owner" if found.owner_id else "where no other rule holds",
        "tone": "open" if found.is_raised else "none",
        "state": "Escalated" if found.is_raised else "Only shown",
        "kind": found.get_kind_display(),
        "is_critical": found.severity == Severity.CRITICAL,
        "policy": str(found.policy or "default of the kind"),
    }
