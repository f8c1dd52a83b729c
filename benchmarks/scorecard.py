"""Pages of a hundred metrics, and reading stored values."""

from __future__ import annotations

from benchmarks.databases import OwnDatabase, postgresql_database, sqlite_database, why_no_postgresql
from benchmarks.processes import run_job
from benchmarks.report import Line, Report
from benchmarks.sizes import size

PAGE_SECONDS, READ_SECONDS = 0.3, 0.005
PAGES = {"list": "/metrics/", "scorecard": "/metrics/scorecard/"}


def run(report: Report) -> None:
    """Both engines; the gate of the page is SQLite's."""
    with sqlite_database() as database:
        _measure(report, database)
    if reason := why_no_postgresql():
        report.leave_out(f"pages of metrics on PostgreSQL: {reason}")
        return
    with postgresql_database() as database:
        _measure(report, database)


def _measure(report: Report, database: OwnDatabase) -> None:
    metrics = size("PAGE_METRICS", 100)
    paths = list(PAGES.values())
    found = run_job("scorecard", database.env, metrics=metrics, paths=paths, rounds=size("PAGE_ROUNDS", 9))
    for name, path in PAGES.items():
        page = found["pages"][path]
        report.note(f"{path}, {database.engine}: {page['queries']} queries, {1000 * page['sql']:.0f} ms of SQL")
        report.add(_line(f"{name} of {metrics} metrics, {database.engine}", page["seconds"], "limit", PAGE_SECONDS))
    report.add(_line(f"reading 185 stored values, SQL, {database.engine}", found["read"], "limit", READ_SECONDS))


def _line(what: str, ours: float, peer: str, limit: float) -> Line:
    return Line(what, f"{1000 * ours:,.1f} ms", peer, f"{1000 * limit:,.0f} ms", limit / ours, gate=1.0)
