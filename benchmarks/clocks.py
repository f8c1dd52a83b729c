"""All clocks of many tickets worked out anew from their events, beside the derivation alone and hand-written SQL."""

from __future__ import annotations

from benchmarks.databases import OwnDatabase, postgresql_database, sqlite_database, why_no_postgresql
from benchmarks.processes import run_job
from benchmarks.report import Line, Report
from benchmarks.sizes import size

CLOCKS = 8


def run(report: Report) -> None:
    """Both engines."""
    with sqlite_database() as database:
        _measure(report, database)
    if reason := why_no_postgresql():
        report.leave_out(f"clocks on PostgreSQL: {reason}")
        return
    with postgresql_database() as database:
        _measure(report, database)


def _measure(report: Report, database: OwnDatabase) -> None:
    tickets = size("CLOCK_TICKETS", 100_000)
    found = run_job("clocks", database.env, patience=3600, tickets=tickets)
    what = f"rebuild of {tickets:,} tickets × {CLOCKS} clocks, {database.engine}"
    peers = [
        (what, "first", "deriving alone, nothing stored", "derived"),
        (f"{what}, unchanged again", "again", "first rebuild", "first"),
    ]
    if found["by_hand"] is not None:
        peers.append((what, "first", "hand-written SQL, calendar hours, no promises", "by_hand"))
    for name, ours, peer, theirs in peers:
        report.add(
            Line(name, _rate(tickets, found[ours]), peer, _rate(tickets, found[theirs]), found[theirs] / found[ours])
        )


def _rate(tickets: int, seconds: float) -> str:
    return f"{tickets / seconds:,.0f} tickets/s"
