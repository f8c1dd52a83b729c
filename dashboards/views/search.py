from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dashboards.selectors.search import find
from foundation.access import requires
from operations.models import User


@require_safe
@requires()
def search(request: HttpRequest) -> HttpResponse:
    """What matches `q` among what the signed-in person may see."""
    query = request.GET.get("q", "")[:200].strip()
    hits = find(query, user=cast("User", request.user))
    return render(request, "dashboards/search.html", {"query": query, "hits": hits})
