"""What people do to the messages, evidence and post-mortem of an incident."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from foundation.access import requires
from foundation.errors import ServiceError
from partnerships import incident_record_forms as forms
from partnerships.models import (
    Communication,
    CommunicationState,
    Incident,
    IncidentLink,
    LinkState,
    PostMortem,
    PostMortemAction,
)
from partnerships.services import incidents as services
from partnerships.services.incidents import NewAction, NewCause, NewCommunication, Said
from partnerships.views.incident_actions import form_action, person_of


def _draft(pk: int, data: dict[str, Any], said: Said) -> str:
    draft = services.draft_communication(incident_id=pk, new=NewCommunication(**data), said=said)
    return f"“{draft.subject}” waits for somebody else to approve it."


def _fault(pk: int, data: dict[str, Any], said: Said) -> str:
    done = services.set_fault(incident_id=pk, said=said, **data)
    return f"Whose trouble it was: {done.get_fault_display().lower()}."


def _post_mortem(pk: int, data: dict[str, Any], said: Said) -> str:
    services.write_post_mortem(post_mortem_id=_started(pk, said), said=_unversioned(said), **data)
    return "The post-mortem is stored."


def _cause(pk: int, data: dict[str, Any], said: Said) -> str:
    services.add_cause(post_mortem_id=_started(pk, said), new=NewCause(**data), said=_unversioned(said))
    return "The cause is named."


def _plan(pk: int, data: dict[str, Any], said: Said) -> str:
    services.add_action(post_mortem_id=_started(pk, said), new=NewAction(**data), said=_unversioned(said))
    return f"{data['owner']} has the action."


def _started(pk: int, said: Said) -> int:
    """The number of the incident's post-mortem, which is begun if there is none."""
    return services.start_post_mortem(incident_id=pk, said=_unversioned(said)).pk


def _unversioned(said: Said) -> Said:
    """The form's version is the incident's, not that of its parts."""
    return Said(said.at, said.actor)


incident_draft = form_action("draft", forms.DraftForm, _draft)
incident_fault = form_action("fault", forms.FaultForm, _fault)
incident_post_mortem = form_action("post_mortem", forms.SectionsForm, _post_mortem)
incident_cause = form_action("cause", forms.CauseForm, _cause)
incident_plan = form_action("plan", forms.ActionForm, _plan)


@require_POST
@requires("partnerships.change_incident")
def incident_finish(request: HttpRequest, pk: int) -> HttpResponse:
    """Finish the post-mortem."""
    found = PostMortem.objects.filter(incident=pk).first()
    if found is None:
        raise Http404(f"Incident {pk} has no post-mortem.")
    return _do(request, pk, lambda said: services.finish_post_mortem(post_mortem_id=found.pk, said=said), "Finished.")


@require_POST
@requires("partnerships.change_incident")
def incident_message_step(request: HttpRequest, pk: int, number: int, step: str) -> HttpResponse:
    """Approve, send or withdraw a message."""
    steps: dict[str, tuple[Callable[..., Any], CommunicationState]] = {
        "approve": (services.approve_communication, CommunicationState.APPROVED),
        "send": (services.send_communication, CommunicationState.SENT),
        "withdraw": (services.withdraw_communication, CommunicationState.WITHDRAWN),
    }
    if step not in steps or not Communication.objects.filter(pk=number, incident=pk).exists():
        raise Http404(f"There is no message {number} to {step}.")
    act, state = steps[step]
    return _do(
        request, pk, lambda said: act(communication_id=number, said=said), f"The message is {state.label.lower()}."
    )


@require_POST
@requires("partnerships.change_incident")
def incident_link_step(request: HttpRequest, pk: int, number: int, step: str) -> HttpResponse:
    """Confirm or reject that the partner's incident is the same."""
    if step not in ("confirm", "reject") or not IncidentLink.objects.filter(pk=number, incident=pk).exists():
        raise Http404(f"There is no pair {number} to {step}.")
    is_same = step == "confirm"
    word = (LinkState.CONFIRMED if is_same else LinkState.REJECTED).label.lower()
    return _do(
        request,
        pk,
        lambda said: services.decide_link(link_id=number, is_same=is_same, said=said),
        f"The pair is {word}.",
    )


@require_POST
@requires("partnerships.change_incident")
def incident_action_end(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """An action is done with evidence, or waived with a reason."""
    found = PostMortemAction.objects.filter(pk=number, post_mortem__incident=pk).first()
    if found is None:
        raise Http404(f"There is no action {number}.")
    form = forms.ActionEndForm(request.POST, incident=Incident.objects.get(pk=pk))
    if not form.is_valid():
        messages.error(request, "Say what shows it, or why it is waived.")
        return redirect("incidents:incident", pk=pk)
    words = form.cleaned_data["words"]
    if form.cleaned_data["how"] == "done":
        return _do(
            request, pk, lambda said: services.complete_action(action_id=number, evidence=words, said=said), "Done."
        )
    return _do(request, pk, lambda said: services.waive_action(action_id=number, reason=words, said=said), "Waived.")


def _do(request: HttpRequest, pk: int, act: Callable[[Said], Any], done: str) -> HttpResponse:
    """Do it and go back to the incident; say there why it was refused."""
    try:
        act(Said(timezone.now(), person_of(request)))
    except ServiceError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect("incidents:incident", pk=pk)
