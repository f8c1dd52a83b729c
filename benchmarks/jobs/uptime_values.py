"""Uptime values over millions of check results on PostgreSQL, beside the same share by hand-written SQL."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

from benchmarks.jobs.setup import make_checks, run
from benchmarks.jobs.ticket_values import _drain

LAST = datetime(2026, 3, 2, tzinfo=UTC)
SOURCE, METRIC = "integration_uptime", "integration_uptime_production"
_RESULTS = """
INSERT INTO partnerships_checkresult (check_id, scheduled_for, attempt, started_at, finished_at, outcome, reason,
    detail, failed_assertion, headers, snippet, probe, latency_us, http_status)
SELECT check_id, due, 1, due, due + interval '80 ms',
       CASE WHEN mod(minute / 37 + check_id * 7, 211) = 0 THEN 'fail' ELSE 'ok' END,
       '', '', '', '{}', '', 'local', 80000, 200
FROM (SELECT id AS check_id, minute, %(last)s::timestamptz - make_interval(mins => minute::int) AS due
      FROM generate_series(1, %(minutes)s) AS minute CROSS JOIN partnerships_healthcheck) slots
"""
_HOURS = """
INSERT INTO partnerships_uptimehour
       (check_id, hour, tier, is_planned, up_us, degraded_us, down_us, unknown_us, paused_us)
SELECT check_id, date_trunc('hour', scheduled_for, 'UTC'), 'production', false,
       60000000 * count(*) FILTER (WHERE outcome = 'ok'), 0, 60000000 * count(*) FILTER (WHERE outcome = 'fail'), 0, 0
FROM partnerships_checkresult GROUP BY 1, 2
"""
_VALUES = """
SELECT grain, date_trunc(grain, scheduled_for, 'UTC') AS start,
       count(*) FILTER (WHERE outcome = 'ok')::float8 / count(*)
FROM partnerships_checkresult CROSS JOIN (VALUES ('day'), ('week'), ('month')) grains(grain) GROUP BY 1, 2
"""


def measure(*, results: int, checks: int, edits: int) -> dict[str, Any]:
    """Seconds of a full recompute, of an edit, of the query and of refreshing a view of it; values must agree."""
    from metrics.services.marks import mark_all_days
    from metrics.sources import get_source

    make_checks([f"http://127.0.0.1/{number}" for number in range(checks)], interval_seconds=60)
    _execute(_RESULTS, {"last": LAST, "minutes": results // checks})
    _execute(_HOURS)
    _execute("DELETE FROM metrics_dirtymark")
    _execute("ANALYZE")
    mark_all_days(get_source(SOURCE))
    full = _seconds(lambda: _drain(days_a_batch=400))
    query = _seconds(_compare)
    _execute(f"CREATE MATERIALIZED VIEW bench_uptime AS {_VALUES} WITH NO DATA")
    view = _seconds(lambda: _execute("REFRESH MATERIALIZED VIEW bench_uptime"))
    times = [_edit(number) for number in range(edits + 1)][1:]
    return {
        "full": full,
        "edit": median(times),
        "slowest": max(times),
        "view": view,
        "sql": query,
        "days": results // checks // 1440,
    }


def _edit(number: int) -> float:
    """A minute of one check turns out to have been down; its hour changes as the poller would change it."""
    from django.db.models import F

    from partnerships.models import UptimeHour

    hour = UptimeHour.objects.filter(hour__lt=LAST - timedelta(days=number), up_us__gt=0).order_by("-hour")[0]

    def change() -> None:
        UptimeHour.objects.filter(pk=hour.pk).update(up_us=F("up_us") - 1, down_us=F("down_us") + 1)
        _drain()

    return _seconds(change)


def _compare() -> None:
    """RuntimeError when a stored share is not the query's."""
    from metrics.models import PeriodValue

    rows = PeriodValue.objects.filter(version__metric__key=METRIC, segment="")
    stored = {(grain, f"{start:%F}"): value for grain, start, value in rows.values_list("grain", "start", "value")}
    wrong = [
        (grain, start) for grain, start, share in _execute(_VALUES) if abs(stored[grain, f"{start:%F}"] - share) > 1e-12
    ]
    if wrong:
        raise RuntimeError(f"{len(wrong)} stored shares are not the query's: {wrong[:3]}")


def _seconds(what: Any) -> float:
    began = time.perf_counter()
    what()
    return time.perf_counter() - began


def _execute(statement: str, values: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


if __name__ == "__main__":
    run(measure)
