"""The list of incidents, as a page and as CSV of the same rows."""

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
from foundation.words import figure, local
from operations.models import User
from partnerships.incident_forms import IncidentQueryForm
from partnerships.models import Incident, Integration, Partner, Severity
from partnerships.selectors.incidents import (
    ROWS_SHOWN,
    TABS,
    IncidentQuery,
    count_incident_tabs,
    list_incidents,
)
from partnerships.views.incident_words import incident_row

_CSV_HEAD = (
    "number", "title", "state", "severity", "impact", "urgency", "tier", "integration", "partner", "automatic", "drill",
    "started", "detected", "opened", "acknowledged", "restored", "resolved", "closed", "merged_into",
)  # fmt: skip
_INSTANTS = ("started_at", "detected_at", "opened_at", "acknowledged_at", "restored_at", "resolved_at", "closed_at")


@require_safe
@requires("partnerships.view_incident")
def incidents(request: HttpRequest) -> HttpResponse:
    """Incidents by tab; every choice on it is in its URL."""
    query, at = IncidentQueryForm(request.GET).query(), timezone.now()
    counts = count_incident_tabs(query)
    total = counts[query.tab]
    context = {
        "lede": _lede(counts),
        "tabs": [
            {"label": label, "url": _url(replace(query, tab=key)), "count": counts[key], "is_current": key == query.tab}
            for key, (label, _) in TABS.items()
        ],
        "asked": query,
        "query": "",
        "filters": _filters(query),
        "is_filtered": query.is_narrowed,
        "rows": [incident_row(one, at=at) for one in list_incidents(query)[:ROWS_SHOWN]],
        "caption": f"{figure(total, 0)} {'incident' if total == 1 else 'incidents'}, newest first"
        + (f"; the first {ROWS_SHOWN} are shown, the CSV has all" if total > ROWS_SHOWN else ""),
        "csv": f"{reverse('incidents:incidents_csv')}?{_parameters(query)}",
        "cleared": _url(IncidentQuery(tab=query.tab)),
        "may_add": cast("User", request.user).has_perm("partnerships.add_incident"),
    }
    return render(request, "partnerships/incident_list.html", context)


@require_safe
@requires("partnerships.view_incident")
def incidents_csv(request: HttpRequest) -> StreamingHttpResponse:
    """All incidents that the same URL parameters show, in the same order."""
    found = list_incidents(IncidentQueryForm(request.GET).query())
    return stream_csv("incidents.csv", _CSV_HEAD, _csv_rows(found.iterator(chunk_size=500)))


def _csv_rows(found: Iterable[Incident]) -> Iterator[Sequence[object]]:
    for one in found:
        partner = one.integration.partner.name if one.integration else ""
        flags = (one.is_automatic, one.is_drill)
        yield (
            one.reference, one.title, one.state, one.severity, one.impact, one.urgency, one.tier,
            str(one.integration or ""), partner, *("yes" if flag else "no" for flag in flags),
            *(_instant(getattr(one, name)) for name in _INSTANTS),
            one.merged_into.reference if one.merged_into else "",
        )  # fmt: skip


def _instant(at: datetime | None) -> str | None:
    return local(at).isoformat() if at else None


def _lede(counts: dict[str, int]) -> str:
    is_one = counts["open"] == 1
    return f"{figure(counts['open'], 0)} {'is' if is_one else 'are'} open, {figure(counts['review'], 0)} to be closed."


def _parameters(query: IncidentQuery) -> str:
    named = {("q" if name == "words" else name): value for name, value in asdict(query).items()}
    return urlencode({name: value for name, value in named.items() if value})


def _url(query: IncidentQuery) -> str:
    return f"{reverse('incidents:incidents')}?{_parameters(query)}"


def _filters(query: IncidentQuery) -> list[dict[str, object]]:
    """The select boxes of the filter bar."""
    boxes = (
        ("severity", "Severity: any", query.severity, Severity.choices),
        ("partner", "Partner: any", query.partner, Partner.objects.values_list("slug", "name")),
        ("integration", "Integration: any", query.integration, Integration.objects.values_list("slug", "name")),
        ("drills", "Drills: without", query.drills, [("1", "Drills: with")]),
    )
    return [
        {
            "name": name,
            "any": anything,
            "label": anything.split(":")[0],
            "options": [{"value": v, "label": label, "is_chosen": str(v) == chosen} for v, label in choices],
        }
        for name, anything, chosen, choices in boxes
    ]
