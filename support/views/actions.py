"""What people do to tickets: each a form that is posted, works without scripts, and shows what was wrong."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods

from foundation.access import requires
from foundation.errors import InvalidInputError, ServiceError, StaleWriteError
from operations.models import User
from support.forms import AssignForm, FieldsForm, HelpForm, MacroForm, MergeForm, MessageForm, NewTicketForm, StateForm
from support.models import Ticket, TicketState
from support.selectors.presence import get_last_event
from support.services.macros import apply_macro
from support.services.manual_escalations import escalate_by_hand
from support.services.messages import NewerMessagesError, add_customer_message, add_note, add_reply
from support.services.ticket_events import MergedError
from support.services.ticket_fields import change_ticket_fields
from support.services.ticket_states import StateChange
from support.services.tickets import NewTicket, assign_ticket, change_ticket_state, open_ticket
from support.views.checklists import left_undone
from support.views.ticket import render_ticket

UNPROCESSABLE, CONFLICT = 422, 409


def posted(view: Callable[[HttpRequest, int], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Decorate what is posted to a ticket. Refusals are shown at its address: loaded again, it leads to the ticket."""

    @wraps(view)
    @require_http_methods(["GET", "HEAD", "POST"])
    def act_or_go_back(request: HttpRequest, pk: int) -> HttpResponseBase:
        return view(request, pk) if request.method == "POST" else redirect("support:ticket", pk=pk)

    return act_or_go_back


@require_http_methods(["GET", "HEAD", "POST"])
@requires("support.add_ticket")
def ticket_new(request: HttpRequest) -> HttpResponse:
    """The form for a ticket that starts now; leads to the ticket."""
    form = NewTicketForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        ticket = open_ticket(new=NewTicket(**form.cleaned_data), actor=_person(request), at=timezone.now())
        messages.success(request, f"{ticket.reference} is open.")
        return redirect(ticket)
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "support/ticket_new.html", {"form": form}, status=status)


