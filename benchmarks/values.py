"""From one edited ticket to fresh exact values, at millions of rows, beside SQL, a materialized view and DuckDB."""

from __future__ import annotations

from typing import Any

from benchmarks.databases import OwnDatabase, postgresql_database, sqlite_database, why_no_postgresql
from benchmarks.processes import run_job
from benchmarks.report import Line, Report
from benchmarks.sizes import size

VIEW_GATE = 40  # times faster than refreshing the view
EDIT_SECONDS = 0.1
GROWTH_GATE = 1 / 1.5  # an edit at ten times the rows may take one and a half times as long


def run(report: Report) -> None:
    """SQLite at the smallest size; PostgreSQL at all three, each going back further in time."""
    small, middle, large = size("TICKETS_SMALL", 1e6), size("TICKETS", 5e6), size("TICKETS_LARGE", 10e6)
    with sqlite_database() as database:
        _measure(report, database, [small], peers_up_to=small)
    if reason := why_no_postgresql():
        report.leave_out(f"values on PostgreSQL, the materialized view and growth: {reason}")
        return
    with postgresql_database() as database:
        results = _measure(report, database, [small, middle, large], peers_up_to=middle)
    first, last = results[0], results[-1]
    what = f"edit → fresh at {last['rows']:,} tickets, equal rate a day, PostgreSQL"
    peer = f"at {first['rows']:,} tickets"
    report.add(Line(what, _ms(last["edit"]), peer, _ms(first["edit"]), first["edit"] / last["edit"], gate=GROWTH_GATE))


def _measure(report: Report, database: OwnDatabase, sizes: list[int], *, peers_up_to: int) -> list[dict[str, Any]]:
    per_day = size("TICKETS_A_DAY", 4566)
    job = {"sizes": sizes, "per_day": per_day, "edits": size("EDITS", 9), "peers_up_to": peers_up_to}
    results: list[dict[str, Any]] = run_job("ticket_values", database.env, patience=3600, **job)["results"]
    for found in results:
        _compare(report, database, found)
    return results


def _compare(report: Report, database: OwnDatabase, found: dict[str, Any]) -> None:
    where = f"{found['rows']:,} tickets, {database.engine}"
    report.note(
        f"{where}: {found['days']:,} days; one edit changed {found['changed']} stored values; "
        f"slowest edit {_ms(found['slowest'])}"
    )
    edit = f"edit → every affected value fresh, {where}"
    has_gate = database.is_postgresql and found["rows"] <= size("TICKETS", 5e6)
    report.add(_line(edit, found["edit"], "limit", EDIT_SECONDS, gate=1.0 if has_gate else None))
    if found["full"] is None:
        return
    report.note(f"DuckDB loaded the rows of {where} in {found['duckdb_load']:.1f} s, which its figure leaves out")
    report.add(_line(edit, found["edit"], "full recompute", found["full"]))
    full = f"full recompute, {where}"
    report.add(_line(full, found["full"], "DuckDB, fewer values", found["duckdb"]))
    if database.is_postgresql:
        report.add(_line(edit, found["edit"], "REFRESH MATERIALIZED VIEW", found["view"], gate=VIEW_GATE))
        report.add(_line(full, found["full"], "hand-written SQL, fewer values", found["sql"]))


def _line(what: str, ours: float, peer: str, theirs: float, gate: float | None = None) -> Line:
    return Line(what, _ms(ours), peer, _ms(theirs), theirs / ours, gate=gate)


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:,.0f} ms"
