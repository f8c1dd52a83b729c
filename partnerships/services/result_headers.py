"""Reading the headers of new probe results once, behind the recording of results and never in its way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from partnerships.ledger.findings import GONE
from partnerships.ledger.quotas import TOO_MANY_REQUESTS
from partnerships.models import CheckResult, HealthCheck, ResultCursor
from partnerships.services.ledger_findings import record_findings
from partnerships.services.quotas import record_quotas

CURSOR = "headers"
SETTLED = timedelta(seconds=30)
"""Results younger than this wait: one with a lower number may still be on its way into the table."""
BATCH = 5_000
MAX_BATCHES = 20


@dataclass(frozen=True)
class SeenHeaders:
    """What one result kept of its answer."""

    check_id: int
    finished_at: datetime
    http_status: int | None
    headers: dict[str, str]


def read_result_headers(*, at: datetime) -> int:
    """Read what was recorded since the last time; how many results. Repeating or dying in between loses nothing."""
    read = 0
    for _ in range(MAX_BATCHES):
        count = _read_batch(at)
        read += count
        if count < BATCH:
            break
    return read


def _read_batch(at: datetime) -> int:
    """One batch and the cursor behind it, in one transaction."""
    ResultCursor.objects.get_or_create(name=CURSOR, defaults={"moved_at": at})
    with transaction.atomic():
        cursor = ResultCursor.objects.select_for_update().get(name=CURSOR)
        rows = _settled_rows(cursor.read_up_to, at)
        if not rows:
            return 0
        seen = [SeenHeaders(*row[1:]) for row in rows if row[4] or row[3] in (GONE, TOO_MANY_REQUESTS)]
        if seen:
            checks = HealthCheck.objects.select_related("integration__partner").in_bulk({one.check_id for one in seen})
            record_findings(seen=seen, checks=checks)
            record_quotas(seen=seen, checks=checks)
        cursor.read_up_to, cursor.moved_at = rows[-1][0], at
        cursor.save(update_fields=["read_up_to", "moved_at"])
    return len(rows)


def _settled_rows(after: int, at: datetime) -> list[tuple[Any, ...]]:
    """The next results in order of number, up to the first that is too young."""
    fields = ("pk", "health_check_id", "finished_at", "http_status", "headers")
    rows = list(CheckResult.objects.filter(pk__gt=after).order_by("pk").values_list(*fields)[:BATCH])
    young = next((place for place, row in enumerate(rows) if row[2] > at - SETTLED), len(rows))
    return rows[:young]
