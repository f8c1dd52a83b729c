"""What waits, what fails and what is late in the background: as a page, as CSV and as JSON."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from dashboards.selectors.freshness import (
    list_checks,
    list_failing_marks,
    list_parts,
    list_source_health,
    list_stale_metrics,
)
from dashboards.selectors.health import get_data_health
from foundation.access import requires
from foundation.csv_export import stream_csv
from foundation.json_export import send_json

_SECTIONS: dict[str, Callable[..., Sequence[Any]]] = {
    "sources": list_source_health,
    "stale_metrics": list_stale_metrics,
    "self_checks": list_checks,
    "background": list_parts,
    "failing_marks": list_failing_marks,
}
_HEAD = ("section", "name", "state", "detail")


@require_safe
@requires("metrics.view_metric")
def data_health(request: HttpRequest) -> HttpResponse:
    """The page."""
    at = timezone.now()
    return render(request, "dashboards/data_health.html", {"health": get_data_health(at=at), **_sections(at)})


@require_safe
@requires("metrics.view_metric")
def data_health_json(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """The page's sections with all they hold."""
    at = timezone.now()
    found = {name: [asdict(row) for row in rows] for name, rows in _sections(at).items()}
    return send_json("data-health.json", {"as_of": at, "headline": get_data_health(at=at).headline, **found})


@require_safe
@requires("metrics.view_metric")
def data_health_csv(request: HttpRequest) -> StreamingHttpResponse:  # noqa: ARG001
    """The page's sections one below the other: what, in which state, and the rest in words."""
    rows = [_flat(name, asdict(row)) for name, found in _sections(timezone.now()).items() for row in found]
    return stream_csv("data-health.csv", _HEAD, rows)


def _sections(at: datetime) -> dict[str, Sequence[Any]]:
    return {name: read(at=at) for name, read in _SECTIONS.items()}


def _flat(section: str, row: dict[str, Any]) -> list[object]:
    name = row.get("label") or row.get("name") or row["source"]
    detail = [f"{key} {value}" for key, value in row.items() if key not in {"label", "name", "state", "tone"}]
    return [section, name, row.get("state", ""), "; ".join(detail)]
