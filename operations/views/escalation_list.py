"""The list of escalations, as a page and as CSV of the same rows."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import cast
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from foundation.access import requires
from foundation.csv_export import stream_csv
from foundation.words import duration, local, moment
from operations.escalation_forms import EscalationQueryForm
from operations.models import EscalationKind, EscalationState, Severity, User
from operations.selectors.escalations import (
    ROWS_SHOWN,
    TABS,
    Climbing,
    EscalationQuery,
    count_tabs,
    list_escalations,
)

_CSV_HEAD = (
    "number", "title", "kind", "subject", "severity", "state", "level", "for_me", "owner", "raised", "next_step",
    "decision", "due", "follow_up", "ended",
)  # fmt: skip


@require_safe
@requires("operations.view_escalation")
def escalations(request: HttpRequest) -> HttpResponse:
    """Escalations by tab, those of one's own level first; every choice on it is in its URL."""
    user, at = cast("User", request.user), timezone.now()
    query = EscalationQueryForm(request.GET).query()
    found, counts = list_escalations(query, user=user), count_tabs(user)
    context = {
        "lede": _lede(counts),
        "tabs": [
            {"label": label, "url": _url(replace(query, tab=tab)), "count": counts[tab], "is_current": tab == query.tab}
            for tab, label in TABS.items()
        ],
        "asked": query,
        "filters": _filters(query),
        "is_filtered": bool(query.words or query.kind or query.severity),
        "rows": [row_of(one, at=at) for one in found],
        "caption": f"{len(found)} shown, yours first" + (", no more are" if len(found) == ROWS_SHOWN else ""),
        "csv": f"{reverse('escalations:escalations_csv')}?{_parameters(query)}",
        "cleared": _url(EscalationQuery(tab=query.tab)),
        "may_raise": user.has_perm("operations.add_escalation"),
    }
    return render(request, "operations/escalation_list.html", context)


@require_safe
@requires("operations.view_escalation")
def escalations_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The rows that the same URL parameters show, in the same order."""
    found = list_escalations(EscalationQueryForm(request.GET).query(), user=cast("User", request.user))
    return stream_csv("escalations.csv", _CSV_HEAD, _csv_rows(found))


def row_of(one: Climbing, *, at: datetime) -> dict[str, object]:
    """One line of the list, ready."""
    escalation = one.escalation
    return {
        "title": escalation.title,
        "url": escalation.get_absolute_url(),
        "kind": escalation.get_kind_display(),
        "tone": EscalationState.tone_of(escalation.state),
        "state": escalation.get_state_display(),
        "is_critical": escalation.severity == Severity.CRITICAL,
        "is_mine": one.is_mine,
        "level": one.level_name,
        "owner": str(escalation.owner or ""),
        "raised": moment(escalation.raised_at, now=at),
        "age": duration((escalation.ended_at or at) - escalation.raised_at),
        "next": moment(one.run.next_due_at, now=at) if one.run.next_due_at else "",
    }


def _csv_rows(found: Iterable[Climbing]) -> Iterator[Sequence[object]]:
    for one in found:
        row = one.escalation
        yield (
            row.pk, row.title, row.kind, row.subject, row.severity, row.state, one.level_name,
            "yes" if one.is_mine else "no", str(row.owner or ""), local(row.raised_at).isoformat(),
            local(one.run.next_due_at).isoformat() if one.run.next_due_at else None,
            row.decision, row.due_on, row.follow_up_on, local(row.ended_at).isoformat() if row.ended_at else None,
        )  # fmt: skip


def _lede(counts: dict[str, int]) -> str:
    waits = f"{counts['mine']} wait{'s' if counts['mine'] == 1 else ''} for you"
    return f"{counts['open']} open, {waits}."


def _parameters(query: EscalationQuery) -> str:
    named = {("q" if name == "words" else name): value for name, value in asdict(query).items()}
    return urlencode({name: value for name, value in named.items() if value})


def _url(query: EscalationQuery) -> str:
    return f"{reverse('escalations:escalations')}?{_parameters(query)}"


def _filters(query: EscalationQuery) -> list[dict[str, object]]:
    """The select boxes of the filter bar."""
    boxes = (
        ("kind", "Kind: any", query.kind, EscalationKind.choices),
        ("severity", "Severity: any", query.severity, Severity.choices),
    )
    return [
        {
            "name": name,
            "label": name.capitalize(),
            "any": anything,
            "options": [{"value": key, "label": label, "is_chosen": key == chosen} for key, label in choices],
        }
        for name, anything, chosen, choices in boxes
    ]
