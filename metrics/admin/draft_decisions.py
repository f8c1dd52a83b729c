"""What a draft would change, and its decision, each confirmed on a page of its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from foundation.errors import InvalidInputError, ServiceError
from metrics.formula_words import formula_words
from metrics.models import MetricDraft, MetricVersion
from metrics.services.difference import Difference, PeriodChange, get_difference
from metrics.services.drafts import approve_draft, reject_draft, withdraw_draft
from metrics.units import Unit, unit_of


@dataclass(frozen=True)
class Decision:
    """One way to decide a draft: the permission it takes, its words, and the service that does it."""

    permission: str
    title: str
    question: str
    done: str
    decide: Callable[..., Any]


DECISIONS: Mapping[str, Decision] = {
    "approve": Decision(
        "metrics.approve_metricdraft",
        "Approve",
        "It takes effect at once and cannot be changed any more. Its values are computed from the rows.",
        "Approved. Its values are being computed.",
        approve_draft,
    ),
    "reject": Decision(
        "metrics.approve_metricdraft",
        "Reject",
        "The draft is closed. Say what has to change.",
        "Rejected.",
        reject_draft,
    ),
    "withdraw": Decision(
        "metrics.change_metricdraft",
        "Withdraw",
        "The draft is closed and stays on record. Another one can be proposed.",
        "Withdrawn.",
        withdraw_draft,
    ),
}


class NoteForm(forms.Form):
    """A decision's note, and which state of the draft was decided about."""

    note = forms.CharField(
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text="Shown with the decision.",
    )
    read_version = forms.IntegerField(widget=forms.HiddenInput)


def compare_view(request: HttpRequest, pk: int, model_admin: Any) -> HttpResponse:
    """The draft beside the current version, and the ways to decide it."""
    draft = _draft(request, pk, model_admin)
    found = get_difference(draft, at=timezone.now())
    unit = unit_of(found.current or MetricVersion(metric=draft.metric, kind=draft.kind))
    context = {
        **model_admin.admin_site.each_context(request),
        "title": f"{draft.metric}: {'draft' if draft.is_open else draft.get_state_display().lower()}",
        "opts": model_admin.opts,
        "draft": draft,
        "metric_link": reverse("admin:metrics_metric_change", args=[draft.metric_id]),
        "words": formula_words(draft),
        "current": found.current,
        "current_words": formula_words(found.current) if found.current else "",
        "fields": found.fields,
        "tables": [
            table for table in (_table("Weeks", found.weeks, unit), _table("Months", found.months, unit)) if table
        ],
        "summary": _summary(found, unit),
        "ways": _ways(request, draft),
        "is_own": request.user.pk in {draft.created_by_id, draft.edited_by_id},
        "can_edit": model_admin.has_change_permission(request, draft),
    }
    return render(request, "admin/metrics/metricdraft/compare.html", context)


def decide_view(request: HttpRequest, pk: int, decision: str, model_admin: Any) -> HttpResponse:
    """Ask to confirm a decision, and take it."""
    way = DECISIONS.get(decision)
    if way is None:
        raise Http404(decision)
    draft = _draft(request, pk, model_admin)
    if not request.user.has_perm(way.permission):
        raise PermissionDenied
    form = NoteForm(request.POST or None, initial={"read_version": draft.version})
    if request.method == "POST" and form.is_valid() and _decide(request, draft, way, form):
        return HttpResponseRedirect(reverse("admin:metrics_metricdraft_compare", args=[draft.pk]))
    context = {
        **model_admin.admin_site.each_context(request),
        "title": f"{way.title} the draft of {draft.metric}?",
        "opts": model_admin.opts,
        "draft": draft,
        "words": formula_words(draft),
        "way": way,
        "form": form,
    }
    return render(request, "admin/metrics/metricdraft/decide.html", context)


def _decide(request: HttpRequest, draft: MetricDraft, way: Decision, form: NoteForm) -> bool:
    """Whether the decision was taken; what refuses it is said on the form."""
    values = form.cleaned_data
    try:
        way.decide(
            draft_id=draft.pk, by=request.user, at=timezone.now(), note=values["note"], read=values["read_version"]
        )
    except InvalidInputError as refusal:
        form.add_error("note" if refusal.field == "note" else None, refusal.message)
        return False
    except ServiceError as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, way.done)
    return True


def _draft(request: HttpRequest, pk: int, model_admin: Any) -> MetricDraft:
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    rows = MetricDraft.objects.select_related("metric__owner", "created_by", "edited_by", "decided_by", "definition")
    return get_object_or_404(rows, pk=pk)


def _ways(request: HttpRequest, draft: MetricDraft) -> list[dict[str, str]]:
    """The decisions that the person may take, as buttons."""
    if not draft.is_open:
        return []
    return [
        {"name": name, "title": way.title, "url": reverse("admin:metrics_metricdraft_decide", args=[draft.pk, name])}
        for name, way in DECISIONS.items()
        if request.user.has_perm(way.permission)
    ]


def _table(title: str, changes: Any, unit: Unit) -> dict[str, Any] | None:
    if not changes:
        return None
    return {"title": title, "unit": unit.name or "value", "rows": [_row(change, unit) for change in reversed(changes)]}


def _row(change: PeriodChange, unit: Unit) -> dict[str, str]:
    ratio = "" if change.change_ratio is None else f"{change.change_ratio:+.1%}".replace("-", "−")
    return {
        "start": f"{change.start:%Y-%m-%d}",
        "old": unit.write(change.old_value),
        "old_n": f"{change.old_n:,}",
        "new": unit.write(change.new_value),
        "new_n": f"{change.new_n:,}",
        "change": unit.change(change.change) if change.change is not None else "",
        "ratio": ratio,
    }


def _summary(found: Difference, unit: Unit) -> str:
    """In how many weeks the values differ and by how much at most."""
    known = sum(week.new_value is not None for week in found.weeks)
    if found.current is None:
        return f"The first definition: {known} of the last {len(found.weeks)} complete weeks have a value."
    if not found.differing:
        return f"The last {len(found.weeks)} complete weeks are the same by both."
    largest = found.largest
    most = f", at most by {unit.distance(largest.change)}" if largest and largest.change else ""
    return f"{found.differing} of the last {len(found.weeks)} complete weeks differ{most}."
