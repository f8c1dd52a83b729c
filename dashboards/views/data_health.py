from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from dashboards.selectors.freshness import list_failing_marks, list_parts, list_source_health
from dashboards.selectors.health import get_data_health
from foundation.access import requires


@require_safe
@requires("metrics.view_metric")
def data_health(request: HttpRequest) -> HttpResponse:
    """What waits, what fails and what is late in the background."""
    at = timezone.now()
    context = {
        "health": get_data_health(at=at),
        "sources": list_source_health(at=at),
        "failing": list_failing_marks(at=at),
        "parts": list_parts(at=at),
    }
    return render(request, "dashboards/data_health.html", context)
