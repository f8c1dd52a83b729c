"""Steady load: 10,000 checks every 30 s, one in twenty hanging, beside Prometheus with its exporter."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from benchmarks import prometheus
from benchmarks.databases import OwnDatabase, postgresql_database, sqlite_database, why_no_postgresql
from benchmarks.jobs.start_lag import NEVER_MS
from benchmarks.processes import run_job
from benchmarks.report import Line, Report
from benchmarks.sizes import seconds, size
from benchmarks.target_server import Targets, serving_targets
from benchmarks.usage import Usage, watch
from benchmarks.workers import celery_worker, own_broker, wait_for_rows

LIMIT_MS = 50
_HANGING = 20  # every so many
_RESULTS = "SELECT count(*) FROM partnerships_checkresult"


@dataclass(frozen=True)
class Measured:
    """What one side used, and the share of the load it carried."""

    usage: Usage
    done: float


def run(report: Report) -> None:
    """Both do the same for the same span, one after the other, against the same local server."""
    with serving_targets() as targets, own_broker() as broker:
        peer = _measure_peer(report, targets)
        settings = {"PROBE_ALLOWED_TARGETS": f"127.0.0.0/8:{targets.port}"}
        with sqlite_database(**settings) as database:
            _measure(report, database, targets, peer)
        if reason := why_no_postgresql():
            report.leave_out(f"steady load on PostgreSQL: {reason}")
            return
        with postgresql_database(**settings, REDIS_URL=broker) as database:
            _measure(report, database, targets, peer)


def _interval() -> int:
    return size("STEADY_INTERVAL", 30)


def _timeout() -> int:
    return size("STEADY_TIMEOUT", 10)


def _span() -> float:
    return _interval() * seconds("STEADY_INTERVALS", 4)


def _warm_up() -> float:
    """Until every check has started twice and those that hang are known to be down."""
    return seconds("STEADY_WARM_UP", 2 * _interval() + _timeout())


def _urls(targets: Targets) -> list[str]:
    count = size("STEADY_CHECKS", 10_000)
    return [targets.url(n, f"/{'hang' if n % _HANGING == 0 else 'health'}?check={n}") for n in range(count)]


def _measure(report: Report, database: OwnDatabase, targets: Targets, peer: Measured | None) -> None:
    urls, interval, timeout, span = _urls(targets), _interval(), _timeout(), _span()
    run_job("start_lag", database.env, do="make", urls=urls, interval=interval, timeout_ms=timeout * 1000)
    with celery_worker(database, queues="poll", beat=True) as worker:
        wait_for_rows(database, _RESULTS, count=1, patience=60)
        time.sleep(_warm_up())
        start = datetime.now(UTC)
        used = watch(span, pids=[worker.pid], database=database)
        end = start + timedelta(seconds=span)
        time.sleep(timeout + 3)
    found = run_job("start_lag", database.env, do="slots", start=start.isoformat(), end=end.isoformat())
    started = found["due"] - found["missed"]
    late = ", ".join(f"{name} {found[name]:.1f}" for name in ("p50", "p95", "p99", "max"))
    report.note(
        f"{database.engine}: {_load(urls)}: {started:,} of {found['due']:,} slots started, "
        f"{found['others']:,} retries; ms late {late}; "
        f"s between starts of a check {_quantiles(found['spacing'])}; {used}"
    )
    what = f"start lag p99, {len(urls):,} checks every {interval} s, one worker process, {database.engine}"
    p99 = found["p99"]
    shown = f"{p99:.1f} ms" if p99 < NEVER_MS else "over 1 % never started"
    report.add(Line(what, shown, "limit", f"{LIMIT_MS} ms", LIMIT_MS / p99, gate=1))
    if peer is not None:
        _compare(report, Measured(used, started / found["due"]), peer, database.engine)


def _compare(report: Report, ours: Measured, peer: Measured, engine: str) -> None:
    """What the load cost, beside the share of it that was carried: a small cost for half the work is no merit."""
    pair = f"Prometheus and blackbox exporter ({100 * peer.done:.1f} % carried)"
    load = f"the same load ({100 * ours.done:.1f} % carried)"
    cores, memory = (ours.usage.cores, peer.usage.cores), (ours.usage.peak_mb, peer.usage.peak_mb)
    mine, theirs = (f"{number:.2f} cores" for number in cores)
    report.add(Line(f"{load}, processor, {engine}", mine, pair, theirs, cores[1] / cores[0]))
    mine, theirs = (f"{number:,.0f} MB" for number in memory)
    report.add(Line(f"{load}, peak memory, {engine}", mine, pair, theirs, memory[1] / memory[0]))


def _measure_peer(report: Report, targets: Targets) -> Measured | None:
    """What both of its processes use; None where they are not installed."""
    if reason := prometheus.why_not():
        report.leave_out(f"steady load beside a peer: {reason}")
        return None
    urls, interval, timeout, span = _urls(targets), _interval(), _timeout(), _span()
    with prometheus.scraping(urls, interval=interval, timeout=timeout) as peer:
        time.sleep(_warm_up())
        used = watch(span, pids=[peer.scraper_pid, peer.exporter_pid])
        window = f"[{span:.0f}s]"
        scraped = peer.number(f'sum(count_over_time(up{{job="checks"}}{window}))')
        answered = peer.number(f'sum(sum_over_time(up{{job="checks"}}{window}))')
        succeeded = peer.number(f"sum(sum_over_time(probe_success{window}))")
        spacing = peer.spacing(interval)
    wanted = len(urls) * span / interval
    shares = {"done": scraped, "answered by the exporter": answered, "of a successful probe": succeeded}
    shown = ", ".join(f"{100 * number / wanted:.1f} % {what}" for what, number in shares.items())
    report.note(
        f"Prometheus and blackbox exporter: {_load(urls)}: of {wanted:,.0f} scrapes {shown}; its start lag is not "
        f"exposed; prometheus_target_interval_length_seconds since its start {_quantiles(spacing)}; {used}"
    )
    return Measured(used, answered / wanted)


def _load(urls: list[str]) -> str:
    hanging = f"{100 / _HANGING:.0f} % hanging {_timeout()} s each"
    return f"{len(urls):,} checks every {_interval()} s, {hanging}, {_span():.0f} s"


def _quantiles(found: dict[str, float]) -> str:
    return ", ".join(f"p{100 * float(quantile):.0f} {value:.3f}" for quantile, value in found.items())
