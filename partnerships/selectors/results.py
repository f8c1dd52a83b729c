"""What was measured lately."""

from __future__ import annotations

from django.db.models import QuerySet

from partnerships.models import CheckResult, Integration


def list_latest_results(*, integration: Integration, limit: int = 50) -> QuerySet[CheckResult]:
    """The newest results of all checks of an integration, with their check; a page of its own query."""
    results = CheckResult.objects.filter(health_check__integration=integration).select_related("health_check")
    return results.order_by("-finished_at", "-pk")[:limit]
