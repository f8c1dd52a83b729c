"""Shards of due checks beside one Celery task for each check: same engine, same storing, same broker."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.databases import OwnDatabase, sqlite_database
from benchmarks.processes import cpu_seconds, run_job
from benchmarks.report import Line, Report
from benchmarks.sizes import size
from benchmarks.target_server import serving_targets
from benchmarks.workers import celery_worker, count_rows, own_broker, wait_for_rows

GATE = 15
_RESULTS = "SELECT count(*) FROM partnerships_checkresult"
_PATIENCE = 120


@dataclass(frozen=True)
class _Rate:
    """Checks per CPU-second of the worker and its children, and per second of wall clock."""

    by_cpu: float
    by_wall: float


def run(report: Report) -> None:
    """Both through a real worker and the same broker; only the worker's processor time counts."""
    in_shards, one_by_one = size("SHARD_CHECKS", 5_000), size("TASK_CHECKS", 400)
    with serving_targets() as targets, own_broker() as broker:
        # the broker without a server hands out one message at a time, slowly: fewer do, and waiting costs no CPU
        one_by_one = one_by_one if broker else min(one_by_one, 40)
        settings = {"PROBE_ALLOWED_TARGETS": f"127.0.0.0/8:{targets.port}", "REDIS_URL": broker}
        urls = [targets.url(number) for number in range(in_shards)]
        with sqlite_database(**settings) as database:
            ours = _measure(database, urls, "partnerships.poll_due_checks", "poll")
        with sqlite_database(**settings) as database:
            peer = _measure(database, urls[:one_by_one], "benchmarks.poll_one_check", "default")
    report.note(
        f"SQLite, {'Redis' if broker else 'filesystem'} broker, one worker process; "
        f"{in_shards:,} checks in shards of up to 500, "
        f"{one_by_one:,} as tasks of their own; "
        f"wall clock {ours.by_wall:,.0f} and {peer.by_wall:,.0f} checks/s"
    )
    name = "whole checks in shards through Celery"
    shown = f"{ours.by_cpu:,.0f} checks/CPU-s"
    report.add(
        Line(name, shown, "one Celery task per check", f"{peer.by_cpu:,.0f}", ours.by_cpu / peer.by_cpu, gate=GATE)
    )


def _measure(database: OwnDatabase, urls: list[str], task: str, queue: str) -> _Rate:
    """The rate of checks that are all due, after as many warm-up checks as make every import and connection."""
    run_job("celery_checks", database.env, do="make", urls=urls)
    with celery_worker(database, queues=queue) as worker:
        run_job("celery_checks", database.env, do="warm", task=task)
        wait_for_rows(database, _RESULTS, count=1, patience=_PATIENCE)
        before, used = count_rows(database, _RESULTS), cpu_seconds(worker.pid)
        run_job("celery_checks", database.env, do="send", task=task)
        took = wait_for_rows(database, _RESULTS, count=before + len(urls) - 1, patience=_PATIENCE)
        stored, used = count_rows(database, _RESULTS) - before, cpu_seconds(worker.pid) - used
    return _Rate(stored / used, stored / took)
