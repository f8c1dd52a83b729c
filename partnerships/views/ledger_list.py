"""The ledger of dates as a list by month, and the same rows as CSV. Every choice is in the address."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from foundation.access import requires
from foundation.csv_export import stream_csv
from foundation.words import local
from operations.models import User
from partnerships.ledger.states import LedgerState
from partnerships.models import LedgerKind, Partner
from partnerships.selectors.ledger import DEFAULT_DAYS, WINDOWS, LedgerRow, LedgerWanted, list_ledger
from partnerships.views.ledger_words import show_entry

_CSV_HEAD = ("title", "kind", "state", "due_at", "partner", "integration", "owner", "fingerprint", "snoozed_until")
_WEEK = timedelta(days=7)
_MAX_DIGITS = 18


@require_safe
@requires("partnerships.view_ledgerentry")
def ledger(request: HttpRequest) -> HttpResponse:
    """What ends in the days ahead, and what has ended and was not renewed."""
    at, wanted = timezone.now(), _wanted(request)
    rows = list_ledger(wanted, at=at)
    context = {
        "lede": _lede(rows),
        "groups": _groups(rows, at),
        "tabs": _tabs(wanted),
        "filters": _filters(wanted),
        "wanted": wanted,
        "is_narrowed": wanted.is_narrowed,
        "csv": f"{reverse('ledger:ledger_csv')}?{_parameters(wanted)}",
        "cleared": _url(LedgerWanted(days=wanted.days)),
        "may_add": request.user.has_perm("partnerships.add_ledgerentry"),
    }
    return render(request, "partnerships/ledger_list.html", context)


@require_safe
@requires("partnerships.view_ledgerentry")
def ledger_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The rows that the same address parameters show."""
    rows = list_ledger(_wanted(request), at=timezone.now())
    return stream_csv("ledger.csv", _CSV_HEAD, (_csv_row(row) for row in rows))


def _csv_row(row: LedgerRow) -> list[object]:
    entry = row.entry
    return [
        entry.title,
        entry.get_kind_display(),
        str(row.state.label),
        local(entry.due_at).isoformat() if entry.due_at else None,
        str(entry.partner or ""),
        str(entry.integration or ""),
        str(entry.owner or ""),
        entry.fingerprint,
        local(entry.snoozed_until).isoformat() if entry.snoozed_until else None,
    ]


def _groups(rows: list[LedgerRow], at: datetime) -> list[dict[str, Any]]:
    """The rows below one heading a stretch of time, in order."""
    groups: dict[str, list[Any]] = {}
    for row in rows:
        groups.setdefault(_heading(row, at), []).append(show_entry(row, at=at))
    return [{"name": name, "rows": shown} for name, shown in groups.items()]


def _heading(row: LedgerRow, at: datetime) -> str:
    due_at = row.entry.due_at
    if due_at is None:
        return "No date yet"
    if row.state == LedgerState.CLOSED or due_at > at + _WEEK:
        return f"{local(due_at):%B %Y}"
    return "Overdue" if due_at <= at else "The next seven days"


def _lede(rows: list[LedgerRow]) -> str:
    overdue = sum(row.state == LedgerState.OVERDUE for row in rows)
    soon = sum(row.state == LedgerState.DUE_SOON for row in rows)
    if not overdue and not soon:
        return "Nothing ends in the next 30 days."
    return f"{overdue} overdue, {soon} due within 30 days."


def _wanted(request: HttpRequest) -> LedgerWanted:
    """What the address asks for; what it cannot mean is left out."""
    asked = {name: value.replace("\x00", "")[:200].strip() for name, value in request.GET.dict().items()}
    days, owner = asked.get("days", ""), asked.get("owner", "")
    return LedgerWanted(
        days=next((one for one in (*WINDOWS, 0) if str(one) == days), DEFAULT_DAYS),
        words=asked.get("q", ""),
        kind=asked.get("kind", "") if asked.get("kind") in LedgerKind.values else "",
        state=asked.get("state", "") if asked.get("state") in LedgerState.values else "",
        partner=asked.get("partner", ""),
        owner=owner if owner.isascii() and owner.isdigit() and len(owner) <= _MAX_DIGITS else "",
    )


def _tabs(wanted: LedgerWanted) -> list[dict[str, Any]]:
    labels = {30: "30 days", 90: "90 days", 365: "A year", 0: "All"}
    return [
        {
            "label": label,
            "is_current": days == wanted.days,
            "url": _url(replace(wanted, days=days)),
        }
        for days, label in labels.items()
    ]


def _filters(wanted: LedgerWanted) -> list[dict[str, Any]]:
    partners = Partner.objects.filter(ledger_entries__isnull=False).distinct().values_list("slug", "name")
    owners = User.objects.filter(ledger_entries__isnull=False).distinct().values_list("pk", "name")
    return [
        _box("kind", "Kind", "Any kind", LedgerKind.choices, wanted.kind),
        _box("state", "State", "Any state", LedgerState.choices, wanted.state),
        _box("partner", "Partner", "Any partner", list(partners), wanted.partner),
        _box("owner", "Owner", "Any owner", [(str(pk), name) for pk, name in owners], wanted.owner),
    ]


def _box(name: str, label: str, empty: str, options: Any, chosen: str) -> dict[str, Any]:
    shown = [{"value": value, "label": text, "is_chosen": value == chosen} for value, text in options]
    return {"name": name, "label": label, "any": empty, "options": shown}


def _parameters(wanted: LedgerWanted) -> str:
    given = {
        "days": str(wanted.days) if wanted.days != DEFAULT_DAYS else "",
        "q": wanted.words,
        "kind": wanted.kind,
        "state": wanted.state,
        "partner": wanted.partner,
        "owner": wanted.owner,
    }
    return urlencode({name: value for name, value in given.items() if value})


def _url(wanted: LedgerWanted) -> str:
    parameters = _parameters(wanted)
    return reverse("ledger:ledger") + (f"?{parameters}" if parameters else "")
