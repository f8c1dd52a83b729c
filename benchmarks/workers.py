"""Real Celery workers of a benchmark, and waiting for what they store."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg2

from benchmarks.databases import OwnDatabase
from benchmarks.processes import free_port, running, wait_for_port

_WORKER = (sys.executable, "-m", "celery", "-A", "benchmarks.celery_app", "worker", "--loglevel=error")


@contextmanager
def celery_worker(
    database: OwnDatabase, *, queues: str, concurrency: int = 1, beat: bool = False
) -> Iterator[subprocess.Popen[bytes]]:
    """A worker with child processes, as deployments run it; with `beat` it also keeps the schedule."""
    command = [*_WORKER, "-Q", queues, "-c", str(concurrency), "--without-gossip", "--without-mingle"]
    if beat:
        command += ["--beat", "--schedule", str(database.folder / "schedule")]
    with running(command, env=database.env, log=database.folder / "worker.log") as process:
        yield process


@contextmanager
def own_broker() -> Iterator[str]:
    """The address of a Redis server of our own; empty, for the broker without a server, where it is not installed."""
    if not shutil.which("redis-server"):
        yield ""
        return
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="fieldlight-bench-") as folder:
        bounds = ["--bind", "127.0.0.1", "--port", str(port), "--dir", folder]
        with running(["redis-server", *bounds, "--save", "", "--appendonly", "no"]):
            wait_for_port(port)
            yield f"redis://127.0.0.1:{port}/0"


def count_rows(database: OwnDatabase, query: str) -> int:
    """The first number the query gives, read from outside Django."""
    connection = (
        psycopg2.connect(database.url)
        if database.is_postgresql
        else sqlite3.connect(database.url.removeprefix("sqlite:///"), timeout=20)
    )
    with closing(connection), closing(connection.cursor()) as cursor:
        cursor.execute(query)
        return int(cursor.fetchone()[0])


def wait_for_rows(database: OwnDatabase, query: str, *, count: int, patience: float) -> float:
    """Seconds until the query counts at least so many; TimeoutError with the worker's last words otherwise."""
    began = time.monotonic()
    while (found := count_rows(database, query)) < count:
        if time.monotonic() - began > patience:
            log = (database.folder / "worker.log").read_text(encoding="utf-8", errors="replace")
            raise TimeoutError(f"{found} of {count} after {patience:.0f} s\n{log[-2000:]}")
        time.sleep(0.05)
    return time.monotonic() - began
