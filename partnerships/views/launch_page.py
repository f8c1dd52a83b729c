"""The page of one launch: its steps by phase, its gates with live values, and the forms that move it on."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from charts.state import state
from foundation.access import requires
from foundation.errors import InvalidInputError
from operations.models import RunState, RunStep, StepState, User
from operations.playbooks.gates import OPERATORS, Outcome, Verdict
from operations.playbooks.words import amount_words, role_words
from operations.selectors.playbooks import GateReading, may_decide_gate
from operations.services.playbook_runs import (
    cancel_playbook_run,
    complete_run_step,
    decide_gate,
    move_run_anchor,
    skip_run_step,
)
from partnerships.launch_forms import AnchorForm, CancelForm, DecideForm, DoneForm, SkipForm
from partnerships.models import Launch
from partnerships.selectors.launches import BoardStep, get_launch, list_board
from partnerships.views.actions import UNPROCESSABLE

_MAY_SEE = ("partnerships.view_launch", "operations.view_playbookrun", "operations.view_runstep")
_OF_STEP: dict[str, tuple[type[forms.Form], Callable[..., object]]] = {
    "done": (DoneForm, complete_run_step),
    "skip": (SkipForm, skip_run_step),
    "decide": (DecideForm, decide_gate),
}


@require_safe
@requires(*_MAY_SEE)
def launch(request: HttpRequest, pk: int) -> HttpResponse:
    """One launch."""
    return _page(request, _launch(pk))


@require_POST
@requires(*_MAY_SEE, "operations.change_playbookrun", "operations.change_runstep")
def launch_action(request: HttpRequest, pk: int) -> HttpResponse:
    """Do, skip or decide a step, move the launch day, or end the launch; what is refused is said on the page."""
    found, by, at = _launch(pk), cast("User", request.user), timezone.now()
    try:
        _act(request, found, by, at)
    except InvalidInputError as refusal:
        return _page(request, _launch(pk), refused=refusal.message)
    messages.success(request, "It is written down.")
    return redirect(found)


def _act(request: HttpRequest, found: Launch, by: User, at: datetime) -> None:
    name = request.POST.get("action", "")
    if name in _OF_STEP:
        form_class, service = _OF_STEP[name]
        service(step_id=_step(request, found).pk, by=by, at=at, **_cleaned(form_class(request.POST)))
    elif name == "anchor":
        move_run_anchor(run_id=found.run_id, **_cleaned(AnchorForm(request.POST)))
    elif name == "cancel":
        cancel_playbook_run(run_id=found.run_id, by=by, at=at, **_cleaned(CancelForm(request.POST)))
    else:
        raise InvalidInputError("action", "There is no such action.")


def _cleaned(form: forms.Form) -> dict[str, Any]:
    """What was given; InvalidInputError with the first thing that is wrong."""
    if form.is_valid():
        return dict(form.cleaned_data)
    name, wrong = next(iter(form.errors.items()))
    raise InvalidInputError(name, f"{name.replace('_', ' ').capitalize()}: {wrong[0]}")


def _step(request: HttpRequest, found: Launch) -> RunStep:
    given = request.POST.get("step", "")
    if given.isascii() and given.isdigit() and len(given) <= 18:  # noqa: PLR2004
        step = found.run.steps.filter(pk=int(given)).first()
        if step is not None:
            return step
    raise InvalidInputError("step", "This launch has no such step.")


def _page(request: HttpRequest, found: Launch, *, refused: str = "") -> HttpResponse:
    at, run = timezone.now(), found.run
    may_act = run.state == RunState.RUNNING and request.user.has_perms(
        ["operations.change_playbookrun", "operations.change_runstep"]
    )
    context = {
        "launch": found,
        "run": run,
        "state": state(RunState.tone_of(run.state), run.get_state_display()),
        "phases": _phases(list_board(found, at=at), cast("User", request.user) if may_act else None),
        "may_act": may_act,
        "refused": refused,
        "anchor_form": AnchorForm(initial={"anchor_on": run.anchor_on}, prefix=None, auto_id="anchor_%s"),
        "cancel_form": CancelForm(auto_id="cancel_%s"),
    }
    return render(request, "partnerships/launch_page.html", context, status=UNPROCESSABLE if refused else 200)


def _phases(board: list[BoardStep], actor: User | None) -> list[dict[str, Any]]:
    phases: dict[str, list[dict[str, Any]]] = {}
    for one in board:
        phases.setdefault(one.step.phase, []).append(_shown(one, actor))
    return [{"name": name, "rows": rows} for name, rows in phases.items()]


def _shown(one: BoardStep, actor: User | None) -> dict[str, Any]:
    """The step; `actor` is who looks where they may carry out steps."""
    step, may_act = one.step, actor is not None
    label = "Late" if one.is_late else step.get_state_display()
    tone = "watch" if one.is_late else StepState.tone_of(step.state)
    is_ready = may_act and step.state == StepState.OPEN and not one.waits_for
    is_theirs = not step.is_gate or (is_ready and actor is not None and may_decide_gate(step, actor))
    return {
        "step": step,
        "state": state(tone, label),
        "who": _who(step),
        "waits": "; ".join(one.waits_for),
        "verdict": state(Verdict.tone_of(one.reading.verdict), one.reading.verdict.label) if one.reading else "",
        "conditions": _conditions(one.reading) if one.reading else [],
        "checks": one.checks,
        "forms": _forms(step) if is_ready and is_theirs else [],
        "skip": _bound(SkipForm, step) if may_act and step.state == StepState.OPEN and not step.is_required else None,
    }


def _who(step: RunStep) -> str:
    """Whose step it is; of a gate that is over, who decided it."""
    if step.is_gate and step.done_by:
        return f"Decided by {step.done_by}"
    return step.owner.name if step.owner else role_words(step.owner_role) or "nobody yet"


def _conditions(reading: GateReading) -> list[dict[str, Any]]:
    return [
        {
            "name": one.name,
            "wanted": f"{OPERATORS[one.op]} {amount_words(one.limit, one.unit)}",
            "value": "no data" if one.value is None else amount_words(one.value, one.unit),
            "period": _week_words(one.period),
            "outcome": state(Outcome.tone_of(one.outcome), Outcome(one.outcome).label),
        }
        for one in reading.conditions
    ]


def _week_words(begun: str) -> str:
    """The week that began on this ISO day; empty without one."""
    if not begun:
        return ""
    day = date.fromisoformat(begun)
    return f"week of {day.day} {day:%b %Y}"


def _forms(step: RunStep) -> list[dict[str, Any]]:
    if step.is_gate:
        return [{"name": "decide", "label": "Decide", "form": _bound(DecideForm, step)}]
    return [{"name": "done", "label": "Done", "form": _bound(DoneForm, step)}]


def _bound(form_class: type[forms.Form], step: RunStep) -> forms.Form:
    """The form with ids of its own: there is one a step."""
    return form_class(auto_id=f"{form_class.__name__.lower()}_{step.pk}_%s")


def _launch(pk: int) -> Launch:
    try:
        return get_launch(pk)
    except Launch.DoesNotExist:
        raise Http404(f"There is no launch {pk}.") from None
