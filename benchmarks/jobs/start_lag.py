"""The checks of the start lag benchmark on their grid, and what their results say."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np

from benchmarks.jobs.setup import make_checks, run


def measure(*, do: str, **arguments: Any) -> dict[str, Any]:
    """Makes the checks, each due at its own next slot; or reads how late those due in a window began."""
    return _make(**arguments) if do == "make" else _read(**arguments)


def _make(*, urls: list[str], interval: int, timeout_ms: int) -> dict[str, Any]:
    from django.utils import timezone

    from partnerships.health.schedule import next_slot
    from partnerships.models import HealthCheck

    make_checks(urls, interval_seconds=interval, timeout_ms=timeout_ms)
    checks = list(HealthCheck.objects.only("pk"))
    now = timezone.now()
    for check in checks:
        check.next_due_at = next_slot(check.pk, interval, now)
    HealthCheck.objects.bulk_update(checks, ["next_due_at"], batch_size=500)
    return {}


def _read(*, start: str, end: str) -> dict[str, Any]:
    from partnerships.models import CheckResult

    first, last = datetime.fromisoformat(start), datetime.fromisoformat(end)
    rows = CheckResult.objects.filter(scheduled_for__gte=first, scheduled_for__lt=last)
    times = list(rows.values_list("health_check_id", "attempt", "scheduled_for", "started_at"))
    late = np.array([(began - due) / timedelta(milliseconds=1) for _, _, due, began in times])
    p50, p95, p99 = np.quantile(late, [0.5, 0.95, 0.99])
    regular = {check_id for check_id, attempt, _, _ in times if attempt == 1}
    due = _due(first, last)
    return {
        "seen": len(due & regular),
        "due": len(due),
        "p50": p50,
        "p95": p95,
        "p99": p99,
        "max": float(late.max()),
    }


def _due(first: datetime, last: datetime) -> set[int]:
    """The checks with a slot in the window, but for those that were suspect then and so have slots of their own."""
    from partnerships.health.schedule import next_slot
    from partnerships.models import HealthCheck

    checks = HealthCheck.objects.exclude(url__contains="/hang").values_list("pk", "interval_seconds")
    return {pk for pk, interval in checks if next_slot(pk, interval, first) < last}


if __name__ == "__main__":
    run(measure)
