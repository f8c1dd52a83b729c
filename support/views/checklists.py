"""Checklists on the page of a ticket: what they show, and the one form behind all that is done to them."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from foundation.access import requires
from foundation.errors import InvalidInputError
from foundation.words import moment
from operations.models import RunState, StepState, User
from operations.playbooks.gates import Verdict
from operations.playbooks.words import role_words
from support.checklist_forms import ChecklistForm, DecideForm, DoneForm, EndForm, SkipForm
from support.models import Ticket, TicketChecklist
from support.selectors.checklists import ShownChecklist, ShownStep, list_checklists, list_undone
from support.services.checklists import add_checklist, complete_step, decide_step, end_checklist, skip_step

_ACTIONS: Mapping[str, tuple[type[forms.Form], Callable[..., object], str]] = {
    "add": (ChecklistForm, add_checklist, "The checklist is added."),
    "complete": (DoneForm, complete_step, "The step is done."),
    "skip": (SkipForm, skip_step, "The step is left out."),
    "decide": (DecideForm, decide_step, "The decision is kept."),
    "end": (EndForm, end_checklist, "The checklist is ended."),
}


@require_POST
@requires("support.change_ticket", "operations.view_playbook")
def ticket_checklist(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a playbook on the ticket, tick a step off, leave it out, decide it, or end the checklist."""
    if not Ticket.objects.filter(pk=pk).exists():
        raise Http404(f"There is no ticket {pk}.")
    action = _ACTIONS.get(request.POST.get("action", ""))
    if action is None:
        raise Http404("There is nothing of that name to do.")
    made, act, done = action
    form = made(request.POST)
    problem = _act(form, act, ticket_id=pk, actor=cast("User", request.user)) if form.is_valid() else _wrong(form)
    if problem:
        messages.error(request, problem)
    else:
        messages.success(request, done)
    return redirect("support:ticket", pk=pk)


def _act(form: forms.Form, act: Callable[..., object], *, ticket_id: int, actor: User) -> str:
    """Do it; what was wrong, in words."""
    values = dict(form.cleaned_data)
    if "checklist_id" in values:
        if not TicketChecklist.objects.filter(pk=values["checklist_id"], ticket=ticket_id).exists():
            return "There is no such checklist on this ticket."
    else:
        values["ticket_id"] = ticket_id
    try:
        act(actor=actor, at=timezone.now(), **values)
    except InvalidInputError as error:
        return f"{error.message[:1].upper()}{error.message[1:].removesuffix('.')}."
    return ""


def _wrong(form: forms.Form) -> str:
    name, problems = next(iter(form.errors.items()))
    return f"{name.replace('_', ' ').capitalize()}: {problems[0]}"


def show_checklists(ticket: Ticket, at: datetime) -> list[dict[str, Any]]:
    """What the ticket's page says of its checklists; three queries, one where there is none."""
    return [_checklist(one, at) for one in list_checklists(ticket.pk)]


def left_undone(ticket_id: int) -> str:
    """The steps that were not done, as a sentence to whoever solved the ticket; empty where all were."""
    titles = [step.title for step in list_undone(ticket_id)]
    return f" Left undone: {'; '.join(titles)}." if titles else ""


def _checklist(one: ShownChecklist, at: datetime) -> dict[str, Any]:
    run = one.checklist.run
    open_steps = [row.step for row in one.steps if row.step.state == StepState.OPEN]
    required = sum(step.is_required for step in open_steps)
    counts = f"{len(one.steps) - len(open_steps)} of {len(one.steps)} done"
    return {
        "pk": one.checklist.pk,
        "name": run.playbook_version.playbook.name,
        "url": run.playbook_version.playbook.get_absolute_url(),
        "words": f"{counts}, {required} required left" if required else counts,
        "tone": RunState.tone_of(run.state),
        "state": run.get_state_display(),
        "end_reason": run.end_reason,
        "is_running": one.is_running,
        "steps": [_step(row, at, is_running=one.is_running) for row in one.steps],
    }


def _step(row: ShownStep, at: datetime, *, is_running: bool) -> dict[str, Any]:
    step = row.step
    is_free = is_running and step.state == StepState.OPEN and not row.waits_for
    known = (
        "" if step.is_required else "may be left out",
        role_words(step.owner_role) if step.owner_role else "",
        f"after {'; '.join(row.waits_for)}" if row.waits_for else "",
        step.evidence,
        step.skip_reason,
    )
    return {
        "step": step,
        "tone": StepState.tone_of(step.state),
        "state": step.get_state_display(),
        "words": ", ".join(word for word in known if word),
        "when": moment(step.done_at, now=at) if step.done_at else "",
        "may_tick": is_free and not step.is_gate,
        "may_decide": is_free and step.is_gate,
        "may_skip": is_running and step.state == StepState.OPEN and not step.is_required,
        "decisions": Verdict.choices,
    }
