"""Rebuilding the clocks of many tickets from their events, beside the same without storing, and by hand-written SQL."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from benchmarks.jobs.desk_rows import fill_histories
from benchmarks.jobs.setup import run

CLOCKS = 8
_BATCH = 200  # As rebuild_clocks takes them.
# Every ticket here has the same steps, which is what makes one statement enough. Calendar time only, and no promises.
_BY_HAND = """
CREATE UNLOGGED TABLE bench_clocks AS
SELECT ticket_id, clock.*
FROM (SELECT ticket_id, min(at) FILTER (WHERE kind = 'opened') AS opened,
             min(at) FILTER (WHERE kind = 'reply') AS answered,
             min(at) FILTER (WHERE kind = 'customer') AS asked, max(at) FILTER (WHERE new_state = 'solved') AS solved,
             max(at) FILTER (WHERE new_state = 'open') - min(at) FILTER (WHERE new_state = 'pending_customer') AS waited
      FROM support_ticketevent GROUP BY 1) ticket
CROSS JOIN LATERAL (VALUES
    ('first_reply', opened, answered, answered - opened, 'fulfilled'),
    ('next_reply', asked, solved, solved - asked - waited, 'cancelled'),
    ('periodic_update', answered, solved, solved - answered - waited, 'cancelled'),
    ('requester_wait', opened, solved, solved - opened - waited, 'fulfilled'),
    ('agent_work', opened, solved, solved - opened - waited, 'fulfilled'),
    ('customer_wait', opened, solved, solved - opened - waited, 'fulfilled'),
    ('first_resolution', opened, solved, solved - opened, 'fulfilled'),
    ('full_resolution', opened, solved, solved - opened, 'fulfilled')
) clock (metric, started_at, ended_at, elapsed, state)
"""
_DIFFERENCES = """
SELECT count(*) FROM bench_clocks b FULL JOIN support_ticketclock c USING (ticket_id, metric)
WHERE (b.started_at, b.ended_at, b.state, extract(epoch FROM b.elapsed) * 1000000)
      IS DISTINCT FROM (c.started_at, c.ended_at, c.state::text, c.elapsed_calendar_us)
"""


def measure(*, tickets: int) -> dict[str, Any]:
    """Seconds of a first rebuild, of one that finds nothing to change, of deriving alone, and by hand on PostgreSQL."""
    from support.models import TicketClock
    from support.services.clocks import rebuild_clocks

    fill_histories(tickets, policy_version=_make_policy())
    first = _seconds(rebuild_clocks)
    stored = TicketClock.objects.count()
    if stored != CLOCKS * tickets:
        raise RuntimeError(f"{stored} clocks of {tickets} tickets")
    again = _seconds(rebuild_clocks)
    return {"first": first, "again": again, "derived": _seconds(lambda: _derive(tickets)), "by_hand": _by_hand()}


def _seconds(act: Callable[[], Any]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _make_policy() -> int:
    """Promises for every clock, in business hours."""
    from django.utils import timezone

    from support.models import ClockMetric, SlaPolicy, SlaPolicyVersion

    policy = SlaPolicy.objects.create(name="Benchmark")
    targets = {metric.value: {"seconds": 8 * 3600, "hours": "business"} for metric in ClockMetric}
    return SlaPolicyVersion.objects.create(policy=policy, number=1, targets=targets, created_at=timezone.now()).pk


def _derive(tickets: int) -> None:
    from support.selectors.ticket_clocks import derive_ticket_clocks

    for first in range(1, tickets + 1, _BATCH):
        derive_ticket_clocks(range(first, min(first + _BATCH, tickets + 1)))


def _by_hand() -> float | None:
    """Its seconds on PostgreSQL; RuntimeError where a clock is not ours."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        spent = _seconds(lambda: cursor.execute(_BY_HAND))
        cursor.execute(_DIFFERENCES)
        differences = cursor.fetchone()[0]
    if differences:
        raise RuntimeError(f"{differences} clocks differ from those by hand")
    return spent


if __name__ == "__main__":
    run(measure)
