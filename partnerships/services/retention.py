"""Raw results are kept for days; what is derived from them stays."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from partnerships.models import CheckResult, VantageResult

BATCH = 5_000
_WHEN = {CheckResult: "finished_at", VantageResult: "observed_at"}


def drop_old_results(*, at: datetime, days: int | None = None) -> int:
    """Deletes results that are more than `days` old (default: PROBE_RESULT_DAYS) and returns how many.

    In batches, each its own transaction, so that pollers need not wait.
    """
    before = at - timedelta(days=settings.PROBE_RESULT_DAYS if days is None else days)
    return sum(_drop(model, before) for model in (CheckResult, VantageResult))


def _drop(model: type[CheckResult | VantageResult], before: datetime) -> int:
    when, dropped = _WHEN[model], 0
    while True:
        old = model.objects.filter(**{f"{when}__lt": before}).order_by(when)
        ids = list(old.values_list("pk", flat=True)[:BATCH])
        if not ids:
            return dropped
        dropped += model.objects.filter(pk__in=ids).delete()[0]
