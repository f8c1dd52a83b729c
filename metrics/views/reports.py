"""Reports: making one of a metric, finding those that are kept, and reading one back as it was made."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from foundation.access import requires
from foundation.words import figure, instant
from metrics.models import Grain, Metric, Report, ReportKind
from metrics.selectors.reports import get_report_page
from metrics.services.reports import create_report, report_as_csv, verify_report
from metrics.views.asked import asked_id, asked_instant, asked_version
from metrics.views.periods import period_name


@require_POST
@requires("metrics.add_report")
def report_new(request: HttpRequest, key: str) -> HttpResponse:
    """Make the report of one metric, as of now or of `as_of` in the URL, and show it."""
    at = timezone.now()
    as_of = asked_instant(request, "as_of") or at
    version = asked_version(key, as_of=as_of)
    params = {"metric": version.metric.key}
    return redirect(create_report(kind=ReportKind.METRIC, params=params, as_of=as_of, at=at, by=request.user))


@require_safe
@requires("metrics.view_report")
def report_list(request: HttpRequest) -> HttpResponse:
    """The kept reports, newest first; `metric` (a key) asks for those of one metric."""
    key = request.GET.get("metric", "")
    if "\0" in key:  # No database looks for it.
        raise Http404
    metric = get_object_or_404(Metric, key=key) if key else None
    page = get_report_page(metric=key, before=asked_id(request, "before"), after=asked_id(request, "after"))
    context = {
        "metric": metric,
        "rows": [_listed(stored) for stored in page.rows],
        "newer": _page_url(key, after=page.newer),
        "older": _page_url(key, before=page.older),
        "is_first": "before" not in request.GET and "after" not in request.GET,
    }
    return render(request, "metrics/report_list.html", context)


@require_safe
@requires("metrics.view_report")
def report(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One report: its values, whether its bytes are unharmed and whether they still follow from the revisions."""
    stored = get_object_or_404(Report.objects.select_related("created_by"), uuid=uuid)
    context = {
        "report": stored,
        "kind": stored.get_kind_display(),
        "as_of": instant(stored.as_of),
        "created_at": instant(stored.created_at),
        "verification": verify_report(stored),
        "metrics": [_metric(body) for body in json.loads(bytes(stored.content)).get("metrics", [])],
    }
    return render(request, "metrics/report.html", context)


@require_safe
@requires("metrics.view_report")
def report_json(request: HttpRequest, uuid: UUID) -> HttpResponse:  # noqa: ARG001
    """The stored bytes."""
    stored = get_object_or_404(Report, uuid=uuid)
    headers = {"ETag": f'"{stored.sha256}"', "Content-Disposition": f'attachment; filename="report-{uuid}.json"'}
    return HttpResponse(bytes(stored.content), content_type="application/json", headers=headers)


@require_safe
@requires("metrics.view_report")
def report_csv(request: HttpRequest, uuid: UUID) -> HttpResponse:  # noqa: ARG001
    """The values of the stored bytes as CSV."""
    stored = get_object_or_404(Report, uuid=uuid)
    headers = {"Content-Disposition": f'attachment; filename="report-{uuid}.csv"'}
    return HttpResponse(report_as_csv(stored), content_type="text/csv; charset=utf-8", headers=headers)


def _page_url(key: str, **place: int | None) -> str:
    """The address of the page beside; empty without one."""
    asked = {name: pk for name, pk in place.items() if pk is not None}
    return f"?{urlencode(({'metric': key} if key else {}) | asked)}" if asked else ""


def _listed(stored: Report) -> dict[str, Any]:
    """One report of the list, as words."""
    names = [label["name"] for label in stored.params.get("labels", {}).values()]
    segment = stored.params.get("segment", "")
    return {
        "url": stored.get_absolute_url(),
        "kind": stored.get_kind_display(),
        "about": names[0] if stored.kind == ReportKind.METRIC and names else _metrics(len(names)),
        "segment": segment.replace("=", " "),
        "period": f"{stored.params.get('weeks', 0)} weeks and {stored.params.get('months', 0)} months",
        "as_of": instant(stored.as_of),
        "made": instant(stored.created_at),
        "by": stored.created_by.name if stored.created_by else "the system",
    }


def _metrics(count: int) -> str:
    return f"{count} metric{'' if count == 1 else 's'}"


def _metric(body: Mapping[str, Any]) -> dict[str, Any]:
    """One metric of a document, newest period first."""
    points = [("week", point) for point in reversed(body["weeks"])]
    points += [("month", point) for point in reversed(body["months"])]
    return {
        "name": body["name"],
        "unit": body["unit"],
        "version": body["version"],
        "rows": [_row(grain, point, body["decimals"]) for grain, point in points],
    }


def _row(grain: str, point: Mapping[str, Any], decimals: int) -> dict[str, Any]:
    restated = point["restated"]
    state = "closed" if point["closed_at"] else "complete" if point["complete"] else "partial"
    return {
        "period": period_name(date.fromisoformat(point["start"]), Grain(grain)),
        "value": figure(point["value"], decimals),
        "n": f"{point['n']:,}",
        "state": state,
        "restated": figure(restated["value"], decimals) if restated else "",
    }
