"""The same values by hand-written SQL, by a materialized view and by DuckDB, and whether they agree with ours."""

from __future__ import annotations

import csv
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

GRAINS = ("day", "week", "month", "quarter", "year")
TOLERANCE = 1e-9  # The peers add floating-point hours in an order of their own.
METRICS = {
    "tickets_resolved": 1,
    "ticket_resolution_hours_mean": 2,
    "ticket_resolution_hours_median": 3,
    "ticket_resolution_hours_p90": 4,
    "ticket_reopen_ratio": 5,
}
Values = dict[tuple[str, str], Sequence[float]]

_COUNTED = "resolved_at IS NOT NULL AND state NOT IN ('merged', 'spam')"
# Count, mean, median, p90 and reopen share for five grains; ours keeps these by priority too, and opened and backlog.
_VALUES = f"""
SELECT grain, date_trunc(grain, resolved_at, 'UTC') AS start, count(*) AS n, avg(hours) AS mean,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY hours) AS median,
       percentile_cont(0.9) WITHIN GROUP (ORDER BY hours) AS p90,
       avg((reopen_count > 0)::int)::float8 AS reopened
FROM (SELECT *, extract(epoch FROM resolved_at - opened_at)::float8 / 3600 AS hours
      FROM support_ticket WHERE {_COUNTED}) tickets
CROSS JOIN (VALUES {", ".join(f"('{grain}')" for grain in GRAINS)}) grains(grain)
GROUP BY 1, 2
"""
_DUCKDB = """
SELECT '{grain}', date_trunc('{grain}', resolved_at)::date, count(*), avg(hours), quantile_cont(hours, 0.5),
       quantile_cont(hours, 0.9), avg((reopen_count > 0)::int)
FROM tickets GROUP BY 2
"""


def by_sql() -> tuple[float, Values]:
    """Seconds that the hand-written query takes on PostgreSQL, and its values by grain and start."""
    from django.db import connection

    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(_VALUES)
        rows = cursor.fetchall()
    return time.perf_counter() - began, {(row[0], f"{row[1]:%Y-%m-%d}"): (0, *row[2:]) for row in rows}


def refresh_view(times: int) -> float:
    """Seconds of the quickest refresh of a materialized view of the same query on PostgreSQL."""
    from django.db import connection

    found = []
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE MATERIALIZED VIEW IF NOT EXISTS bench_ticket_values AS {_VALUES} WITH NO DATA")
        for _ in range(times):
            began = time.perf_counter()
            cursor.execute("REFRESH MATERIALIZED VIEW bench_ticket_values")
            found.append(time.perf_counter() - began)
        cursor.execute("DROP MATERIALIZED VIEW bench_ticket_values")
    return min(found)


def by_duckdb() -> tuple[float, float, Values]:
    """Seconds to load the rows into DuckDB, seconds of the same queries there, and their values."""
    import duckdb

    with tempfile.TemporaryDirectory(prefix="fieldlight-bench-") as folder:
        path = Path(folder) / "tickets.csv"
        began = time.perf_counter()
        _write_rows(path)
        peer = duckdb.connect()
        peer.execute(
            "CREATE TABLE tickets AS "
            "SELECT resolved_at, reopen_count, epoch(resolved_at - opened_at) / 3600.0 AS hours "
            f"FROM read_csv('{path}', header = false, columns = "
            "{'opened_at': 'TIMESTAMP', 'resolved_at': 'TIMESTAMP', 'reopen_count': 'INTEGER'})"
        )
        loaded = time.perf_counter() - began
    began = time.perf_counter()
    rows = [row for grain in GRAINS for row in peer.execute(_DUCKDB.format(grain=grain)).fetchall()]
    spent = time.perf_counter() - began
    return loaded, spent, {(row[0], str(row[1])): (0, *row[2:]) for row in rows}


def _write_rows(path: Path) -> None:
    from django.db import connection

    query = f"SELECT opened_at, resolved_at, reopen_count FROM support_ticket WHERE {_COUNTED}"
    with path.open("w", newline="", encoding="utf-8") as out, connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            in_utc = query.replace("opened_at, resolved_at", "opened_at::timestamp, resolved_at::timestamp")
            cursor.copy_expert(f"COPY ({in_utc}) TO STDOUT CSV", out)
            return
        cursor.execute(query)
        csv.writer(out).writerows(cursor.fetchall())


def disagreements(peer: Values) -> list[str]:
    """Stored values of the whole population that are not the peer's."""
    from metrics.models import PeriodValue

    stored = PeriodValue.objects.filter(segment="", grain__in=GRAINS, version__metric__key__in=METRICS)
    found, seen = [], 0
    for key, grain, start, value in stored.values_list("version__metric__key", "grain", "start", "value").iterator():
        wanted: Any = peer.get((grain, f"{start:%Y-%m-%d}"), [None] * 6)[METRICS[key]]
        seen += 1
        if wanted is None or value is None or abs(value - wanted) > TOLERANCE * max(abs(wanted), 1):
            found.append(f"{key} {grain} {start}: ours {value}, theirs {wanted}")
    if seen < len(peer) * len(METRICS):
        found.append(f"{seen} stored values, {len(peer) * len(METRICS)} of the peer")
    return found
