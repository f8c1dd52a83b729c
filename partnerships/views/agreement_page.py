"""The page of one agreement: its versions, what was said, and the forms that add to both."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from foundation.access import requires
from foundation.errors import ServiceError
from foundation.words import local, moment
from operations.models import User
from partnerships.forms import AgreementStateForm, NegotiationForm, VersionForm
from partnerships.models import Agreement, AgreementState, AgreementVersion
from partnerships.selectors.agreements import standing_of
from partnerships.services.agreements import (
    STEPS,
    NewEntry,
    NewVersion,
    add_negotiation_entry,
    change_agreement_state,
    publish_agreement_version,
)
from partnerships.services.documents import LONGEST_DOCUMENT, Document, path_of
from partnerships.views.partner_actions import UNPROCESSABLE, say_refusal
from partnerships.views.partner_terms import agreement_state, day_words, money, notice_words, share_words

_LABELS = {str(value): label for value, label in AgreementState.choices}


@require_safe
@requires("partnerships.view_agreement")
def agreement(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One agreement."""
    return _page(request, _agreement(slug, pk), {})


@require_POST
@requires("partnerships.view_agreement", "partnerships.change_agreement")
def agreement_action(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Change the state, add to the log or publish a version; what is refused is said in its form."""
    row, action = _agreement(slug, pk), request.POST.get("action", "")
    form = _bound(request, row, action)
    if form is None:
        return redirect(row)
    if form.is_valid() and _do(request, row, action, form):
        return redirect(row)
    return _page(request, row, {action: form}, status=UNPROCESSABLE)


@require_safe
@requires("partnerships.view_agreement", "partnerships.view_agreementversion")
def agreement_document(request: HttpRequest, slug: str, pk: int, number: int) -> HttpResponseBase:  # noqa: ARG001
    """The document of a version, as a download and never as a page."""
    versions = AgreementVersion.objects.exclude(document_name="")
    row = get_object_or_404(versions, agreement=pk, agreement__partner__slug=slug, number=number)
    path = path_of(row.document_sha256)
    if not path.is_file():
        raise Http404("The file is missing.")
    answer = FileResponse(
        path.open("rb"), as_attachment=True, filename=row.document_name, content_type="application/octet-stream"
    )
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _agreement(slug: str, pk: int) -> Agreement:
    rows = Agreement.objects.select_related("partner", "owner")
    return get_object_or_404(rows.prefetch_related("versions", "entries"), pk=pk, partner__slug=slug)


def _bound(request: HttpRequest, row: Agreement, action: str) -> forms.Form | None:
    if action == "state":
        return AgreementStateForm(request.POST, agreement=row, prefix="state")
    if action == "entry":
        return NegotiationForm(request.POST, agreement=row, prefix="entry")
    return VersionForm(request.POST, request.FILES, prefix="version") if action == "version" else None


def _do(request: HttpRequest, row: Agreement, action: str, form: forms.Form) -> bool:
    said: dict[str, Any] = {"agreement_id": row.pk, "by": cast("User", request.user), "at": timezone.now()}
    values = dict(form.cleaned_data)
    try:
        if action == "state":
            change_agreement_state(**said, **values)
        elif action == "entry":
            add_negotiation_entry(**said, entry=NewEntry(**values))
        else:
            publish_agreement_version(**said, document=_document(values.pop("document")), new=NewVersion(**values))
    except ServiceError as refusal:
        form.add_error(*say_refusal(refusal, form.fields))
        return False
    messages.success(request, "It is in the log." if action != "version" else "The version is published.")
    return True


def _document(sent: Any) -> Document | None:
    return Document(str(sent.name), sent.read(LONGEST_DOCUMENT + 1)) if sent else None


def _page(request: HttpRequest, row: Agreement, bound: dict[str, forms.Form], *, status: int = 200) -> HttpResponse:
    at = timezone.now()
    standing = standing_of(row, local(at).date())
    may_change = request.user.has_perm("partnerships.change_agreement")
    entries = row.entries.select_related("said_by", "contact")
    context = {
        "agreement": row,
        "state": agreement_state(standing),
        "notice": notice_words(standing),
        "versions": [_version(one, row) for one in row.versions.select_related("published_by")],
        "entries": [
            {"row": one, "when": moment(one.said_at, now=at), "now": _LABELS.get(one.new_state, "")} for one in entries
        ],
        "may_change": may_change,
        "state_form": bound.get("state") or AgreementStateForm(agreement=row, prefix="state"),
        "may_step": bool(STEPS[row.state]),
        "entry_form": bound.get("entry") or NegotiationForm(agreement=row, prefix="entry"),
        "version_form": bound.get("version") or VersionForm(prefix="version"),
    }
    return render(request, "partners/agreement.html", context, status=status)


def _days(count: int | None) -> str:
    return "1 day" if count == 1 else f"{count} days"


def _version(one: AgreementVersion, row: Agreement) -> dict[str, Any]:
    facts = [
        ("Ends", f"{day_words(one.ends_on)}, {one.get_renewal_display().lower()}" if one.ends_on else "no end"),
        ("Notice", f"{_days(one.notice_days)}, until {day_words(one.notice_on)}" if one.notice_on else "–"),
        ("Fee a year", money(one.fee_minor, one.currency) if one.fee_minor is not None else "–"),
        ("Promised uptime", share_words(one.promised_uptime_ratio) if one.promised_uptime_ratio is not None else "–"),
        ("Response within", f"{one.response_hours} h" if one.response_hours is not None else "–"),
        (
            "Liability up to",
            money(one.liability_cap_minor, one.currency) if one.liability_cap_minor is not None else "–",
        ),
        ("Data processing", one.data_processing or "–"),
    ]
    args = [row.partner.slug, row.pk, one.number]
    return {
        "row": one,
        "facts": [(term, words) for term, words in facts if words != "–"],
        "download": reverse("partners:agreement_document", args=args) if one.document_name else "",
    }
