"""How long something takes, and with how many queries."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any

from benchmarks.jobs.setup import timing


def times(act: Callable[[], Any], rounds: int, *, warm_up: int = 2) -> dict[str, float]:
    """Median seconds, median seconds of SQL and most queries of so many runs; those before load templates."""
    runs = []
    for _ in range(warm_up + rounds):
        sql: list[float] = []
        began = time.perf_counter()
        with timing(sql):
            act()
        runs.append((time.perf_counter() - began, sum(sql), len(sql)))
    seconds, spent, queries = zip(*runs[warm_up:], strict=True)
    return {"seconds": median(seconds), "sql": median(spent), "queries": max(queries)}
