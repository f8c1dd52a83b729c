"""Ninety daily bars of uptime for many integrations, and their exact uptime, from days beside intervals."""

from __future__ import annotations

from benchmarks.databases import OwnDatabase, postgresql_database, sqlite_database, why_no_postgresql
from benchmarks.processes import run_job
from benchmarks.report import Line, Report
from benchmarks.sizes import size

SQL_SECONDS = 0.05


def run(report: Report) -> None:
    """Both engines."""
    with sqlite_database() as database:
        _measure(report, database)
    if reason := why_no_postgresql():
        report.leave_out(f"bars on PostgreSQL: {reason}")
        return
    with postgresql_database() as database:
        _measure(report, database)


def _measure(report: Report, database: OwnDatabase) -> None:
    count, outages = size("BARS", 500), size("BARS_OUTAGES", 40)
    found = run_job("bars", database.env, count=count, outages=outages, rounds=size("BARS_ROUNDS", 9))
    what = f"90 bars of {count} integrations"
    report.note(
        f"{database.engine}: {what} in {1000 * found['bars']:.0f} ms, of which SQL {1000 * found['bars_sql']:.1f} ms; "
        f"their uptime over 90 days in {1000 * found['windows']:.0f} ms, of which "
        f"SQL {1000 * found['windows_sql']:.1f} ms; {outages} outages each"
    )
    for name, sql in (("", found["bars_sql"]), (", exact uptime", found["windows_sql"])):
        shown = f"{1000 * sql:,.1f} ms"
        line = Line(f"{what}{name}, SQL, {database.engine}", shown, "limit", "50 ms", SQL_SECONDS / sql, gate=1)
        report.add(line)
    report.add(
        Line(
            f"{what}, {database.engine}",
            f"{1000 * found['bars']:,.0f} ms",
            "from intervals alone",
            f"{1000 * found['interval_bars']:,.0f} ms",
            found["interval_bars"] / found["bars"],
        )
    )
    ours, theirs = found["windows"], found["intervals"]
    report.add(
        Line(
            f"uptime of {count} integrations over 90 days, {database.engine}",
            f"{1000 * ours:,.0f} ms",
            "from intervals alone",
            f"{1000 * theirs:,.0f} ms",
            theirs / ours,
        )
    )
