"""Partnership experiments: who has signed, what came of them, and how much is learnt a quarter."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from charts.state import state
from foundation.access import requires
from foundation.errors import ServiceError
from foundation.words import local
from metrics.models import LEARNED, Hypothesis, HypothesisState, Verdict
from metrics.views.experiments.words import share_of
from operations.models import User
from partnerships.models import PartnerContact, PartnershipSignoff
from partnerships.selectors.signoffs import list_current_contacts, list_unsigned
from partnerships.services.signoffs import (
    acknowledge_for_partner,
    acknowledge_for_us,
    create_signoff,
    propose_verdict,
    sign_for_partner,
    sign_for_us,
    start_partnership_test,
)

_PLAIN: dict[str, Callable[..., Any]] = {
    "sign": sign_for_us,
    "start": start_partnership_test,
    "acknowledge": acknowledge_for_us,
}
_SAID: dict[str, Callable[..., Any]] = {
    "sign_partner": sign_for_partner,
    "acknowledge_partner": acknowledge_for_partner,
}
_WORDS = {
    "sign": "Sign for us",
    "sign_partner": "Record the partner's signature",
    "start": "Begin testing",
    "propose": "Propose a verdict",
    "acknowledge": "Acknowledge for us",
    "acknowledge_partner": "Record the partner's acknowledgement",
}
QUARTERS = 4
_MAY_ADD = "partnerships.add_partnershipsignoff"


@require_safe
@requires("partnerships.view_partnershipsignoff")
def experiments(request: HttpRequest) -> HttpResponse:
    """Every partnership experiment, with the shares of what came of them."""
    rows = list(PartnershipSignoff.objects.select_related("hypothesis__metric", "partner", "owner", "contact"))
    user = cast("User", request.user)
    unsigned = list_unsigned()
    context = {
        "rows": [experiment_row(row, user) for row in rows],
        "unsigned": [unsigned_row(one, user) for one in unsigned],
        "contacts": list_current_contacts() if unsigned and user.has_perm(_MAY_ADD) else [],
        "shares": shares_of(row.hypothesis.verdict for row in rows),
        "rates": learning_rates(rows, timezone.now()),
        "verdicts": Verdict.choices,
        "metric": reverse("metrics:metric", args=["partnership_experiment_success"]),
        "rate_metric": reverse("metrics:metric", args=["partnership_learning_rate"]),
    }
    return render(request, "partners/experiments.html", context)


@require_POST
@requires("partnerships.view_partnershipsignoff", _MAY_ADD)
def signoff_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the hypothesis's owner and the chosen person of the partner for their signature."""
    one = get_object_or_404(Hypothesis.objects.select_related("owner"), pk=pk)
    chosen = request.POST.get("contact", "")
    contact = PartnerContact.objects.filter(pk=int(chosen)).first() if chosen.isdecimal() else None
    if contact is None:
        messages.error(request, "Contact: choose who signs for the partner.")
        return redirect("partners:experiments")
    try:
        create_signoff(hypothesis_id=one.pk, partner_id=contact.partner_id, owner=one.owner, contact=contact)
    except ServiceError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{one.owner.name} and {contact.name} are asked to sign.")
    return redirect("partners:experiments")


