"""Reports: making one of a metric, and reading one back as it was made."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from foundation.access import requires
from foundation.words import figure, local
from metrics.models import Grain, Report, ReportKind
from metrics.services.reports import create_report, report_as_csv, verify_report
from metrics.views.asked import asked_instant, asked_version
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
def report(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One report: its values, whether its bytes are unharmed and whether they still follow from the revisions."""
    stored = get_object_or_404(Report.objects.select_related("created_by"), uuid=uuid)
    context = {
        "report": stored,
        "kind": stored.get_kind_display(),
        "as_of": _instant(stored.as_of),
        "created_at": _instant(stored.created_at),
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


def _instant(moment: datetime) -> str:
    then = local(moment)
    return f"{then.day} {then:%b %Y %H:%M}"


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
