"""The checks of the start lag benchmark on their grid, and what their results say."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np

from benchmarks.jobs.setup import make_checks, run

NEVER_MS = 1e9


def measure(*, do: str, **arguments: Any) -> dict[str, Any]:
    """Makes the checks, each due at its own next slot; or reads how late those due in a window began."""
    return {"make": _make, "read": _read, "slots": _read_slots}[do](**arguments)


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


def _read_slots(*, start: str, end: str) -> dict[str, Any]:
    """How late every slot of every check's grid in the window began; one that never did is later than any other."""
    from partnerships.models import CheckResult

    first, last = datetime.fromisoformat(start), datetime.fromisoformat(end)
    rows = CheckResult.objects.filter(scheduled_for__gte=first, scheduled_for__lt=last).order_by("started_at")
    began: dict[tuple[int, datetime], datetime] = {}
    starts: dict[int, list[datetime]] = {}
    for check_id, slot, moment in rows.values_list("health_check_id", "scheduled_for", "started_at"):
        began.setdefault((check_id, slot), moment)
        starts.setdefault(check_id, []).append(moment)
    due = _slots(first, last)
    late = [(began[slot] - slot[1]) / timedelta(milliseconds=1) if slot in began else math.inf for slot in due]
    p50, p95, p99 = (_finite(one) for one in np.quantile(late, [0.5, 0.95, 0.99], method="inverted_cdf"))
    started = [one for one in late if one < math.inf]
    gaps = [(b - a).total_seconds() for moments in starts.values() for a, b in pairwise(moments)] or [math.nan]
    shown = [0.01, 0.5, 0.99]
    return {
        "due": len(due),
        "missed": len(due) - len(started),
        "others": len(began.keys() - due),
        "p50": p50,
        "p95": p95,
        "p99": p99,
        "max": max(started, default=0.0),
        "spacing": dict(zip(map(str, shown), np.quantile(gaps, shown).tolist(), strict=True)),
    }


def _finite(number: float) -> float:
    """JSON knows no infinity."""
    return min(float(number), NEVER_MS)


def _slots(first: datetime, last: datetime) -> set[tuple[int, datetime]]:
    """Every check's slots on the absolute grid, whatever its row says."""
    from partnerships.health.schedule import next_slot
    from partnerships.models import HealthCheck

    found = set()
    for pk, interval in HealthCheck.objects.values_list("pk", "interval_seconds"):
        slot = next_slot(pk, interval, first - timedelta(microseconds=1))
        while slot < last:
            found.add((pk, slot))
            slot += timedelta(seconds=interval)
    return found


if __name__ == "__main__":
    run(measure)