@require_POST
@requires("partnerships.view_partnershipsignoff", _MAY_ADD)
def signoff_step(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign, begin, propose or acknowledge; what is refused is said above the page."""
    row, step = get_object_or_404(PartnershipSignoff, pk=pk), request.POST.get("step", "")
    said: dict[str, Any] = {"signoff_id": row.pk, "by": request.user, "at": timezone.now()}
    words = {name: request.POST.get(name, "").replace("\0", "")[:500] for name in ("evidence", "verdict", "note")}
    try:
        if step in _PLAIN:
            _PLAIN[step](**said)
        elif step in _SAID:
            _SAID[step](**said, evidence=words["evidence"])
        elif step == "propose":
            propose_verdict(**said, verdict=words["verdict"], note=words["note"])
    except ServiceError as refusal:
        messages.error(request, str(refusal))
    return redirect("partners:experiments")


def shares_of(verdicts: Iterable[str]) -> list[tuple[str, Any]]:
    """Validated among validated and refuted; inconclusive and invalid among all decided. Few are told as a fraction."""
    decided = [one for one in verdicts if one]
    learnt = [one for one in decided if one in LEARNED]
    found = [("Validated", share_of(learnt.count(Verdict.VALIDATED), len(learnt)))] if learnt else []
    for verdict in (Verdict.INCONCLUSIVE, Verdict.INVALID):
        if decided:
            found.append((str(verdict.label), share_of(decided.count(verdict), len(decided))))
    return found


def learning_rates(rows: Sequence[PartnershipSignoff], at: datetime) -> list[tuple[str, int]]:
    """How many were decided in each of the last quarters, the running one last."""
    today = local(at).date()
    last = today.year * 4 + (today.month - 1) // 3
    decided = [local(row.hypothesis.decided_at).date() for row in rows if row.hypothesis.decided_at]
    places = [day.year * 4 + (day.month - 1) // 3 for day in decided]
    return [(f"Q{one % 4 + 1} {one // 4}", places.count(one)) for one in range(last - QUARTERS + 1, last + 1)]


def experiment_row(row: PartnershipSignoff, user: User) -> dict[str, Any]:
    """One experiment, ready, with the steps that the person may take."""
    one = row.hypothesis
    tone = Verdict.tone_of(one.verdict) if one.verdict else HypothesisState.tone_of(one.state)
    label = one.get_verdict_display() if one.verdict else one.get_state_display()
    may_act = user.has_perm(_MAY_ADD)
    return {
        "because": one.because,
        "url": one.get_absolute_url() if user.has_perm("metrics.view_hypothesis") else "",
        "metric": one.metric.name,
        "partner": row.partner,
        "state": state(tone, label),
        "is_late": one.state == HypothesisState.TESTING and not row.is_signed,
        "signed": _both(row.owner_signed_at, row.contact_signed_at, row),
        "acknowledged": _both(row.owner_acknowledged_at, row.contact_acknowledged_at, row) if row.proposed_at else "",
        "proposed": "" if one.verdict or not row.proposed_at else f"{row.proposed_verdict}: {row.proposed_note}",
        "steps": [{"name": name, "label": _WORDS[name]} for name in _steps(row, user)] if may_act else [],
        "pk": row.pk,
    }


def unsigned_row(one: Hypothesis, user: User) -> dict[str, Any]:
    """A hypothesis that waits for a sign-off, and what that holds up."""
    is_testing = one.state == HypothesisState.TESTING
    return {
        "pk": one.pk,
        "because": one.because,
        "url": one.get_absolute_url() if user.has_perm("metrics.view_hypothesis") else "",
        "metric": one.metric.name,
        "owner": one.owner,
        "state": state(HypothesisState.tone_of(one.state), one.get_state_display()),
        "words": (
            f"Tested since {_day(one.locked_at)} without a sign-off, so no verdict can be given. "
            "Let both owners sign; then propose the verdict."
            if is_testing and one.locked_at
            else "Testing begins when both owners have signed."
        ),
    }


def _day(at: datetime) -> str:
    then = local(at)
    return f"{then.day} {then:%b %Y}"


def _both(ours: datetime | None, theirs: datetime | None, row: PartnershipSignoff) -> str:
    said = [(row.owner.name, ours), (row.contact.name, theirs)]
    return ", ".join(f"{name} {_day(at)}" if at else f"{name} not yet" for name, at in said)


def _steps(row: PartnershipSignoff, user: User) -> list[str]:
    """The steps that are open, our owner's only for our owner."""
    is_owner = row.owner_id == user.pk
    if row.hypothesis.state == HypothesisState.DRAFT:
        steps = {
            "sign": is_owner and row.owner_signed_at is None,
            "sign_partner": row.contact_signed_at is None,
            "start": row.is_signed,
        }
    elif row.hypothesis.state == HypothesisState.TESTING:
        steps = {
            "sign": is_owner and row.owner_signed_at is None,
            "sign_partner": row.contact_signed_at is None,
            "propose": row.is_signed,
            "acknowledge": is_owner and row.proposed_at is not None and row.owner_acknowledged_at is None,
            "acknowledge_partner": row.proposed_at is not None and row.contact_acknowledged_at is None,
        }
    else:
        steps = {}
    return [name for name, is_open in steps.items() if is_open]
