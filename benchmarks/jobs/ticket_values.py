"""How long one edit takes to be in every value it affects and how long everything takes, at growing numbers of rows."""

from __future__ import annotations

import time
from datetime import timedelta
from statistics import median
from typing import Any

from benchmarks.jobs.peers import by_duckdb, by_sql, disagreements, refresh_view
from benchmarks.jobs.setup import run
from benchmarks.jobs.tickets import LAST, add_tickets

SOURCES = ("tickets_opened", "tickets_resolved", "ticket_backlog")


def measure(*, sizes: list[int], per_day: int, edits: int, peers_up_to: int) -> dict[str, Any]:
    """The results by size; peers only up to a size, as they take long beyond."""
    found, have = [], 0
    for size in sizes:
        add_tickets(have, size - have, per_day=per_day)
        with_peers = size <= peers_up_to
        full = _recompute_all() if with_peers or not have else _drain_seconds()
        runs = [_edit(number) for number in range(edits + 1)][1:]  # the first one warms up
        result: dict[str, Any] = {
            "rows": size,
            "days": size // per_day,
            "full": full if with_peers else None,
            "edit": median(seconds for seconds, _ in runs),
            "slowest": max(seconds for seconds, _ in runs),
            "changed": runs[-1][1],
        }
        found.append(result | (_peers(times=3 if size <= 1_000_000 else 1) if with_peers else {}))
        have = size
    return {"results": found}


def _peers(*, times: int) -> dict[str, Any]:
    """Their seconds; RuntimeError when a stored value is not theirs."""
    from django.db import connection

    loaded, duckdb, values = by_duckdb()
    found: dict[str, Any] = {"duckdb": duckdb, "duckdb_load": loaded, "sql": None, "view": None}
    wrong = disagreements(values)
    if connection.vendor == "postgresql":
        found["sql"], values = by_sql()
        wrong += disagreements(values)
        found["view"] = refresh_view(times)
    if wrong:
        raise RuntimeError(f"{len(wrong)} stored values differ from the peers': {wrong[:3]}")
    return found


def _recompute_all() -> float:
    from metrics.models import DirtyMark
    from metrics.services.marks import mark_all_days
    from metrics.sources import get_source

    DirtyMark.objects.all().delete()
    for key in SOURCES:
        mark_all_days(get_source(key))
    return _drain_seconds()


def _drain_seconds() -> float:
    began = time.perf_counter()
    _drain(days_a_batch=400)
    return time.perf_counter() - began


def _drain(**options: Any) -> list[Any]:
    from django.utils import timezone

    from metrics.models import DirtyMark
    from metrics.services.recompute import recompute_pending

    done = recompute_pending(at=timezone.now(), max_batches=100_000, now_please=True, **options)
    if DirtyMark.objects.exists():
        raise RuntimeError("marks were left over")
    return done


def _edit(number: int) -> tuple[float, int]:
    """A ticket resolved two minutes later than was believed: its day and all periods over it change."""
    from support.models import Ticket

    before = LAST - timedelta(days=3 + 5 * number)
    ticket = Ticket.objects.filter(resolved_at__lt=before).order_by("-resolved_at")[0]
    began = time.perf_counter()
    Ticket.objects.filter(pk=ticket.pk).update(resolved_at=ticket.resolved_at + timedelta(minutes=2))
    changed = sum(batch.changed for batch in _drain())
    return time.perf_counter() - began, changed


if __name__ == "__main__":
    run(measure)
