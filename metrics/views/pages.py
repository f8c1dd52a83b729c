"""The list of metrics and the page of one metric."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from charts.bars import share_bar
from foundation.access import requires
from foundation.words import local, moment
from metrics.models import Kind
from metrics.selectors.detail import (
    Rows,
    get_periods,
    get_rows,
    list_months,
    list_prior_weeks,
    list_restatements,
    list_targets,
    list_versions,
)
from metrics.selectors.standings import Standing, list_standings
from metrics.views.control_figure import control_figure
from metrics.views.hero import (
    boxes_for,
    definition_facts,
    facts_for,
    icon_notes,
    population_words,
    sentence_for,
)
from metrics.views.periods import period_name
from metrics.views.six_twelve_figure import SIX, six_twelve_figure
from metrics.views.tiles import stale_mark, tile_for
from metrics.views.units import Unit, unit_of


@require_safe
@requires("metrics.view_metric")
@gzip_page
def metric_list(request: HttpRequest) -> HttpResponse:
    """Every approved metric with its last complete week."""
    at = timezone.now()
    tiles = [tile_for(standing, today=local(at).date()) for standing in list_standings(at=at)]
    loud = sum(tile.tone in {"bad", "watch"} for tile in tiles)
    return render(request, "metrics/metric_list.html", {"tiles": tiles, "loud": loud})


@require_safe
@requires("metrics.view_metric")
@gzip_page
def metric_page(request: HttpRequest, key: str) -> HttpResponse:
    """One metric: its chart, periods, definition, restatements and the rows behind the last complete week."""
    at = timezone.now()
    standings = list_standings(at=at, keys=[key])
    if not standings:
        raise Http404(key)
    standing = standings[0]
    version, unit, today = standing.version, unit_of(standing.version), local(at).date()
    icons, icon_words = icon_notes(standing, unit)
    prior = list_prior_weeks(version, standing.weeks[-SIX:], at=at)
    context = {
        "metric": standing.metric,
        "tile": tile_for(standing, today=today),
        "sentence": sentence_for(standing, unit),
        "icons": icons,
        "icon_words": icon_words,
        "population": population_words(standing),
        "stale": stale_mark(standing),
        "facts": facts_for(standing, at=at),
        "control": control_figure(standing, unit, today=today),
        "boxes": boxes_for(standing, get_periods(standing, at=at), unit),
        "six_twelve": six_twelve_figure(standing, list_months(version, at=at), prior, unit),
        "definition": definition_facts(standing, unit, list_versions(version), list_targets(version), today=today),
        "restatements": [
            {
                "period": period_name(change.start, change.grain, week_start=version.week_start),
                "old": unit.write(change.old),
                "new": unit.words(change.new),
                "n": change.n,
                "at": moment(change.at, now=at),
            }
            for change in list_restatements(version)
        ],
        "rows": _rows_context(request, standing, unit),
    }
    return render(request, "metrics/metric_page.html", context)


def _rows_context(request: HttpRequest, standing: Standing, unit: Unit) -> dict[str, Any] | None:
    last = standing.last
    if last is None:
        return None
    found = get_rows(standing.version, last)
    scale = standing.version.formula.get("scale", 1)
    has_values = standing.version.kind in {Kind.MEAN, Kind.PERCENTILE, Kind.SUM}
    values = [row.value / scale for row in found.rows if row.value is not None] if has_values else []
    most = max(values, default=0) or 1
    return {
        "week": period_name(last.start, "week", week_start=standing.version.week_start),
        "n": f"{last.n:,}",
        "value": unit.words(last.value),
        "note": _population_note(found, standing),
        "can_list": found.can_list,
        "csv": _rows_link(request, standing) if found.can_list and last.n else "",
        "has_values": has_values,
        "unit": unit.name,
        "entries": [
            {
                "label": row.label,
                "url": row.url,
                "detail": row.detail,
                "at": f"{local(row.at):%a} {local(row.at).day} {local(row.at):%b %H:%M}",
                "value": unit.write(row.value / scale) if has_values and row.value is not None else "",
                "bar": share_bar(row.value / scale / most) if has_values and row.value is not None else "",
            }
            for row in found.rows
        ],
    }


def _rows_link(request: HttpRequest, standing: Standing) -> str:
    """The CSV of all rows, for those who may see tickets and integrations."""
    if standing.last is None or not request.user.has_perms(("support.view_ticket", "partnerships.view_integration")):
        return ""
    link = reverse("metrics:rows_csv", kwargs={"key": standing.metric.key})
    return f"{link}?start={standing.last.start}"


def _population_note(found: Rows, standing: Standing) -> str:
    shown = len(found.rows)
    if not found.can_list:
        return "The number is not made of rows that can be listed."
    if standing.version.kind == Kind.STOCK:
        return f"The level at the week’s end counts {found.point.n:,}; these {shown} entered in the week."
    if shown == found.point.n:
        return f"All {shown} rows; the value recomputes from them."
    return f"{shown} of {found.point.n:,}; the value recomputes from all of them, which the CSV has."
