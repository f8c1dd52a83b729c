"""Start lag: how late checks begin at 10,000 a minute while one in twenty hangs, under Celery with its own beat."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from benchmarks.databases import OwnDatabase, postgresql_database, sqlite_database, why_no_postgresql
from benchmarks.processes import cpu_seconds, run_job
from benchmarks.report import Line, Report
from benchmarks.sizes import seconds, size
from benchmarks.target_server import Targets, serving_targets
from benchmarks.workers import celery_worker, wait_for_rows

TICK_MS = 2_000  # how often beat asks for a poll
LIMIT_MS, AIM_MS = TICK_MS + 250, 50
_INTERVAL = 60
_HANGING = 20  # every so many
_WARM_UP = 6.0


def run(report: Report) -> None:
    """The distribution of started_at − due instant of every check due within the window."""
    with serving_targets() as targets:
        settings = {"PROBE_ALLOWED_TARGETS": f"127.0.0.0/8:{targets.port}"}
        with sqlite_database(**settings) as database:
            _measure(report, database, targets)
        if reason := why_no_postgresql():
            report.leave_out(f"start lag on PostgreSQL: {reason}")
            return
        with postgresql_database(**settings) as database:
            _measure(report, database, targets)


def _measure(report: Report, database: OwnDatabase, targets: Targets) -> None:
    count, window, hangs = size("LAG_CHECKS", 10_000), seconds("LAG_SECONDS", 20), seconds("LAG_HANG_SECONDS", 8)
    urls = [targets.url(n, "/hang" if n % _HANGING == 0 else "/health") for n in range(count)]
    run_job("start_lag", database.env, do="make", urls=urls, interval=_INTERVAL, timeout_ms=int(hangs * 1000))
    with celery_worker(database, queues="poll", beat=True) as worker:
        wait_for_rows(database, "SELECT count(*) FROM partnerships_checkresult", count=1, patience=60)
        time.sleep(_WARM_UP)  # what fell due while the worker was starting is caught up with
        start, used = datetime.now(UTC), cpu_seconds(worker.pid)
        time.sleep(window)
        used = cpu_seconds(worker.pid) - used
        time.sleep(hangs + 2)
    end = start + timedelta(seconds=window)
    found = run_job("start_lag", database.env, do="read", start=start.isoformat(), end=end.isoformat())
    report.note(
        f"{database.engine}: {count:,} checks a minute, {100 / _HANGING:.0f} % hanging {hangs:.0f} s each, "
        f"{window:.0f} s of schedule: {found['seen']:,} of {found['due']:,} due checks started; "
        f"ms late p50 {found['p50']:.1f}, p95 {found['p95']:.1f}, p99 {found['p99']:.1f}, max {found['max']:.1f}; "
        f"worker at {100 * used / window:.0f} % of a core"
    )
    late = found["p99"] if found["seen"] >= found["due"] else float("inf")
    what = f"start lag p99, {count:,} checks a minute under Celery, {database.engine}"
    limit = f"tick + 250 ms (aim {AIM_MS} ms)"
    report.add(Line(what, f"{late:.1f} ms", limit, f"{LIMIT_MS:,} ms", LIMIT_MS / late, gate=1, aim=LIMIT_MS / AIM_MS))
