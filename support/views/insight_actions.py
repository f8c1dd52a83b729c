"""What people do to insights: each a form that is posted, works without scripts, and shows what was wrong."""

from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from foundation.access import requires
from foundation.errors import InvalidInputError, ServiceError
from foundation.url_keys import key_of
from operations.models import User
from support.insight_forms import (
    ActionForm,
    ChangeForm,
    EvidenceForm,
    InformForm,
    MoveForm,
    NewInsightForm,
    VerdictForm,
    WordsForm,
)
from support.models import Insight, InsightKind
from support.services.changes import plan_change, ship_change
from support.services.insights import (
    NewInsight,
    add_evidence,
    change_insight,
    move_insight,
    open_insight,
    remove_evidence,
)
from support.services.outcomes import decide_outcome
from support.services.requesters import inform_requesters, mark_requester_told
from support.views.insight_page import render_insight

_UNPROCESSABLE, _CONFLICT = 422, 409
_OF_CHANGES = {"ship", "decide"}


@require_http_methods(["GET", "HEAD", "POST"])
@requires("support.view_insight", "support.add_insight")
def insight_new(request: HttpRequest) -> HttpResponse:
    """The form for an insight that somebody writes down; leads to it."""
    form = NewInsightForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = _UNPROCESSABLE
        if form.is_valid():
            values = form.values
            new = NewInsight(**{**values, "kind": InsightKind(values["kind"])})
            try:
                return redirect(open_insight(new=new, by=_person(request), at=timezone.now()))
            except InvalidInputError as error:
                _refuse(form, error)
    return render(request, "support/insight_new.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("support.view_insight", "support.add_change")
def change_new(request: HttpRequest, pk: int) -> HttpResponse:
    """The form for what is to be done; leads back to the insight."""
    insight, at = get_object_or_404(Insight, pk=pk), timezone.now()
    form = ChangeForm(request.POST or None, at=at, initial={"owner": insight.owner_id})
    status = 200
    if request.method == "POST":
        status = _UNPROCESSABLE
        if form.is_valid():
            try:
                plan_change(insight_id=pk, fields=form.values, by=_person(request), at=at)
            except ServiceError as error:
                _refuse(form, error)
                status = _UNPROCESSABLE if isinstance(error, InvalidInputError) else _CONFLICT
            else:
                messages.success(request, "The change is planned.")
                return redirect(insight)
    return render(request, "support/change_new.html", {"form": form, "insight": insight}, status=status)


@require_POST
@requires("support.view_insight", "support.change_insight")
def insight_action(request: HttpRequest, pk: int) -> HttpResponse:
    """Do what the posted form of the page asks, and go back; show the page with what was wrong where it is refused."""
    insight, action = get_object_or_404(Insight, pk=pk), request.POST.get("action", "")
    act = _ACTIONS.get(action)
    form = _form_of(action, request, insight)
    if action in _OF_CHANGES and not _person(request).has_perm("support.change_change"):
        raise PermissionDenied
    if act is None or not form.is_valid():
        change_id = _number(request, "change", known=True)
        return render_insight(request, pk, refused=form, change_id=change_id, status=_UNPROCESSABLE)
    try:
        done = act(insight, form.values, request)
    except ServiceError as error:
        _refuse(form, error)
        status = _UNPROCESSABLE if isinstance(error, InvalidInputError) else _CONFLICT
        change_id = _number(request, "change", known=True)
        return render_insight(request, pk, refused=form, change_id=change_id, status=status)
    messages.success(request, done)
    return redirect(request.POST["next"] if request.POST.get("next") == reverse("insights:board") else insight)


def _form_of(action: str, request: HttpRequest, insight: Insight) -> ActionForm:
    if action == MoveForm.verb:
        return MoveForm(request.POST, insight=insight)
    if action == VerdictForm.verb:
        return VerdictForm(request.POST, auto_id=f"decide-{_number(request, 'change', known=True)}-%s")
    known = {one.verb: one for one in (WordsForm, EvidenceForm, InformForm)}
    return known.get(action, ActionForm)(request.POST)


def _person(request: HttpRequest) -> User:
    return cast("User", request.user)


def _number(request: HttpRequest, name: str, *, known: bool = False) -> int:
    """A key that the page sent along; InvalidInputError, or 0 where it is only looked for, for anything else."""
    number = key_of(request.POST.get(name, ""))
    if number is not None:
        return number
    if known:
        return 0
    raise InvalidInputError(name, "Load the page again and repeat.")


def _refuse(form: forms.Form, error: ServiceError) -> None:
    if isinstance(error, InvalidInputError):
        words = f"{error.message[:1].upper()}{error.message[1:]}"
        form.add_error(error.field if error.field in form.fields else None, words)
    else:
        form.add_error(None, str(error))


def _move(insight: Insight, values: dict[str, Any], request: HttpRequest) -> str:
    moved = move_insight(insight_id=insight.pk, by=_person(request), at=timezone.now(), **values)
    return f"“{moved}” is {moved.get_state_display().lower()}."


def _edit(insight: Insight, values: dict[str, Any], request: HttpRequest) -> str:  # noqa: ARG001
    change_insight(insight_id=insight.pk, fields=values)
    return "It is written down."


def _attach(insight: Insight, values: dict[str, Any], request: HttpRequest) -> str:
    count = add_evidence(insight_id=insight.pk, tickets=values["tickets"], by=_person(request), at=timezone.now())
    return f"{count} added."


def _detach(insight: Insight, values: dict[str, Any], request: HttpRequest) -> str:  # noqa: ARG001
    ticket = _number(request, "ticket")
    remove_evidence(insight_id=insight.pk, ticket_id=ticket, by=_person(request), at=timezone.now())
    return "It is taken away."


def _ship(insight: Insight, values: dict[str, Any], request: HttpRequest) -> str:  # noqa: ARG001
    number = _number(request, "change")
    if not insight.changes.filter(pk=number).exists():
        raise InvalidInputError("change", "This insight has no such change.")
    change = ship_change(change_id=number, by=_person(request), at=timezone.now())
    return f"“{change}” has shipped."


def _decide(insight: Insight, values: dict[str, Any], request: HttpRequest) -> str:
    change = insight.changes.filter(pk=_number(request, "change"), outcome__isnull=False).first()
    if change is None:
        raise InvalidInputError("change", "It was not measured yet.")
    decide_outcome(outcome_id=change.outcome.pk, by=_person(request), at=timezone.now(), **values)
    return "The verdict is given."


def _inform(insight: Insight, values: dict[str, Any], request: HttpRequest) -> str:
    count = inform_requesters(insight_id=insight.pk, body=values["body"], by=_person(request), at=timezone.now())
    return f"{count} told."


def _told(insight: Insight, values: dict[str, Any], request: HttpRequest) -> str:  # noqa: ARG001
    number = _number(request, "notice")
    if not insight.notices.filter(pk=number).exists():
        raise InvalidInputError("notice", "This insight has no such requester.")
    mark_requester_told(notice_id=number, by=_person(request), at=timezone.now())
    return "It is noted."


_ACTIONS: dict[str, Callable[[Insight, dict[str, Any], HttpRequest], str]] = {
    "move": _move,
    "edit": _edit,
    "attach": _attach,
    "detach": _detach,
    "ship": _ship,
    "decide": _decide,
    "inform": _inform,
    "told": _told,
}
