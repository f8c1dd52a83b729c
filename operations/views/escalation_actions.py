"""What people do to escalations: each a form that is posted, works without scripts, and shows what was wrong."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from foundation.access import requires
from foundation.errors import InvalidInputError, ServiceError
from operations.escalation_forms import ActionForm, NewEscalationForm
from operations.models import Escalation, User
from operations.services import escalation_actions as act
from operations.services.escalations import raise_by_hand
from operations.views.escalation_page import ACTIONS, render_escalation

UNPROCESSABLE, CONFLICT = 422, 409


@require_http_methods(["GET", "HEAD", "POST"])
@requires("operations.add_escalation")
def escalation_new(request: HttpRequest) -> HttpResponse:
    """The form for a matter to raise; leads to it, or to the one that is open already."""
    form = NewEscalationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            raised = raise_by_hand(new=form.new(), at=timezone.now(), by=cast("User", request.user))
        except InvalidInputError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, "It is raised.")
            return redirect(raised)
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "operations/escalation_new.html", {"form": form}, status=status)


@require_POST
@requires("operations.change_escalation")
def escalation_action(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Do one of the actions; what the rules refuse, or a stale page, shows the page again with what was wrong."""
    found = Escalation.objects.filter(pk=pk).first()
    if found is None or action not in ACTIONS:
        raise Http404(f"There is no escalation {pk}, or nothing called {action[:20]}.")
    form = ACTIONS[action].form(request.POST, escalation=found, name=action)
    if not form.is_valid():
        return render_escalation(request, pk, refused=(action, form), status=UNPROCESSABLE)
    try:
        done = _DO[action](pk, form, cast("User", request.user), timezone.now())
    except InvalidInputError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return render_escalation(request, pk, refused=(action, form), status=UNPROCESSABLE)
    except ServiceError as error:
        messages.error(request, str(error))
        return render_escalation(request, pk, refused=(action, form), status=CONFLICT)
    messages.success(request, f"It is {done.get_state_display().lower()} now.")
    return redirect("escalations:escalation", pk=pk)


def _who(pk: int, form: ActionForm, by: User, at: datetime) -> dict[str, Any]:
    return {"escalation_id": pk, "version": form.cleaned_data["version"], "by": by, "at": at}


def _snooze(pk: int, form: ActionForm, by: User, at: datetime) -> Escalation:
    data = form.cleaned_data
    return act.snooze_escalation(until=at + data["hours"], reason=data["reason"], **_who(pk, form, by, at))


def _decide(pk: int, form: Any, by: User, at: datetime) -> Escalation:
    return act.decide_escalation(decision=form.made(), **_who(pk, form, by, at))


def _close(pk: int, form: Any, by: User, at: datetime) -> Escalation:
    return act.close_escalation(decision=form.made(), **_who(pk, form, by, at))


_DO: Mapping[str, Callable[[int, Any, User, datetime], Escalation]] = {
    "acknowledge": lambda pk, form, by, at: act.acknowledge_escalation(**_who(pk, form, by, at)),
    "take": lambda pk, form, by, at: act.take_escalation(**_who(pk, form, by, at)),
    "decline": lambda pk, form, by, at: act.decline_escalation(
        reason=form.cleaned_data["reason"], **_who(pk, form, by, at)
    ),
    "resolve": lambda pk, form, by, at: act.resolve_escalation(
        note=form.cleaned_data["note"], **_who(pk, form, by, at)
    ),
    "snooze": _snooze,
    "decide": _decide,
    "close": _close,
}
