"""The page of one hypothesis: what was expected, before and after; with forms for those who test and decide it."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from foundation.access import requires
from foundation.errors import InvalidInputError, ServiceError
from foundation.form_fields import TextField
from metrics.models import Hypothesis, HypothesisKind, HypothesisState, Verdict
from metrics.services.hypotheses import decide_hypothesis, lock_hypothesis
from metrics.units import plain_unit
from metrics.views.experiments.hypotheses import shown

_WAITS = {
    HypothesisState.DRAFT: "Testing begins when both owners, ours and the partner's, have signed it.",
    HypothesisState.TESTING: (
        "A verdict is proposed once both owners have signed, and given when both have acknowledged it. "
        "A test that began without signatures is signed now."
    ),
}
"""What a partnership hypothesis waits for, by its state."""


class VerdictForm(forms.Form):
    """What a person decides and says."""

    verdict = forms.ChoiceField(choices=Verdict.choices)
    note = TextField(label="What was learnt", max_length=500, widget=forms.Textarea(attrs={"rows": 4}))


@require_safe
@requires("metrics.view_hypothesis")
def hypothesis_page(request: HttpRequest, key: str) -> HttpResponse:
    """One hypothesis: what was expected, before and after, and the verdict."""
    return _page(request, key, VerdictForm())


@require_POST
@requires("metrics.view_hypothesis", "metrics.change_hypothesis")
def hypothesis_action(request: HttpRequest, key: str) -> HttpResponse:
    """Lock the hypothesis or give its verdict; what is refused is said beside the form."""
    row = get_object_or_404(Hypothesis, key=key)
    refused = _lock(request, row) if request.POST.get("action") == "lock" else _decide(request, row)
    return refused or redirect(row)


def _lock(request: HttpRequest, row: Hypothesis) -> HttpResponse | None:
    try:
        lock_hypothesis(hypothesis_id=row.pk, by=request.user, at=timezone.now())
    except ServiceError as refusal:
        return _page(request, row.key, VerdictForm(), refused=_words(refusal))
    messages.success(request, "The hypothesis is locked: the value before is frozen, and testing begins.")
    return None


def _decide(request: HttpRequest, row: Hypothesis) -> HttpResponse | None:
    form, refused = VerdictForm(request.POST), ""
    if form.is_valid():
        try:
            decide_hypothesis(hypothesis_id=row.pk, **form.cleaned_data, by=request.user, at=timezone.now())
        except ServiceError as refusal:
            if isinstance(refusal, InvalidInputError) and refusal.field in form.fields:
                form.add_error(refusal.field, refusal.message)
            else:
                refused = _words(refusal)
    if refused or form.errors:
        return _page(request, row.key, form, refused=refused)
    messages.success(request, "The verdict is given, and the value after is frozen.")
    return None


def _words(refusal: ServiceError) -> str:
    """The refusal with the field as forms call it."""
    if not isinstance(refusal, InvalidInputError):
        return str(refusal)
    name = next((field.verbose_name for field in Hypothesis._meta.fields if field.name == refusal.field), refusal.field)
    return f"{name[:1].upper()}{name[1:]}: {refusal.message}"


def _page(request: HttpRequest, key: str, form: VerdictForm, *, refused: str = "") -> HttpResponse:
    row = get_object_or_404(Hypothesis.objects.select_related("metric", "owner", "decided_by"), key=key)
    may_change = request.user.has_perm("metrics.change_hypothesis")
    may_edit = may_change and request.user.is_staff and row.state == HypothesisState.DRAFT
    is_shared = row.kind == HypothesisKind.PARTNERSHIP
    unit = plain_unit(row.metric)
    context = shown(row) | {
        "before": unit.words(row.before_value),
        "after": unit.words(row.after_value),
        "experiments": row.experiments.all(),
        "form": form,
        "refused": refused,
        "may_lock": may_change and row.state == HypothesisState.DRAFT and not is_shared,
        "may_decide": may_change and row.state == HypothesisState.TESTING and not is_shared,
        "waits": _WAITS.get(HypothesisState(row.state), "") if is_shared else "",
        "edit": reverse("admin:metrics_hypothesis_change", args=[row.pk]) if may_edit else "",
    }
    return render(request, "experiments/hypothesis_page.html", context)
