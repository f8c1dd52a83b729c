"""The list of metrics."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from foundation.access import requires
from foundation.words import local
from metrics.models import Metric, MetricStatus
from metrics.selectors.standings import list_standings
from metrics.views.tiles import tile_for


@require_safe
@requires("metrics.view_metric")
@gzip_page
def metric_list(request: HttpRequest) -> HttpResponse:
    """Every approved metric with its last complete week, and the drafts with what they wait for."""
    at = timezone.now()
    tiles = [tile_for(standing, today=local(at).date()) for standing in list_standings(at=at)]
    loud = sum(tile.tone in {"bad", "watch"} for tile in tiles)
    drafts = Metric.objects.filter(status=MetricStatus.DRAFT).select_related("owner")
    return render(request, "metrics/metric_list.html", {"tiles": tiles, "loud": loud, "drafts": drafts})
