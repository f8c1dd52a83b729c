"""Processor time of a poll: everything due is claimed, fetched under guard, judged, and stored; or fetched only."""

from __future__ import annotations

import time
import uuid
from datetime import timedelta
from queue import SimpleQueue
from typing import Any

from benchmarks.jobs.setup import make_all_due, make_checks, own_cpu_seconds, run

_INTERVAL = 3600  # seconds: so rare a check makes its own connection each time


def poll(*, urls: list[str], rounds: int, stores: bool) -> dict[str, Any]:
    """Checks per CPU-second of each round after the first, which opens every check's history, and of that first."""
    from django.utils import timezone

    from foundation.fetching.build import build_transport
    from partnerships.services.probe_engine import ProbeEngine, ease_interpreter

    make_checks(urls, interval_seconds=_INTERVAL)
    rates = []
    with ProbeEngine(build_transport, clock=timezone.now) as engine:
        ease_interpreter()  # as every process does that polls
        for _ in range(rounds + 1):
            make_all_due(at=timezone.now())
            rates.append(_poll_and_store(engine) if stores else _fetch_only(engine))
    return {"first": rates[0], "rates": rates[1:]}


def _poll_and_store(engine: Any) -> float:
    from partnerships.models import CheckResult, Outcome
    from partnerships.services.poll import poll_due_checks

    used = own_cpu_seconds()
    stored = poll_due_checks(engine=engine).stored
    used = own_cpu_seconds() - used
    if not stored or CheckResult.objects.exclude(outcome=Outcome.OK).exists():
        raise RuntimeError("not every check was stored as ok")
    return stored / used


def _fetch_only(engine: Any) -> float:
    """Of carrying out claims that are ready in memory."""
    from django.utils import timezone

    from partnerships.models import HealthCheck, Outcome
    from partnerships.services.claims import Claim

    now = timezone.now()
    claims = [
        Claim(
            check_id=check.pk,
            kind=check.kind,
            url=check.url,
            config=check.config,
            timeout_seconds=check.timeout_ms / 1000,
            interval_seconds=check.interval_seconds,
            scheduled_for=now,
            attempt=1,
            lease_token=str(uuid.uuid4()),
            lease_until=now + timedelta(seconds=60),
        )
        for check in HealthCheck.objects.all()
    ]
    sink: Any = SimpleQueue()
    used = own_cpu_seconds()
    engine.submit(claims, sink)
    while sink.qsize() < len(claims):
        time.sleep(0.02)
    results = [sink.get_nowait().result for _ in claims]
    used = own_cpu_seconds() - used
    if not all(result is not None and result.outcome == Outcome.OK for result in results):
        raise RuntimeError("not every fetch was ok")
    return len(results) / used


if __name__ == "__main__":
    run(poll)
