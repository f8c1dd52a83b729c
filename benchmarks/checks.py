"""Health checks per CPU-second over fresh connections, beside prometheus-blackbox-exporter and wrk."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import median

from benchmarks import blackbox, wrk
from benchmarks.databases import OwnDatabase, postgresql_database, sqlite_database, why_no_postgresql
from benchmarks.processes import run_job
from benchmarks.report import Line, Report
from benchmarks.sizes import size
from benchmarks.target_server import Targets, serving_targets

GATE, AIM = 2, 4


def run(report: Report) -> None:
    """Ours with and without storing, the exporter, and wrk, all against the same local server."""
    count, rounds = size("CHECKS", 5_000), size("CHECK_ROUNDS", 3)
    with serving_targets() as targets:
        urls = [targets.url(number) for number in range(count)]
        settings = {"PROBE_ALLOWED_TARGETS": f"127.0.0.0/8:{targets.port}"}
        report.note(
            f"{count:,} checks of status and JSON a round, median of {rounds} rounds, {targets.hosts} local addresses; "
            "processor time of the poller and, on PostgreSQL, of its backend"
        )
        peer = _measure_exporter(report, urls, rounds)
        with sqlite_database(**settings) as database:
            fetched = _poll(database, urls, rounds, stores=False)["rates"]
        _compare(report, "fetch and judge only (guard on, nothing stored)", fetched, peer)
        with sqlite_database(**settings) as database:
            stored = _poll(database, urls, rounds, stores=True)
        _compare(report, "whole check: claim, fetch, judge, store (SQLite)", stored["rates"], peer, is_gated=True)
        _compare(report, "the same, first round (every check opens its history)", [stored["first"]], peer)
        _poll_on_postgresql(report, urls, rounds, settings, peer)
        _compare_with_limit(report, targets, median(fetched), median(stored["rates"]))


def _measure_exporter(report: Report, urls: list[str], rounds: int) -> float | None:
    if not blackbox.is_installed():
        report.leave_out(f"checks beside a peer: {blackbox.WHY_NOT}")
        return None
    return median(blackbox.measure(urls, rounds=rounds))


def _poll(database: OwnDatabase, urls: list[str], rounds: int, *, stores: bool) -> dict[str, list[float]]:
    return run_job("poll", database.env, urls=urls, rounds=rounds, stores=stores)


def _compare(report: Report, what: str, rates: Iterable[float], peer: float | None, *, is_gated: bool = False) -> None:
    rate = median(rates)
    if peer is None:
        report.note(f"{what}: {rate:,.0f} per CPU-second, without a peer")
        return
    gates = {"gate": GATE, "aim": AIM} if is_gated else {}
    report.add(Line(what, f"{rate:,.0f} checks/CPU-s", "blackbox exporter", f"{peer:,.0f}", rate / peer, **gates))


def _poll_on_postgresql(
    report: Report, urls: list[str], rounds: int, settings: dict[str, str], peer: float | None
) -> None:
    if reason := why_no_postgresql():
        report.leave_out(f"checks stored in PostgreSQL: {reason}")
        return
    with postgresql_database(**settings) as database:
        stored = _poll(database, urls, rounds, stores=True)
    _compare(report, "whole check, PostgreSQL", stored["rates"], peer, is_gated=True)


def _compare_with_limit(report: Report, targets: Targets, fetched: float, stored: float) -> None:
    if not wrk.is_installed():
        report.leave_out(f"checks beside their limit: {wrk.WHY_NOT}")
        return
    limit = wrk.measure(targets.url(0), seconds=size("WRK_SECONDS", 3))
    shown = f"{limit:,.0f} requests/CPU-s"
    report.add(Line("fetch and judge only, share of the limit", f"{fetched:,.0f}", "wrk", shown, fetched / limit))
    report.add(Line("whole check, share of the limit", f"{stored:,.0f}", "wrk", shown, stored / limit))
