"""The page of one entry of the ledger, with forms to renew it, put it off and close it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.access import requires
from foundation.errors import InvalidInputError
from foundation.words import instant
from operations.models import User
from partnerships.ledger.states import LedgerState
from partnerships.ledger_forms import CloseForm, LedgerEntryForm, RenewForm, SnoozeForm
from partnerships.models import LedgerEntry
from partnerships.selectors.ledger import LedgerRow, get_ledger_row
from partnerships.services.ledger import close_ledger_entry, renew_ledger_entry, snooze_ledger_entry
from partnerships.views.actions import UNPROCESSABLE
from partnerships.views.ledger_words import day_words, is_snoozed, left_words, show_entry

_ACTIONS: dict[str, tuple[str, type[forms.Form], Callable[..., object], str]] = {
    "renew": ("Renew", RenewForm, renew_ledger_entry, "The new end is in the ledger."),
    "snooze": ("Put off", SnoozeForm, snooze_ledger_entry, "Nothing is told about it until then."),
    "close": ("Close", CloseForm, close_ledger_entry, "It is closed."),
}


@require_safe
@requires("partnerships.view_ledgerentry")
def entry(request: HttpRequest, pk: int) -> HttpResponse:
    """One entry: when it ends, how it was renewed, what was told."""
    return _page(request, pk, timezone.now())


@require_POST
@requires("partnerships.view_ledgerentry", "partnerships.change_ledgerentry")
def entry_action(request: HttpRequest, pk: int) -> HttpResponse:
    """Renew the entry, put it off or close it; what is refused is said beside the form."""
    at, name = timezone.now(), request.POST.get("action", "")
    row = _row(pk, at)
    if name not in _ACTIONS:
        return _page(request, pk, at)
    _, form_class, service, done = _ACTIONS[name]
    form = form_class(request.POST, prefix=name)
    if form.is_valid():
        try:
            service(entry_id=row.entry.pk, by=cast("User", request.user), at=at, **form.cleaned_data)
        except InvalidInputError as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            messages.success(request, done)
            return redirect(row.entry)
    return _page(request, pk, at, name=name, form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("partnerships.view_ledgerentry", "partnerships.add_ledgerentry")
def entry_new(request: HttpRequest) -> HttpResponse:
    """The form of a new entry."""
    form = LedgerEntryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made: LedgerEntry = form.save()
        messages.success(request, f"{made.title} is in the ledger.")
        return redirect(made)
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "partnerships/ledger_new.html", {"form": form}, status=status)


def _page(
    request: HttpRequest, pk: int, at: datetime, *, name: str = "", form: forms.Form | None = None
) -> HttpResponse:
    row = _row(pk, at)
    may_change = request.user.has_perm("partnerships.change_ledgerentry")
    may_edit = may_change and cast("User", request.user).is_staff
    context = {
        "shown": show_entry(row, at=at),
        "facts": _facts(row, at),
        "renewals": row.entry.renewals.select_related("recorded_by"),
        "notices": row.entry.notices.all()[:20],
        "entry": row.entry,
        "forms": _forms(row, name, form) if may_change else [],
        "edit": reverse("admin:partnerships_ledgerentry_change", args=[pk]) if may_edit else "",
    }
    return render(request, "partnerships/ledger_entry.html", context, status=UNPROCESSABLE if form else 200)


def _forms(row: LedgerRow, name: str, given: forms.Form | None) -> list[dict[str, Any]]:
    offered = [] if row.state == LedgerState.CLOSED else list(_ACTIONS)
    return [
        {
            "name": one,
            "label": _ACTIONS[one][0],
            "form": given if one == name and given is not None else _ACTIONS[one][1](prefix=one),
        }
        for one in offered
    ]


def _facts(row: LedgerRow, at: datetime) -> list[tuple[str, str]]:
    entry = row.entry
    facts = [
        ("Kind", entry.get_kind_display()),
        ("Ends", instant(entry.due_at) if entry.due_at else "no date yet"),
        ("Left", left_words(entry.due_at, at=at) or "–"),
        ("Owner", entry.owner.name if entry.owner else "nobody yet"),
        ("Source", entry.get_source_display()),
    ]
    optional = [
        ("Partner", str(entry.partner or "")),
        ("Integration", str(entry.integration or "")),
        ("Fingerprint", entry.fingerprint),
        ("Notes", entry.notes),
    ]
    facts += [(term, words) for term, words in optional if words]
    if is_snoozed(row, at=at):
        facts.append(
            ("Put off", f"until {day_words(entry.snoozed_until)} by {entry.snoozed_by}: {entry.snooze_reason}")
        )
    if entry.closed_at:
        facts.append(("Closed", f"{day_words(entry.closed_at)} by {entry.closed_by}: {entry.close_reason}"))
    return facts


def _row(pk: int, at: datetime) -> LedgerRow:
    try:
        return get_ledger_row(pk, at=at)
    except LedgerEntry.DoesNotExist:
        raise Http404(f"There is no entry {pk}.") from None
