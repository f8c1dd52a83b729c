"""From one edited ticket to fresh exact values, beside a full recompute and REFRESH MATERIALIZED VIEW."""

from __future__ import annotations

from typing import Any

from benchmarks.databases import OwnDatabase, postgresql_database, sqlite_database, why_no_postgresql
from benchmarks.processes import run_job
from benchmarks.report import Line, Report
from benchmarks.sizes import size

GATE = 40  # times faster than refreshing the view


def run(report: Report) -> None:
    """Both engines; a materialized view is PostgreSQL's alone."""
    tickets, edits = size("TICKETS", 200_000), size("EDITS", 9)
    with sqlite_database() as database:
        _measure(report, database, tickets, edits)
    if reason := why_no_postgresql():
        report.leave_out(f"fresh values on PostgreSQL, and the materialized view: {reason}")
        return
    with postgresql_database() as database:
        _measure(report, database, tickets, edits)


def _measure(report: Report, database: OwnDatabase, tickets: int, edits: int) -> None:
    found = run_job("edit_to_fresh", database.env, tickets=tickets, edits=edits)
    report.note(
        f"{database.engine}: {tickets:,} tickets over {found['days']:,} days, {found['metrics']} metrics with their "
        f"segments; one edit touched {found['days_touched']} days and changed {found['changed']} stored values; "
        f"median of {edits} edits, slowest {_ms(found['slowest'])}; verified equal to the rows afterwards"
    )
    what = f"edit → every affected value fresh, {database.engine}"
    _compare(report, what, found, "full recompute", found["full"])
    if database.is_postgresql:
        name = "REFRESH MATERIALIZED VIEW (day, week, month)"
        _compare(report, what, found, name, found["view"], gate=GATE)


def _compare(
    report: Report, what: str, found: dict[str, Any], peer: str, seconds: float, gate: float | None = None
) -> None:
    report.add(Line(what, _ms(found["edit"]), peer, _ms(seconds), seconds / found["edit"], gate=gate))


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:,.0f} ms"
