"""Importing tickets: rows a second through the whole import, beside a raw COPY of the same file."""

from __future__ import annotations

import csv
import tempfile
import time
from contextlib import closing
from pathlib import Path

import psycopg2

from benchmarks.databases import OwnDatabase, postgresql_database, sqlite_database, why_no_postgresql
from benchmarks.processes import run_job
from benchmarks.report import Line, Report
from benchmarks.sizes import size
from benchmarks.ticket_files import KINDS

_NAMES = {"servicenow": "event log, six rows a ticket", "nyc311": "one row a ticket"}


def run(report: Report) -> None:
    """Each file on both engines, then once more unchanged: a second run reads everything and writes nothing."""
    wanted = {"servicenow": size("IMPORT_LOG_ROWS", 60_000), "nyc311": size("IMPORT_TICKET_ROWS", 20_000)}
    with tempfile.TemporaryDirectory(prefix="fieldlight-bench-") as folder:
        for mapping, rows in wanted.items():
            path = Path(folder) / f"{mapping}.csv"
            count = KINDS[mapping](path, rows)
            report.note(f"{mapping}: {count:,} rows, {path.stat().st_size / 2**20:.1f} MiB, {_NAMES[mapping]}")
            _measure(report, path, mapping, count)


def _measure(report: Report, path: Path, mapping: str, count: int) -> None:
    with sqlite_database() as database:
        lite = _import(database, path, mapping)
    what = f"import, {_NAMES[mapping]}"
    if reason := why_no_postgresql():
        report.leave_out(f"{what}, beside COPY on PostgreSQL: {reason}")
        report.note(f"{what}, SQLite: {count / lite['first']:,.0f} rows/s")
        return
    with postgresql_database() as database:
        copied = _copy_raw(database, path)
        full = _import(database, path, mapping)
    for name, seconds, peer, others in (
        (f"{what}, PostgreSQL", full["first"], "raw COPY to unlogged texts", copied),
        (f"{what}, SQLite", lite["first"], "raw COPY to unlogged texts", copied),
        (f"{what}, SQLite", lite["first"], "ours on PostgreSQL", full["first"]),
        (f"{what}, PostgreSQL, unchanged again", full["again"], "first run", full["first"]),
    ):
        report.add(Line(name, _rate(count, seconds), peer, _rate(count, others), others / seconds))


def _import(database: OwnDatabase, path: Path, mapping: str) -> dict[str, float]:
    return run_job("import_file", database.env, path=str(path), mapping=mapping)


def _copy_raw(database: OwnDatabase, path: Path) -> float:
    """Seconds that PostgreSQL takes to copy the file into a table of texts, which is as fast as rows get in."""
    with path.open(encoding="utf-8", newline="") as file:
        columns = ", ".join(f'"{name}" text' for name in next(csv.reader(file)))
    with closing(psycopg2.connect(database.url)) as connection, connection.cursor() as cursor, path.open("rb") as file:
        cursor.execute(f"CREATE UNLOGGED TABLE bench_staging ({columns})")
        connection.commit()
        began = time.perf_counter()
        cursor.copy_expert("COPY bench_staging FROM STDIN CSV HEADER", file)
        connection.commit()
        return time.perf_counter() - began


def _rate(rows: int, seconds: float) -> str:
    return f"{rows / seconds:,.0f} rows/s"
