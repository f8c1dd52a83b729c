"""The page on which an objective is promised or changed; each change is a new version."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from foundation.access import requires
from foundation.errors import InvalidInputError, StaleWriteError
from operations.models import User
from partnerships.models import SLO, Integration, Tier
from partnerships.services.slos import define_slo
from partnerships.slo_forms import SLOForm

UNPROCESSABLE, CONFLICT = 422, 409
_SHOWN_AT = {"target_ratio": "target_percent"}


@require_http_methods(["GET", "HEAD", "POST"])
@requires("partnerships.view_integration", "partnerships.add_slo")
def slo_new(request: HttpRequest, slug: str) -> HttpResponse:
    """The form of the objective in one tier, the present one unless `tier` says another; what is impossible is said."""
    integration = get_object_or_404(Integration, slug=slug)
    asked = (request.POST if request.method == "POST" else request.GET).get("tier", "")
    tier = asked if asked in Tier.values else integration.tier
    present = SLO.objects.filter(integration=integration, tier=tier, ended_at__isnull=True).first()
    form = SLOForm(request.POST if request.method == "POST" else None, present=present, tier=tier)
    status = 200
    if request.method == "POST":
        status = _define(request, integration, form) if form.is_valid() else UNPROCESSABLE
        if status == HttpResponse.status_code:
            return redirect(f"{integration.get_absolute_url()}#slo")
    context = {
        "integration": integration,
        "form": form,
        "present": present,
        "tier": str(Tier(tier).label).lower(),
        "others": [(value, label.lower()) for value, label in Tier.choices if value != tier],
    }
    return render(request, "partnerships/slo_new.html", context, status=status)


def _define(request: HttpRequest, integration: Integration, form: SLOForm) -> int:
    """200 once it holds; else the status of the refusal, which the form says."""
    data = form.cleaned_data
    try:
        made = define_slo(
            integration_id=integration.pk,
            tier=data["tier"],
            new=form.new(),
            at=timezone.now(),
            by=cast("User", request.user),
            seen=data["seen"],
        )
    except InvalidInputError as refusal:
        field = _SHOWN_AT.get(refusal.field, refusal.field)
        words = refusal.message if field in form.fields else f"{refusal.field.capitalize()}: {refusal.message}"
        form.add_error(field if field in form.fields else None, words)
        return UNPROCESSABLE
    except StaleWriteError as refusal:
        form.add_error(None, str(refusal))
        return CONFLICT
    messages.success(request, f"Version {made.number} of the objective is in force.")
    return HttpResponse.status_code
