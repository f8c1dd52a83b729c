"""The pages of set-up cases."""

from typing import Any, cast

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from charts.state import state
from foundation.access import requires
from foundation.csv_export import stream_csv
from foundation.errors import InvalidInputError
from foundation.url_keys import key_of
from foundation.words import duration, local
from operations.models import User
from support.models import SETUP_OPEN, SetupCase, SetupItem, SetupItemKind, SetupState
from support.services.setup_cases import add_setup_item, close_setup_case, finish_setup_item

_UNPROCESSABLE = 422
_CSV_HEAD = ("case", "customer", "state", "blockers", "open_steps", "started", "first_widget_hours", "owner")
_LONGEST = 200


@require_safe
@requires("support.view_setupcase")
def setup_case_list(request: HttpRequest) -> HttpResponse:
    """Set-ups on their way first, with their open blockers and the time to the first widget."""
    wanted = _wanted(request)
    context = {
        "rows": [_shown(case) for case in _list_cases(wanted)],
        "states": [(value, label, value == wanted) for value, label in SetupState.choices],
        "csv_query": request.GET.urlencode(),
    }
    return render(request, "support/setup_case_list.html", context)


@require_safe
@requires("support.view_setupcase")
def setup_cases_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The rows that the same address parameters show."""
    return stream_csv("setup-cases.csv", _CSV_HEAD, (_csv_row(case) for case in _list_cases(_wanted(request))))


def _wanted(request: HttpRequest) -> str:
    state_asked = request.GET.get("state", "")
    return state_asked if state_asked in SetupState.values else ""


def _list_cases(wanted: str) -> list[Any]:
    """The cases in this state, or all, open ones first, each with its open steps and blockers counted."""
    open_items = Q(items__done_at__isnull=True)
    cases = SetupCase.objects.select_related("customer", "owner").annotate(
        open_steps=Count("items", filter=open_items & Q(items__kind=SetupItemKind.STEP)),
        open_blockers=Count("items", filter=open_items & Q(items__kind=SetupItemKind.BLOCKER)),
    )
    cases = cases.filter(state=wanted) if wanted else cases
    return sorted(cases, key=lambda case: case.state not in SETUP_OPEN)


def _csv_row(case: Any) -> list[object]:
    hours = (case.first_widget_at - case.started_at).total_seconds() / 3600 if case.first_widget_at else None
    return [
        case.title,
        case.customer.name,
        case.get_state_display(),
        case.open_blockers,
        case.open_steps,
        local(case.started_at).isoformat(timespec="seconds"),
        None if hours is None else round(hours, 2),
        case.owner.name if case.owner else "",
    ]


@require_safe
@requires("support.view_setupcase")
def setup_case(request: HttpRequest, pk: int) -> HttpResponse:
    """One set-up: checklist, blockers, linked tickets."""
    return _page(request, pk)


@require_POST
@requires("support.view_setupcase", "support.change_setupcase")
def setup_case_action(request: HttpRequest, pk: int) -> HttpResponse:
    """Add an item, finish one, or close the case."""
    case, given = get_object_or_404(SetupCase, pk=pk), request.POST
    try:
        if given.get("action") == "add":
            text = given.get("text", "").replace("\x00", "")[:_LONGEST]
            add_setup_item(case_id=case.pk, kind=given.get("kind", ""), text=text, at=timezone.now())
        elif given.get("action") == "close":
            close_setup_case(case_id=case.pk, state=given.get("state", ""), at=timezone.now())
        else:
            finish_setup_item(
                item_id=_item(case, given.get("item", "")), by=cast("User", request.user), at=timezone.now()
            )
    except InvalidInputError as refusal:
        return _page(request, pk, refused=refusal.message)
    messages.success(request, "It is written down.")
    return redirect(case)


def _item(case: SetupCase, given: str) -> int:
    number = key_of(given) or 0
    if not case.items.filter(pk=number).exists():
        raise InvalidInputError("item", "This case has no such item.")
    return number


def _page(request: HttpRequest, pk: int, *, refused: str = "") -> HttpResponse:
    case = get_object_or_404(SetupCase.objects.select_related("customer", "owner"), pk=pk)
    items = list(case.items.select_related("done_by"))
    sees_integrations = request.user.has_perm("partnerships.view_integration")
    context = {
        "case": case,
        "shown": _shown(case),
        "groups": [_group(kind, items) for kind in SetupItemKind],
        "tickets": case.tickets.all(),
        "integration_url": reverse("partnerships:integration", args=[case.integration])
        if case.integration and sees_integrations
        else "",
        "may_change": case.state in SETUP_OPEN and request.user.has_perm("support.change_setupcase"),
        "refused": refused,
    }
    return render(request, "support/setup_case.html", context, status=_UNPROCESSABLE if refused else 200)


def _group(kind: SetupItemKind, items: list[SetupItem]) -> dict[str, Any]:
    return {"kind": kind.value, "label": f"{kind.label}s", "items": [one for one in items if one.kind == kind]}


def _shown(case: SetupCase) -> dict[str, Any]:
    took = duration(case.first_widget_at - case.started_at) if case.first_widget_at else "not shown yet"
    return {"case": case, "state": state(SetupState.tone_of(case.state), case.get_state_display()), "took": took}
