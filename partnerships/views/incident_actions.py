"""What people do to incidents: each a form that is posted, works without scripts, and shows what was wrong."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from foundation.access import requires
from foundation.errors import InvalidInputError, ServiceError
from operations.models import User
from partnerships import incident_forms
from partnerships.models import Incident, Integration
from partnerships.services import incidents as services
from partnerships.services.incidents import NewIncident, Said
from partnerships.views.incident_page import render_incident

UNPROCESSABLE, CONFLICT = 422, 409
Act = Callable[[int, dict[str, Any], Said], str]


@require_http_methods(["GET", "HEAD", "POST"])
@requires("partnerships.add_incident")
def incident_new(request: HttpRequest) -> HttpResponse:
    """The form for an incident that is declared now; leads to the incident."""
    form = incident_forms.NewIncidentForm(request.POST or None, initial=_proposed(request))
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        try:
            new = NewIncident(**{**data, "integrations": list(data["integrations"])})
            incident = services.declare_incident(new=new, said=Said(timezone.now(), person_of(request)))
        except InvalidInputError as error:
            form.add_error(error.field if error.field in form.fields else None, sentence(error.message))
        else:
            messages.success(request, f"{incident.reference} is declared.")
            return redirect(incident)
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "partnerships/incident_new.html", {"form": form}, status=status)


def _proposed(request: HttpRequest) -> dict[str, Any]:
    """The integration that a link from its page names."""
    return {"integrations": Integration.objects.filter(slug=request.GET.get("integration", ""))}


def _state(pk: int, data: dict[str, Any], said: Said) -> str:
    done = services.change_incident_state(incident_id=pk, state=data["state"], text=data["text"], said=said)
    return f"{done.reference} is {done.get_state_display().lower()}."


def _note(pk: int, data: dict[str, Any], said: Said) -> str:
    services.add_note(incident_id=pk, text=data["text"], said=said)
    return "The note is on the timeline."


def _severity(pk: int, data: dict[str, Any], said: Said) -> str:
    done = services.set_severity(incident_id=pk, said=said, **data)
    return f"{done.reference} is {done.get_severity_display()}."


def _began(pk: int, data: dict[str, Any], said: Said) -> str:
    services.correct_beginning(incident_id=pk, started_at=data["started_at"], said=said)
    return "When it began is corrected."


def _role(pk: int, data: dict[str, Any], said: Said) -> str:
    services.assign_role(incident_id=pk, said=said, **data)
    return f"{data['user'] or 'Nobody'} has the role now."


def _affected(pk: int, data: dict[str, Any], said: Said) -> str:
    if data["effect"] == "over":
        services.close_affected(incident_id=pk, integration=data["integration"], said=said)
        return f"{data['integration']} is no longer affected."
    services.add_affected(incident_id=pk, integration=data["integration"], effect=data["effect"], said=said)
    return f"{data['integration']} is affected."


def _merge(pk: int, data: dict[str, Any], said: Said) -> str:
    target = services.merge_incidents(incident_id=pk, into_id=data["into"].pk, said=said)
    return f"It goes on in {target.reference}."


def _reopen(pk: int, data: dict[str, Any], said: Said) -> str:
    done = services.reopen_incident(incident_id=pk, text=data["text"], said=said)
    return f"{done.reference} is open again."


def form_action(name: str, form_class: type[incident_forms.VersionedForm], act: Act) -> Callable[..., HttpResponse]:
    """The view that does one thing to an incident as its form says."""

    @require_POST
    @requires("partnerships.change_incident")
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        form = form_class(request.POST, incident=_incident(pk))
        return handle(request, pk, name, form, act)

    view.__doc__ = f"Take the form `{name}` and go back to the incident."
    return view


incident_state = form_action("state", incident_forms.IncidentStateForm, _state)
incident_note = form_action("note", incident_forms.IncidentNoteForm, _note)
incident_severity = form_action("severity", incident_forms.IncidentSeverityForm, _severity)
incident_began = form_action("began", incident_forms.IncidentBeganForm, _began)
incident_role = form_action("role", incident_forms.IncidentRoleForm, _role)
incident_affected = form_action("affected", incident_forms.IncidentAffectedForm, _affected)
incident_merge = form_action("merge", incident_forms.IncidentMergeForm, _merge)
incident_reopen = form_action("reopen", incident_forms.IncidentReopenForm, _reopen)


def handle(request: HttpRequest, pk: int, name: str, form: forms.Form, act: Act) -> HttpResponse:
    """Do what the form asks and go back to the incident; show the page with the form's errors where it is refused."""
    if not form.is_valid():
        return render_incident(request, pk, shown={name: form}, status=UNPROCESSABLE)
    data = dict(form.cleaned_data)
    said = _said(request, data, timezone.now())
    try:
        done = act(pk, data, said)
    except InvalidInputError as error:
        form.add_error(error.field if error.field in form.fields else None, sentence(error.message))
        return render_incident(request, pk, shown={name: form}, status=UNPROCESSABLE)
    except ServiceError as error:
        form.add_error(None, str(error))
        return render_incident(request, pk, shown={name: form}, status=CONFLICT)
    messages.success(request, done)
    return redirect("incidents:incident", pk=pk)


def _said(request: HttpRequest, data: dict[str, Any], at: datetime) -> Said:
    """Who says it; takes what is about that out of the form's values."""
    occurred_at, version = data.pop("occurred_at", None), data.pop("version", None)
    return Said(at, person_of(request), occurred_at=occurred_at, version=version)


def person_of(request: HttpRequest) -> User:
    return cast("User", request.user)


def _incident(pk: int) -> Incident:
    try:
        return Incident.objects.get(pk=pk)
    except Incident.DoesNotExist:
        raise Http404(f"There is no incident {pk}.") from None


def sentence(words: str) -> str:
    """A refusal as a sentence."""
    return f"{words[:1].upper()}{words[1:]}."
