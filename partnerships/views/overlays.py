"""Planning maintenance and proposing adjustments from an integration's page, and deciding on both there."""

from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from foundation.access import requires
from foundation.errors import InvalidInputError, ServiceError
from foundation.words import zone_name
from operations.models import User
from partnerships.forms_overlays import AdjustmentForm, MaintenanceForm
from partnerships.models import Adjustment, Integration, Maintenance
from partnerships.selectors.overlays import list_maintenance_of
from partnerships.services.adjustments import approve_adjustment, propose_adjustment, reject_adjustment
from partnerships.services.maintenance import approve_maintenance, cancel_maintenance, plan_maintenance

UNPROCESSABLE = 422
_FIELDS = {"duration_seconds": "minutes", "checks": "scope"}


@require_http_methods(["GET", "HEAD", "POST"])
@requires("partnerships.view_integration", "partnerships.add_maintenance")
def maintenance_new(request: HttpRequest, slug: str) -> HttpResponse:
    """The form that plans a maintenance."""
    integration, at = _integration(slug), timezone.now()
    checks = list(integration.checks.filter(counts_for_uptime=True).order_by("name", "pk"))
    form = MaintenanceForm(request.POST or None, integration=integration, checks=checks)
    if request.method == "POST" and form.is_valid():
        row = _tried(form, lambda: plan_maintenance(new=form.new, by=_person(request), at=at))
        if row is not None:
            later = "" if row.is_approved else " It counts once it is approved."
            messages.success(request, f"{row.title} is planned.{later}")
            return redirect(integration)
    return _form_page(request, "integration_maintenance", integration, form)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("partnerships.view_integration", "partnerships.add_adjustment")
def adjustment_new(request: HttpRequest, slug: str) -> HttpResponse:
    """The form that proposes an adjustment."""
    integration, at = _integration(slug), timezone.now()
    checks = list(integration.checks.filter(counts_for_uptime=True).order_by("name", "pk"))
    form = AdjustmentForm(request.POST or None, checks=checks, at=at)
    if request.method == "POST" and form.is_valid():
        row = _tried(form, lambda: propose_adjustment(new=form.new, by=_person(request), at=at))
        if row is not None:
            messages.success(request, "The adjustment is proposed. Somebody else has to approve it.")
            return redirect(integration)
    return _form_page(request, "integration_adjustment", integration, form)


@require_POST
@requires("partnerships.view_integration", "partnerships.change_maintenance")
def maintenance_approve(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Let a proposal count."""
    integration = _integration(slug)
    row = _maintenance(integration, pk)
    act = lambda: approve_maintenance(maintenance_id=row.pk, by=_person(request), at=timezone.now())  # noqa: E731
    return _decided(request, integration, act, f"{row.title} counts now.")


@require_POST
@requires("partnerships.view_integration", "partnerships.change_maintenance")
def maintenance_cancel(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Let nothing of it count from now on."""
    integration = _integration(slug)
    row = _maintenance(integration, pk)
    act = lambda: cancel_maintenance(maintenance_id=row.pk, by=_person(request), at=timezone.now())  # noqa: E731
    return _decided(request, integration, act, f"{row.title} is cancelled from now on.")


@require_POST
@requires("partnerships.view_integration", "partnerships.change_adjustment")
def adjustment_approve(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Let the proposal count; figures are restated."""
    integration = _integration(slug)
    row = _adjustment(integration, pk)
    act = lambda: approve_adjustment(adjustment_id=row.pk, by=_person(request), at=timezone.now())  # noqa: E731
    return _decided(request, integration, act, "The adjustment counts now; figures are restated.")


@require_POST
@requires("partnerships.view_integration", "partnerships.change_adjustment")
def adjustment_reject(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Reject the proposal, or take an approved adjustment back."""
    integration = _integration(slug)
    row = _adjustment(integration, pk)
    act = lambda: reject_adjustment(adjustment_id=row.pk, by=_person(request), at=timezone.now())  # noqa: E731
    return _decided(request, integration, act, "The adjustment is rejected and counts no longer.")


def _form_page(request: HttpRequest, name: str, integration: Integration, form: forms.Form) -> HttpResponse:
    status = UNPROCESSABLE if request.method == "POST" else 200
    context = {"integration": integration, "form": form, "zone": zone_name()}
    return render(request, f"partnerships/{name}.html", context, status=status)


def _tried(form: forms.Form, act: Callable[[], Maintenance | Adjustment]) -> Any:
    """What the service made; None with the error in the form where it refused."""
    try:
        return act()
    except InvalidInputError as error:
        name = _FIELDS.get(error.field, error.field)
        form.add_error(name if name in form.fields else None, error.message)
        return None


def _decided(request: HttpRequest, integration: Integration, act: Callable[[], object], words: str) -> HttpResponse:
    try:
        act()
        messages.success(request, words)
    except InvalidInputError as refusal:
        messages.error(request, refusal.message)
    except ServiceError as refusal:
        messages.error(request, str(refusal))
    return redirect(integration)


def _person(request: HttpRequest) -> User:
    return cast("User", request.user)


def _integration(slug: str) -> Integration:
    try:
        return Integration.objects.select_related("partner").get(slug=slug)
    except Integration.DoesNotExist:
        raise Http404(slug) from None


def _maintenance(integration: Integration, pk: int) -> Maintenance:
    row = list_maintenance_of(integration).filter(pk=pk).first()
    if row is None:
        raise Http404(f"{integration.slug} has no maintenance {pk}.")
    return row


def _adjustment(integration: Integration, pk: int) -> Adjustment:
    row = Adjustment.objects.filter(pk=pk, health_check__integration=integration).first()
    if row is None:
        raise Http404(f"{integration.slug} has no adjustment {pk}.")
    return row
