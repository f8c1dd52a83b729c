"""What people do to a partner: take it to another stage. All are forms that work without scripts."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from foundation.access import requires
from foundation.errors import InvalidInputError, ServiceError
from operations.models import User
from partnerships.forms import ReviewForm, StageForm
from partnerships.models import ObligationReview, Partner, PartnerStage
from partnerships.services.obligations import Evidence, decide_obligation_review
from partnerships.services.partners import change_partner_stage

UNPROCESSABLE = 422


@require_http_methods(["GET", "HEAD", "POST"])
@requires("partnerships.view_partner", "partnerships.change_partner")
def partner_stage(request: HttpRequest, slug: str) -> HttpResponse:
    """The form that takes a partner to one of the stages that its present one leads to."""
    partner = get_object_or_404(Partner, slug=slug)
    form = StageForm(request.POST or None, partner=partner)
    if request.method == "POST" and form.is_valid() and _change_stage(request, partner, form):
        return redirect(partner)
    status = UNPROCESSABLE if request.method == "POST" else 200
    context = {"partner": partner, "form": form, "stage": partner.get_stage_display().lower()}
    return render(request, "partners/partner_stage.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("partnerships.view_partner", "partnerships.change_obligation")
def review(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The form that decides a review, once."""
    rows = ObligationReview.objects.select_related("integration", "obligation", "terms_version__partner")
    row = get_object_or_404(rows, pk=pk, integration__partner__slug=slug)
    partner = get_object_or_404(Partner, slug=slug)
    form = ReviewForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _decide(request, row, form):
        return redirect(partner)
    status = UNPROCESSABLE if request.method == "POST" else 200
    context = {"partner": partner, "review": row, "form": form}
    return render(request, "partners/review.html", context, status=status)


def _decide(request: HttpRequest, row: ObligationReview, form: ReviewForm) -> bool:
    at, by, said = timezone.now(), cast("User", request.user), form.cleaned_data
    evidence = Evidence(said["evidence_text"], said["evidence_url"], said["evidence_sha256"])
    try:
        decide_obligation_review(review_id=row.pk, verdict=said["verdict"], evidence=evidence, by=by, at=at)
    except ServiceError as refusal:
        form.add_error(*say_refusal(refusal, form.fields))
        return False
    messages.success(request, "The review is decided.")
    return True


def _change_stage(request: HttpRequest, partner: Partner, form: StageForm) -> bool:
    at, by = timezone.now(), cast("User", request.user)
    try:
        change_partner_stage(partner_id=partner.pk, at=at, by=by, **form.cleaned_data)
    except ServiceError as refusal:
        form.add_error(*say_refusal(refusal, form.fields))
        return False
    label = str(PartnerStage(form.cleaned_data["stage"]).label).lower()
    messages.success(request, f"{partner.name} is {label} from now on.")
    return True


def say_refusal(refusal: ServiceError, fields: object) -> tuple[str | None, str]:
    """The field of the form that the refusal is about, None for the whole form, and the sentence."""
    if not isinstance(refusal, InvalidInputError):
        return None, str(refusal)
    return (refusal.field if refusal.field in cast("dict[str, object]", fields) else None), refusal.message
