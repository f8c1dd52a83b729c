"""Uptime over millions of check results: an edit and everything, beside hand-written SQL and a materialized view."""

from __future__ import annotations

from benchmarks.databases import postgresql_database, why_no_postgresql
from benchmarks.processes import run_job
from benchmarks.report import Line, Report
from benchmarks.sizes import size

VIEW_GATE = 40


def run(report: Report) -> None:
    """PostgreSQL alone: its peers are."""
    if reason := why_no_postgresql():
        report.leave_out(f"uptime over check results: {reason}")
        return
    results, checks = size("RESULTS", 10e6), size("RESULT_CHECKS", 100)
    with postgresql_database() as database:
        found = run_job(
            "uptime_values", database.env, patience=3600, results=results, checks=checks, edits=size("EDITS", 9)
        )
    where = f"{results:,} check results"
    report.note(f"{where}: {checks} checks over {found['days']} days; slowest edit {1000 * found['slowest']:,.0f} ms")
    _add(report, f"edit → uptime fresh, {where}", found["edit"], "REFRESH MATERIALIZED VIEW", found["view"], VIEW_GATE)
    _add(report, f"edit → uptime fresh, {where}", found["edit"], "full recompute", found["full"])
    _add(report, f"full recompute of uptime, {where}", found["full"], "hand-written SQL", found["sql"])


def _add(report: Report, what: str, ours: float, peer: str, theirs: float, gate: float | None = None) -> None:
    report.add(Line(what, f"{1000 * ours:,.0f} ms", peer, f"{1000 * theirs:,.0f} ms", theirs / ours, gate=gate))
