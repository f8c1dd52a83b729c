"""How long one edit takes to be in every value it affects, and how long everything takes."""

from __future__ import annotations

import time
from datetime import timedelta
from statistics import median
from typing import Any

from benchmarks.jobs.setup import run
from benchmarks.jobs.tickets import DAYS, fill_tickets

# The same population and the same numbers for three grains and no segments, which are fewer than ours.
_VIEW = """
CREATE MATERIALIZED VIEW bench_ticket_values AS
SELECT grain, date_trunc(grain, resolved_at, 'UTC') AS start, count(*) AS n, avg(hours) AS mean,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY hours) AS median,
       percentile_cont(0.9) WITHIN GROUP (ORDER BY hours) AS p90,
       avg((reopen_count > 0)::int) AS reopened
FROM (SELECT *, extract(epoch FROM resolved_at - opened_at)::float8 / 3600 AS hours FROM support_ticket
      WHERE resolved_at IS NOT NULL AND state NOT IN ('merged', 'spam')) tickets
CROSS JOIN (VALUES ('day'), ('week'), ('month')) grains(grain)
GROUP BY 1, 2
"""


def measure(*, tickets: int, edits: int) -> dict[str, Any]:
    """Seconds of the median edit, of a full recompute, and of refreshing the view where there is one."""
    from metrics.models import Metric

    fill_tickets(tickets)
    full = _recompute_all()
    runs = [_edit(number) for number in range(edits + 1)][1:]  # the first one warms up
    _verify()
    return {
        "full": full,
        "edit": median(seconds for seconds, _ in runs),
        "slowest": max(seconds for seconds, _ in runs),
        "changed": runs[-1][1]["changed"],
        "days_touched": runs[-1][1]["days"],
        "view": _refresh_view(),
        "days": DAYS,
        "metrics": Metric.objects.filter(versions__source__contains="ticket").count(),
    }


def _recompute_all() -> float:
    from metrics.services.marks import mark_all_days
    from metrics.sources import get_source

    for key in ("tickets_opened", "tickets_resolved", "ticket_backlog"):
        mark_all_days(get_source(key))
    began = time.perf_counter()
    _drain()
    return time.perf_counter() - began


def _edit(number: int) -> tuple[float, dict[str, int]]:
    """A ticket resolved half a day later than was believed: the old and the new day change, all periods over them."""
    from support.models import Ticket

    resolved = Ticket.objects.filter(resolved_at__isnull=False)
    ticket = resolved.order_by("-resolved_at")[(number + 1) * max(resolved.count() // 50, 1)]
    began = time.perf_counter()
    Ticket.objects.filter(pk=ticket.pk).update(resolved_at=ticket.resolved_at + timedelta(hours=12))
    batches = _drain()
    seconds = time.perf_counter() - began
    return seconds, {"changed": sum(batch.changed for batch in batches), "days": max(batch.days for batch in batches)}


def _drain() -> list[Any]:
    from django.utils import timezone

    from metrics.models import DirtyMark
    from metrics.services.recompute import recompute_pending

    done = recompute_pending(at=timezone.now(), max_batches=10_000, now_please=True)
    if DirtyMark.objects.exists():
        raise RuntimeError("marks were left over")
    return done


def _verify() -> None:
    from metrics.services.verify import verify_source
    from metrics.sources import get_source

    if differences := verify_source(get_source("tickets_resolved")):
        raise RuntimeError(f"{len(differences)} stored values differ from the rows: {differences[0]}")


def _refresh_view() -> float | None:
    from django.db import connection

    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute(_VIEW)
        times = []
        for _ in range(3):
            began = time.perf_counter()
            cursor.execute("REFRESH MATERIALIZED VIEW bench_ticket_values")
            times.append(time.perf_counter() - began)
    return median(times)


if __name__ == "__main__":
    run(measure)
