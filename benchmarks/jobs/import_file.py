"""How long an import takes, and how long the same import once more."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from benchmarks.jobs.setup import run


def measure(*, path: str, mapping: str) -> dict[str, Any]:
    """Seconds of the first and of the second run; RuntimeError when a row was refused or the second changed any."""
    from django.utils import timezone

    from support.imports.loading import load_mapping
    from support.services.imports import import_tickets

    seconds = []
    for expected in ("created", "unchanged"):
        began = time.perf_counter()
        summary = import_tickets(file=Path(path), mapping=load_mapping(mapping), at=timezone.now())
        seconds.append(time.perf_counter() - began)
        if summary.refused or getattr(summary, expected) != summary.tickets:
            raise RuntimeError(f"not every ticket was {expected}: {summary}")
    return {"first": seconds[0], "again": seconds[1]}


if __name__ == "__main__":
    run(measure)
