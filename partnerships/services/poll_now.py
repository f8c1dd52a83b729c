"""Polling on demand: some checks at once, in the caller's time, bounded by the longest of their timeouts."""

from __future__ import annotations

import time
from collections.abc import Iterable
from queue import Empty, SimpleQueue

from django.utils import timezone

from partnerships.services.claims import Claim, claim_check, release_claims
from partnerships.services.poll import Clock
from partnerships.services.probe_engine import Done, ProbeEngine, Sink
from partnerships.services.results import ProbeResult, record_results

MARGIN_SECONDS = 5.0


def poll_checks_now(
    *, check_ids: Iterable[int], engine: ProbeEngine, clock: Clock = timezone.now
) -> dict[int, ProbeResult]:
    """Probes these checks side by side and records what they measured, in one batch; returns the results by check.

    A check that is gone or being probed already is left out, as is one that gave no result in its time.
    """
    claims = [claim for check_id in check_ids if (claim := claim_check(check_id=check_id, at=clock())) is not None]
    if not claims:
        return {}
    sink: Sink = SimpleQueue()
    engine.submit(claims, sink)
    done = _collect(claims, sink)
    results = [one.result for one in done if one.result is not None]
    record_results(results=results, at=clock())
    given_up = [one.claim for one in done if one.result is None]
    if given_up:
        release_claims(claims=given_up)
    return {result.check_id: result for result in results}


def _collect(claims: list[Claim], sink: Sink) -> list[Done]:
    """What has ended within the longest timeout and a margin; the lease of what has not lapses by itself."""
    ends = time.monotonic() + max(claim.timeout_seconds for claim in claims) + MARGIN_SECONDS
    done: list[Done] = []
    try:
        while len(done) < len(claims):
            done.append(sink.get(timeout=max(ends - time.monotonic(), 0.0)))
    except Empty:
        pass
    return done
