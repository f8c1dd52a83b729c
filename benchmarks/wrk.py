"""The limit: wrk, a client written in C that does nothing but ask."""

from __future__ import annotations

import re
import resource
import shutil
import subprocess

WHY_NOT = "wrk is not installed (Debian package wrk)"


def is_installed() -> bool:
    return shutil.which("wrk") is not None


def measure(url: str, *, seconds: int) -> float:
    """Requests per CPU-second of wrk, each over a connection of its own."""
    before = _children_seconds()
    done = subprocess.run(
        ["wrk", "-t1", "-c64", f"-d{seconds}s", "-H", "Connection: close", url],
        capture_output=True,
        text=True,
        check=True,
        timeout=seconds + 30,
    )
    found = re.search(r"(\d+) requests in", done.stdout)
    if found is None or "Non-2xx" in done.stdout:
        raise RuntimeError(f"wrk said: {done.stdout[-500:]}")
    return int(found[1]) / (_children_seconds() - before)


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
