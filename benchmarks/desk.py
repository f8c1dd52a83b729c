"""Lists of a million tickets at any depth, search among them, and django-helpdesk beside ours on fewer."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from benchmarks.databases import OwnDatabase, postgresql_database, sqlite_database, why_no_postgresql
from benchmarks.helpdesk import helpdesk_version, measure_helpdesk, why_no_helpdesk
from benchmarks.processes import run_job
from benchmarks.report import Line, Report
from benchmarks.sizes import size

LIMIT_SECONDS, LIMIT_QUERIES = 0.05, 10
_KINDS = {
    "lists": "rows and count of the list",
    "pages": "the list's whole page",
    "api": "API list of 50",
}
_PEERS = {"list": "list of what is open", "create": "opening one over the API", "api": "API list of 50"}


def run(report: Report) -> None:
    """Both engines, each with a million tickets, and with fewer beside the peer."""
    _measure(report, sqlite_database)
    if reason := why_no_postgresql():
        report.leave_out(f"lists of tickets on PostgreSQL: {reason}")
        return
    _measure(report, postgresql_database)


def _measure(report: Report, make: Any) -> None:
    database: AbstractContextManager[OwnDatabase] = make()
    with database as one:
        _measure_lists(report, one)
    if reason := why_no_helpdesk():
        report.leave_out(f"django-helpdesk beside ours: {reason}")
        return
    _measure_peer(report, make)


def _ask(database: OwnDatabase, tickets: int, *, with_search: bool) -> dict[str, Any]:
    job = {"tickets": tickets, "deep_page": size("DESK_PAGE", 10_000), "rounds": size("DESK_ROUNDS", 7)}
    return run_job("desk", database.env, patience=3600, **job, with_search=with_search)


def _measure_lists(report: Report, database: OwnDatabase) -> None:
    tickets = size("DESK_TICKETS", 1e6)
    found, where = _ask(database, tickets, with_search=True), f"{tickets:,} tickets, {database.engine}"
    for kind, what in _KINDS.items():
        for name, one in found[kind].items():
            report.note(f"{where}, {what}, {name}: {_said(one)}, {1000 * one['sql']:.1f} ms of SQL")
        plain = {name: one for name, one in found[kind].items() if " of " not in name}
        others = {name: one for name, one in found[kind].items() if name not in plain}
        slowest = max(others, key=lambda name: others[name]["seconds"])
        for name, one in (*plain.items(), (f"the slowest of {len(others)} others: {slowest}", others[slowest])):
            report.add(_limited(f"{what}, {name}, {where}", one))
    for one in found["search"].values():
        what = f"search, {one['tickets']:,} tickets with the word, first page and count, {where}"
        report.add(_line(what, one["ours"], "ILIKE over subjects and messages", one["naive"]))


def _measure_peer(report: Report, make: Any) -> None:
    tickets, rounds = size("DESK_PEER_TICKETS", 100_000), size("DESK_ROUNDS", 7)
    with make() as database:
        ours = _ask(database, tickets, with_search=False)
        where = f"{tickets:,} tickets, {database.engine}"
    with make(is_empty=True) as database:
        theirs = measure_helpdesk(database, tickets=tickets, rounds=rounds)
    found = {
        "list": ours["pages"]["page 1 of what waits for us"],
        "create": ours["create"],
        "api": ours["api"]["page 1"],
    }
    for name, what in _PEERS.items():
        report.add(_line(f"{what}, {where}", found[name], f"django-helpdesk {helpdesk_version()}", theirs[name]))


def _limited(what: str, one: dict[str, Any]) -> Line:
    """Beside the limits of time and queries; the ratio is that of the nearer one."""
    ratio = min(LIMIT_SECONDS / one["seconds"], LIMIT_QUERIES / one["queries"])
    limit = f"{1000 * LIMIT_SECONDS:.0f} ms, {LIMIT_QUERIES} queries"
    return Line(what, _said(one), "limit", limit, ratio, gate=1)


def _line(what: str, ours: dict[str, Any], peer: str, theirs: dict[str, Any]) -> Line:
    return Line(what, _said(ours), peer, _said(theirs), theirs["seconds"] / ours["seconds"])


def _said(one: dict[str, Any]) -> str:
    return f"{1000 * one['seconds']:,.1f} ms, {one['queries']} queries"
