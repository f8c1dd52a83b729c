"""What people do to an integration: poll it now, pause and resume its checks, change its tier.

All are forms that work without scripts; polling swaps the state in place where scripts run.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from charts.state import state
from foundation.access import requires
from foundation.errors import InvalidInputError
from operations.models import User
from partnerships.forms import TierForm
from partnerships.models import HealthCheck, Integration, Outcome, Tier
from partnerships.selectors.promotion import get_promotion_checklist
from partnerships.services.events import pause_check, resume_check
from partnerships.services.poll import get_engine
from partnerships.services.poll_now import poll_checks_now
from partnerships.services.promotion import decide_integration_tier
from partnerships.services.results import ProbeResult
from partnerships.views.detail_page import now_context
from partnerships.views.now import latency_words, reason_words

UNPROCESSABLE = 422
_MARKS = {True: ("good", "met"), False: ("watch", "not met")}


@require_POST
@requires("partnerships.view_integration", "partnerships.change_healthcheck")
def poll_integration(request: HttpRequest, slug: str) -> HttpResponse:
    """Probe all checks of the integration side by side, within the longest of their timeouts."""
    integration = _integration(slug)
    checks = list(integration.checks.filter(is_paused=False))
    return _poll(request, integration, checks)


@require_POST
@requires("partnerships.view_integration", "partnerships.change_healthcheck")
def poll_check(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Probe one check, within its timeout."""
    check = _check(slug, pk)
    return _poll(request, check.integration, [] if check.is_paused else [check])


@require_POST
@requires("partnerships.view_integration", "partnerships.change_healthcheck")
def check_pause(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Stop probing; the time until it is resumed counts neither as up nor as down."""
    check = _check(slug, pk)
    pause_check(check_id=check.pk, at=timezone.now())
    messages.success(request, f"{check.name} is paused. Its time is not counted until it is resumed.")
    return redirect(check.integration)


@require_POST
@requires("partnerships.view_integration", "partnerships.change_healthcheck")
def check_resume(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Probe again, from the next slot on."""
    check = _check(slug, pk)
    try:
        resume_check(check_id=check.pk, at=timezone.now())
        messages.success(request, f"{check.name} is probed again.")
    except InvalidInputError as refusal:
        messages.error(request, f"{check.name}: {refusal.message}")
    return redirect(check.integration)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("partnerships.view_integration", "partnerships.change_integration")
def integration_tier(request: HttpRequest, slug: str) -> HttpResponse:
    """The form that begins a new period of the tier history, now."""
    integration = _integration(slug)
    form = TierForm(request.POST or None, integration=integration)
    if request.method == "POST" and form.is_valid() and _change_tier(request, integration, form, timezone.now()):
        return redirect(integration)
    status = UNPROCESSABLE if request.method == "POST" else 200
    is_promotable = integration.tier == Tier.EXPERIMENTAL
    checklist = get_promotion_checklist(integration, at=timezone.now()).lines if is_promotable else []
    context = {
        "integration": integration,
        "form": form,
        "tier": str(Tier(integration.tier).label).lower(),
        "checklist": [(line, state(*_MARKS[line.is_met])) for line in checklist],
    }
    return render(request, "partnerships/integration_tier.html", context, status=status)


@require_safe
@requires("partnerships.view_integration")
def integration_now(request: HttpRequest, slug: str) -> HttpResponse:
    """The state and the checks alone, for the page to refresh itself."""
    return render(request, "partnerships/_now.html", _now(request, slug))


def _poll(request: HttpRequest, integration: Integration, checks: Iterable[HealthCheck]) -> HttpResponse:
    wanted = {check.pk: check.name for check in checks}
    results = poll_checks_now(check_ids=wanted, engine=get_engine()) if wanted else {}
    tone, words = _told(wanted, results)
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "partnerships/_now.html", {**_now(request, integration.slug), "told": (tone, words)})
    messages.add_message(request, messages.SUCCESS if tone == "good" else messages.WARNING, words)
    return redirect(integration)


def _now(request: HttpRequest, slug: str) -> dict[str, object]:
    try:
        return {**now_context(slug, user=cast("User", request.user), at=timezone.now()), "is_swap": True}
    except Integration.DoesNotExist:
        raise Http404(slug) from None


def _told(wanted: dict[int, str], results: dict[int, ProbeResult]) -> tuple[str, str]:
    """What came of polling: "good" when every check answered well, and a sentence a check."""
    if not wanted:
        return "watch", "Nothing to poll: no check is active."
    told = []
    for pk, name in wanted.items():
        result = results.get(pk)
        if result is None:
            told.append(f"{name} is being probed already.")
            continue
        why = f", {reason_words(result.reason, result.detail)}" if result.reason else ""
        took = f" in {latency_words(result.latency_us)}" if result.latency_us else ""
        told.append(f"{name}: {Outcome(result.outcome).label}{took}{why}.")
    is_good = all(pk in results and results[pk].outcome == Outcome.OK for pk in wanted)
    return "good" if is_good else "watch", " ".join(told)


def _change_tier(request: HttpRequest, integration: Integration, form: TierForm, at: datetime) -> bool:
    try:
        decide_integration_tier(
            integration_id=integration.pk, at=at, by=cast("User", request.user), **form.cleaned_data
        )
    except InvalidInputError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return False
    messages.success(request, f"{integration.name} is {form.cleaned_data['tier']} from now on.")
    return True


def _integration(slug: str) -> Integration:
    try:
        return Integration.objects.get(slug=slug)
    except Integration.DoesNotExist:
        raise Http404(slug) from None


def _check(slug: str, pk: int) -> HealthCheck:
    try:
        return HealthCheck.objects.select_related("integration").get(pk=pk, integration__slug=slug)
    except HealthCheck.DoesNotExist:
        raise Http404(f"{slug} has no check {pk}.") from None
