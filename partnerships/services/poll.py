"""Polling: claim what is due, let the engine probe it, store in batches, until nothing is left or time is up."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue

from django.utils import timezone

from partnerships.fetching.build import build_transport
from partnerships.services.claims import (
    Claim,
    claim_due_checks,
    release_claims,
    schedule_new_checks,
)
from partnerships.services.probe_engine import Done, ProbeEngine, Sink, ease_collector
from partnerships.services.results import record_results

CLAIM_EVERY = 1.0  # seconds
FLUSH_AFTER = 0.25  # seconds that finished probes wait for company
LOOK_EVERY = 0.02  # seconds: to be woken for each of them would cost more than to store it
BATCH = 500
MAX_OUTSTANDING = 2_000
AHEAD = timedelta(seconds=2.5)  # a little more than the beat's tick: each check then starts at its own instant
NEW_AT_ONCE = 100  # new checks probed without waiting for their slot; more would be a herd
# Longer than any probe's timeout, so that no check is given up at the end of every session.
SESSION_SECONDS = 90.0

Clock = Callable[[], datetime]


@dataclass
class PollReport:
    """What one session did."""

    claimed: int = 0
    stored: int = 0
    transitions: int = 0
    given_up: int = 0


@dataclass
class _Session:
    engine: ProbeEngine
    clock: Clock
    ahead: timedelta
    sink: Sink = field(default_factory=SimpleQueue)
    outstanding: dict[tuple[int, str], Claim] = field(default_factory=dict)
    report: PollReport = field(default_factory=PollReport)
    is_full: bool = False
    claim_again_at: float = 0.0

    def claim(self, *, ahead: timedelta) -> int:
        """Takes what is due and hands it to the engine; returns how many."""
        room = min(BATCH, MAX_OUTSTANDING - len(self.outstanding))
        claims = claim_due_checks(at=self.clock(), ahead=ahead, limit=room) if room > 0 else []
        self.outstanding |= {(claim.check_id, claim.lease_token): claim for claim in claims}
        self.engine.submit(claims, self.sink)
        self.report.claimed += len(claims)
        self.is_full = len(claims) == BATCH
        self.claim_again_at = time.monotonic() + CLAIM_EVERY
        return len(claims)

    def claim_more(self) -> int:
        """Goes on only where it must, so that the worker is free for others.

        That is where more than a batch is due, or where a slow target would keep the next checks waiting.
        """
        if not self.outstanding or self.is_full:
            return self.claim(ahead=timedelta(0))
        if time.monotonic() >= self.claim_again_at and self._is_held_up():
            return self.claim(ahead=self.ahead)
        return 0

    def _is_held_up(self) -> bool:
        late = self.clock() - timedelta(seconds=CLAIM_EVERY)
        return any(claim.scheduled_for < late for claim in self.outstanding.values())

    def store(self, *, wait: float) -> None:
        """Stores what finishes within `wait` seconds, or within FLUSH_AFTER of the first that does."""
        done = _collect(self.sink, wait=wait)
        results = [one.result for one in done if one.result is not None]
        if results:
            recorded = record_results(results=results, at=self.clock())
            self.report.stored += recorded.stored
            self.report.transitions += len(recorded.transitions)
        self._give_back([one.claim for one in done if one.result is None])
        for one in done:
            self.outstanding.pop((one.claim.check_id, one.claim.lease_token), None)

    def give_up(self) -> None:
        """Ends what is still under way and gives its claims back."""
        self.engine.cancel(self.outstanding.values())
        while self.outstanding:
            self.store(wait=1.0)

    def _give_back(self, claims: list[Claim]) -> None:
        if claims:
            release_claims(claims=claims)
            self.report.given_up += len(claims)


def poll_due_checks(
    *,
    engine: ProbeEngine,
    clock: Clock = timezone.now,
    ahead: timedelta = timedelta(0),
    session_seconds: float = SESSION_SECONDS,
    new_at_once: int = NEW_AT_ONCE,
) -> PollReport:
    """Polls until nothing is due or under way, or `session_seconds` are over; a hanging target delays no other check.

    Any number may run at once, on any number of machines; killed at any instant, what was claimed is due again when
    its lease lapses, and nothing is stored twice.
    """
    session = _Session(engine=engine, clock=clock, ahead=ahead)
    schedule_new_checks(at=clock(), at_once=new_at_once)
    ends = time.monotonic() + session_seconds
    claimed = session.claim(ahead=ahead)
    while (claimed or session.outstanding) and time.monotonic() < ends:
        session.store(wait=CLAIM_EVERY)
        claimed = session.claim_more()
    session.give_up()
    return session.report


_engines: dict[int, ProbeEngine] = {}


def get_engine() -> ProbeEngine:
    """The engine of this process, started on first use; a forked child makes its own."""
    pid = os.getpid()
    if pid not in _engines:
        _engines.clear()
        _engines[pid] = ProbeEngine(build_transport, clock=timezone.now)
        _engines[pid].start()
        ease_collector()
    return _engines[pid]


def close_engine() -> None:
    """Ends the engine of this process, if it was started."""
    engine = _engines.pop(os.getpid(), None)
    if engine is not None:
        engine.close()


def _collect(sink: Sink, *, wait: float) -> list[Done]:
    """What is in the sink within `wait` seconds and, from the first on, within FLUSH_AFTER; at most BATCH."""
    done: list[Done] = []
    with suppress(Empty):
        done.append(sink.get(timeout=wait) if wait else sink.get_nowait())
        flush_at = time.monotonic() + FLUSH_AFTER
        while len(done) < BATCH and time.monotonic() < flush_at:
            if sink.empty():
                time.sleep(LOOK_EVERY)
            else:
                done.append(sink.get_nowait())
    return done
