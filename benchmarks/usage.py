"""What processes use over a span: processor time, peak memory, and how busy the machine was meanwhile."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from statistics import mean

import psycopg2

from benchmarks.databases import OwnDatabase, server_url
from benchmarks.processes import cpu_seconds, forget_peak_memory, own_memory_mb, peak_memory_mb

_LOOK_EVERY = 1.0


@dataclass(frozen=True)
class Usage:
    """Of process trees over a span, and of PostgreSQL's backends that served them, where there were any."""

    by_process: tuple[tuple[float, float, float], ...]  # cores, peak MB, MB at the end with shared pages counted once
    backend_cores: float
    load_average: float

    @property
    def cores(self) -> float:
        return sum(cores for cores, _, _ in self.by_process) + self.backend_cores

    @property
    def peak_mb(self) -> float:
        return sum(peak for _, peak, _ in self.by_process)

    def __str__(self) -> str:
        shown = " and ".join(
            f"{cores:.2f} cores, {peak:,.0f} MB at most ({own:,.0f} with shared pages counted once)"
            for cores, peak, own in self.by_process
        )
        backends = f", its PostgreSQL backends {self.backend_cores:.2f} cores" if self.backend_cores else ""
        return f"{shown}{backends}; load average {self.load_average:.1f} on {os.cpu_count()} cores"


def watch(span: float, *, pids: Iterable[int], database: OwnDatabase | None = None) -> Usage:
    """Waits for so many seconds and says what was used meanwhile."""
    roots, backends, loads = list(pids), _Backends(database), []
    for pid in roots:
        forget_peak_memory(pid)
    before, began = [cpu_seconds(pid) for pid in roots], time.monotonic()
    backends.look()
    while (left := began + span - time.monotonic()) > 0:
        time.sleep(min(left, _LOOK_EVERY))
        loads.append(os.getloadavg()[0])
        backends.look()
    took = time.monotonic() - began
    used = [(cpu_seconds(pid) - old) / took for pid, old in zip(roots, before, strict=True)]
    peaks, own = [peak_memory_mb(pid) for pid in roots], [own_memory_mb(pid) for pid in roots]
    return Usage(tuple(zip(used, peaks, own, strict=True)), backends.seconds() / took, mean(loads))


class _Backends:
    """Processor time of the backends of one database; what one does after the last look at it is not seen."""

    def __init__(self, database: OwnDatabase | None) -> None:
        self._name = database.url.rpartition("/")[2] if database and database.is_postgresql else ""
        self._first: dict[int, float] = {}
        self._last: dict[int, float] = {}

    def look(self) -> None:
        is_first_look = not self._last
        for pid in self._pids():
            self._last[pid] = cpu_seconds(pid)
            self._first.setdefault(pid, self._last[pid] if is_first_look else 0.0)

    def seconds(self) -> float:
        return sum(last - self._first[pid] for pid, last in self._last.items())

    def _pids(self) -> list[int]:
        if not self._name:
            return []
        with closing(psycopg2.connect(server_url())) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = %s", [self._name])
            return [pid for (pid,) in cursor.fetchall()]