@posted
@requires("support.change_ticket")
def ticket_state(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the state; a step that is not allowed, or a ticket that changed meanwhile, is a conflict."""
    form = StateForm(request.POST, ticket=_ticket(pk))

    def change(data: dict[str, Any], at: datetime) -> str:
        version = data.pop("version")
        wanted = StateChange(**data)
        ticket = change_ticket_state(ticket_id=pk, version=version, change=wanted, actor=_person(request), at=at)
        left = left_undone(pk) if ticket.state == TicketState.SOLVED else ""
        return f"{ticket.reference} is {ticket.get_state_display().lower()}.{left}"

    return _handle(request, pk, form, change, state_form=form)


@posted
@requires("support.change_ticket")
def ticket_assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the ticket to somebody."""
    form = AssignForm(request.POST, ticket=_ticket(pk))

    def assign(data: dict[str, Any], at: datetime) -> str:
        ticket = assign_ticket(ticket_id=pk, actor=_person(request), at=at, **data)
        return f"{ticket.reference} is with {ticket.assignee or ticket.team or 'nobody'}."

    return _handle(request, pk, form, assign, assign_form=form)


@posted
@requires("support.change_ticket")
def ticket_fields(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what the ticket is about."""
    form = FieldsForm(request.POST, ticket=_ticket(pk))

    def change(data: dict[str, Any], at: datetime) -> str:
        fields, version = form.changed_fields(), data["version"]
        ticket = change_ticket_fields(ticket_id=pk, fields=fields, version=version, actor=_person(request), at=at)
        return f"{ticket.reference} is changed." if fields else "Nothing was changed."

    return _handle(request, pk, form, change, fields_form=form)


@posted
@requires("support.change_ticket")
def ticket_macro(request: HttpRequest, pk: int) -> HttpResponse:
    """Do what is often done."""
    form = MacroForm(request.POST, ticket=_ticket(pk))

    def apply(data: dict[str, Any], at: datetime) -> str:
        apply_macro(ticket_id=pk, macro=data["macro"], version=data["version"], actor=_person(request), at=at)
        return f"“{data['macro']}” is done."

    return _handle(request, pk, form, apply, macro_form=form)


@posted
@requires("support.change_ticket", "operations.add_escalation")
def ticket_escalate(request: HttpRequest, pk: int) -> HttpResponse:
    """Raise the ticket."""
    _ticket(pk)
    form = HelpForm(request.POST, auto_id="help-%s")

    def escalate(data: dict[str, Any], at: datetime) -> str:
        escalate_by_hand(ticket_id=pk, at=at, by=_person(request), **data)
        return "It is escalated."

    return _handle(request, pk, form, escalate, help_form=form)


@posted
@requires("support.change_ticket")
def ticket_merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the ticket go on in another one."""
    form = MergeForm(request.POST, ticket=_ticket(pk))

    def merge(data: dict[str, Any], at: datetime) -> str:
        version = data.pop("version")
        wanted = StateChange(TicketState.MERGED, **data)
        ticket = change_ticket_state(ticket_id=pk, version=version, change=wanted, actor=_person(request), at=at)
        return f"{ticket.reference} goes on in {ticket.merged_into.reference if ticket.merged_into else ''}."

    return _handle(request, pk, form, merge, merge_form=form)


@posted
@requires("support.change_ticket")
def ticket_message(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a reply, a note, or what the customer wrote. A reply is refused once where others wrote meanwhile."""
    _ticket(pk)
    form = MessageForm(request.POST, request.FILES, auto_id="message-%s")

    def add(data: dict[str, Any], at: datetime) -> str:
        verbs: dict[str, Callable[..., object]] = {
            "reply": add_reply,
            "note": add_note,
            "customer": add_customer_message,
        }
        said = {"body": data["body"], "files": data["attachments"]}
        if data["kind"] == "reply":
            said["seen"] = data["seen"]
        try:
            verbs[data["kind"]](ticket_id=pk, actor=_person(request), at=at, **said)
        except NewerMessagesError:
            form.show_newest(get_last_event(pk))
            raise
        return {"reply": "The reply is added.", "note": "The note is added.", "customer": "The message is added."}[
            data["kind"]
        ]

    return _handle(request, pk, form, add, message_form=form)


def _person(request: HttpRequest) -> User:
    return cast("User", request.user)


def _ticket(pk: int) -> Ticket:
    try:
        return Ticket.objects.get(pk=pk)
    except Ticket.DoesNotExist:
        raise Http404(f"There is no ticket {pk}.") from None


def _handle(
    request: HttpRequest,
    pk: int,
    form: forms.Form,
    act: Callable[[dict[str, Any], datetime], str],
    **shown: Any,
) -> HttpResponse:
    """Do what the form asks and go back to the ticket; show the page with the form's errors where it is refused."""
    if not form.is_valid():
        return render_ticket(request, pk, status=UNPROCESSABLE, **shown)
    try:
        done = act(dict(form.cleaned_data), timezone.now())
    except InvalidInputError as error:
        form.add_error(error.field if error.field in form.fields else None, _sentence(error.message))
        return render_ticket(request, pk, status=UNPROCESSABLE, **shown)
    except (StaleWriteError, MergedError) as error:
        form.add_error(None, _with_way_on(error, pk))
        return render_ticket(request, pk, status=CONFLICT, **shown)
    except ServiceError as error:
        form.add_error(None, str(error))
        return render_ticket(request, pk, status=CONFLICT, **shown)
    messages.success(request, done)
    return redirect("support:ticket", pk=pk)


def _with_way_on(error: ServiceError, pk: int) -> SafeString:
    """What is refused, with a link to the ticket as it is now, or to the one in which it goes on."""
    ticket = error.into if isinstance(error, MergedError) else None
    ticket = ticket or _ticket(pk)
    return format_html('{} <a href="{}">Open {}</a>', str(error), ticket.get_absolute_url(), ticket.reference)


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:].removesuffix('.')}."
