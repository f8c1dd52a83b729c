"""Raw results are kept for days; what is derived from them stays."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from partnerships.models import CheckResult

BATCH = 5_000


def drop_old_results(*, at: datetime, days: int | None = None) -> int:
    """Deletes results that finished more than `days` ago (default: PROBE_RESULT_DAYS) and returns how many.

    In batches, each its own transaction, so that pollers need not wait.
    """
    before = at - timedelta(days=settings.PROBE_RESULT_DAYS if days is None else days)
    dropped = 0
    while True:
        old = CheckResult.objects.filter(finished_at__lt=before).order_by("finished_at")
        ids = list(old.values_list("pk", flat=True)[:BATCH])
        if not ids:
            return dropped
        dropped += CheckResult.objects.filter(pk__in=ids).delete()[0]
