"""The page of cover: the coming fourteen days, who is there now, who is out, and the shifts."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from foundation.access import requires
from foundation.errors import InvalidInputError, ServiceError
from foundation.words import local
from operations.models import User
from support.cover_forms import SHIFT_FIELDS, AbsenceForm, ShiftForm
from support.models import Absence, AgentProfile, DutyShift, Team
from support.selectors.absences import list_recent
from support.selectors.coverage import Outlook, get_outlook
from support.selectors.duty import list_planned
from support.selectors.load import get_loads
from support.services.absences import cancel_absence, create_absence
from support.services.shifts import save_shift
from support.views.cover_words import (
    show_absence,
    show_duty,
    show_grid,
    show_shift,
    write_gaps,
    write_method,
)

_UNPROCESSABLE = 422


@require_safe
@requires("support.view_dutyshift")
def cover(request: HttpRequest) -> HttpResponse:
    """Agents on duty against agents needed, of all teams or of one."""
    return _page(request)


@require_POST
@requires("support.add_absence")
def absence_new(request: HttpRequest) -> HttpResponse:
    """Write an absence down."""
    form = AbsenceForm(request.POST)
    if form.is_valid():
        try:
            absence = create_absence(absence=form.make(), at=timezone.now(), by=cast("User", request.user))
        except InvalidInputError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, f"{absence.user} is out then.")
            return redirect("support:cover")
    return _page(request, absence_form=form, status=_UNPROCESSABLE)


@require_POST
@requires("support.change_absence")
def absence_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Call an absence off, or end it now."""
    absence = get_object_or_404(Absence.objects.select_related("user"), pk=pk)
    try:
        ended = cancel_absence(absence_id=absence.pk, by=cast("User", request.user), at=timezone.now())
    except ServiceError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "It is called off." if ended.is_cancelled else f"{absence.user} is back.")
    return redirect("support:cover")


@require_POST
@requires("support.add_dutyshift")
def shift_new(request: HttpRequest) -> HttpResponse:
    """Add a shift."""
    form = ShiftForm(request.POST)
    if form.is_valid():
        try:
            shift = save_shift(shift=form.make())
        except InvalidInputError as error:
            name = SHIFT_FIELDS.get(error.field, error.field)
            form.add_error(name if name in form.fields else None, error.message)
        else:
            messages.success(request, f"{shift.user} has a shift for {shift.team}.")
            return redirect("support:cover")
    return _page(request, shift_form=form, status=_UNPROCESSABLE)


@require_POST
@requires("support.delete_dutyshift")
def shift_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a shift away."""
    get_object_or_404(DutyShift, pk=pk).delete()
    messages.success(request, "The shift is gone.")
    return redirect("support:cover")


def _page(
    request: HttpRequest,
    *,
    absence_form: forms.Form | None = None,
    shift_form: forms.Form | None = None,
    status: int = 200,
) -> HttpResponse:
    at, user = timezone.now(), cast("User", request.user)
    outlook = get_outlook(at)
    team = next((one for one in outlook.teams if str(one.pk) == request.GET.get("team")), None)
    coverage = outlook.of(team)
    planned = [outlook.of(one) for one in outlook.list_planned() if team in {None, one}]
    context: dict[str, Any] = {
        "gaps": write_gaps(planned, at) if planned else "No shift is planned yet.",
        "method": write_method(outlook, coverage),
        "grid": show_grid(coverage, at),
        "tabs": [
            {"url": "?", "label": "All teams", "is_current": team is None},
            *({"url": f"?team={one.pk}", "label": one.name, "is_current": one == team} for one in outlook.teams),
        ],
        "absences": [show_absence(row, at) for row in list_recent(at)],
        "may_absent": user.has_perm("support.add_absence"),
        "may_plan": user.has_perm("support.add_dutyshift"),
        "absence_form": absence_form or AbsenceForm(),
        "shift_form": shift_form or ShiftForm(initial={"first": local(at).date()}),
        "absence_open": absence_form is not None,
        "shift_open": shift_form is not None,
        "on_duty": (there := _list_there(outlook, team)),
        "there": len({one["pk"] for one in there}),
        "shifts": [show_shift(row) for row in list_planned(at, team)],
    }
    return render(request, "support/cover.html", context, status=status)


def _list_there(outlook: Outlook, team: Team | None) -> list[dict[str, object]]:
    """Who is on duty now, until when, with what they have."""
    there = [
        (duty, end)
        for duty in outlook.duties
        for start, end in duty.ranges
        if start <= outlook.at < end and (team is None or duty.shift.team_id == team.pk)
    ]
    users = [duty.shift.user_id for duty, _ in there]
    loads, caps = get_loads(users), dict(AgentProfile.objects.filter(user__in=users).values_list("user", "cap"))
    return [show_duty(duty, end, loads, caps, outlook.at) for duty, end in there]
