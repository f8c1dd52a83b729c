"""Polling in turns: claim what is due soon, let the engine probe it, store in batches; probes go on between turns."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue

from django.utils import timezone

from foundation.fetching.build import build_transport
from partnerships.services.claims import (
    Claim,
    claim_due_checks,
    release_claims,
    schedule_new_checks,
)
from partnerships.services.probe_engine import Done, ProbeEngine, Sink, ease_interpreter
from partnerships.services.results import record_results

CLAIM_EVERY = 1.0  # seconds
FLUSH_AFTER = 0.25  # seconds that finished probes wait for company
LOOK_EVERY = 0.02  # seconds: to be woken for each of them would cost more than to store it
BATCH = 500
MAX_OUTSTANDING = 5_000
# Each check starts at its own instant, also while one turn is over and the message that brings the next (every two
# seconds, looked for once a second by the broker without a server) is on its way.
AHEAD = timedelta(seconds=6)
NEW_AT_ONCE = 100  # new checks probed without waiting for their slot; more would be a herd
TURN_SECONDS = 30.0  # then others who wait for the worker have theirs, and a worker that is to stop can

Clock = Callable[[], datetime]


@dataclass
class PollReport:
    """What one turn did."""

    claimed: int = 0
    stored: int = 0
    transitions: int = 0
    given_up: int = 0


class Poller:
    """Claims, probes and stores in turns. What a turn leaves under way goes on, and the next turn stores it.

    Any number may poll at once, on any number of machines; killed at any instant, what was claimed is due again when
    its lease lapses, and nothing is stored twice.
    """

    def __init__(
        self,
        engine: ProbeEngine,
        *,
        clock: Clock = timezone.now,
        ahead: timedelta = AHEAD,
        new_at_once: int = NEW_AT_ONCE,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._ahead = ahead
        self._new_at_once = new_at_once
        self._sink: Sink = SimpleQueue()
        self._outstanding: dict[tuple[int, str], Claim] = {}
        self._report = PollReport()
        self._is_stopping = False

    def ask_to_stop(self) -> None:
        """The turn that is being taken ends within a second or so."""
        self._is_stopping = True

    def take_turn(self, *, seconds: float = TURN_SECONDS) -> PollReport:
        """Polls until nothing is due or under way, or `seconds` are over; a hanging target delays no other check."""
        self._report = PollReport()
        schedule_new_checks(at=self._clock(), at_once=self._new_at_once)
        ends = time.monotonic() + seconds
        claim_at = 0.0
        while not self._is_stopping and (now := time.monotonic()) < ends:
            if now >= claim_at and self._claim() < BATCH:  # a full batch leaves more behind
                claim_at = now + CLAIM_EVERY
            if not self._outstanding:
                break
            self._store(wait=max(claim_at - time.monotonic(), 0))
        return self._report

    def stop(self) -> PollReport:
        """Gives up what is under way, and its claims back to whoever polls next."""
        self._report = PollReport()
        self._engine.cancel(self._outstanding.values())
        while self._outstanding:
            self._store(wait=1.0)
        return self._report

    def _claim(self) -> int:
        room = min(BATCH, MAX_OUTSTANDING - len(self._outstanding))
        claims = claim_due_checks(at=self._clock(), ahead=self._ahead, limit=room) if room > 0 else []
        self._outstanding |= {(claim.check_id, claim.lease_token): claim for claim in claims}
        self._engine.submit(claims, self._sink)
        self._report.claimed += len(claims)
        return len(claims)

    def _store(self, *, wait: float) -> None:
        """Stores what finishes within `wait` seconds, or within FLUSH_AFTER of the first that does."""
        done = _collect(self._sink, wait=wait)
        for one in done:  # also if storing fails: their leases lapse, and they are probed again
            self._outstanding.pop((one.claim.check_id, one.claim.lease_token), None)
        results = [one.result for one in done if one.result is not None]
        if results:
            recorded = record_results(results=results, at=self._clock())
            self._report.stored += recorded.stored
            self._report.transitions += len(recorded.transitions)
        self._give_back([one.claim for one in done if one.result is None])

    def _give_back(self, claims: list[Claim]) -> None:
        if claims:
            release_claims(claims=claims)
            self._report.given_up += len(claims)


def poll_due_checks(
    *,
    engine: ProbeEngine,
    clock: Clock = timezone.now,
    ahead: timedelta = timedelta(0),
    seconds: float = TURN_SECONDS,
    new_at_once: int = NEW_AT_ONCE,
) -> PollReport:
    """One turn that leaves nothing under way: what has not ended after `seconds` is given back."""
    poller = Poller(engine, clock=clock, ahead=ahead, new_at_once=new_at_once)
    turn, end = poller.take_turn(seconds=seconds), poller.stop()
    return PollReport(turn.claimed, turn.stored + end.stored, turn.transitions + end.transitions, end.given_up)


_engines: dict[int, ProbeEngine] = {}
_pollers: dict[int, Poller] = {}


def get_engine() -> ProbeEngine:
    """The engine of this process, started on first use; a forked child makes its own."""
    pid = os.getpid()
    if pid not in _engines:
        _engines.clear()
        _engines[pid] = ProbeEngine(build_transport, clock=timezone.now)
        _engines[pid].start()
        ease_interpreter()
    return _engines[pid]


def get_poller() -> Poller:
    """The poller of this process, whose turns follow one another."""
    pid = os.getpid()
    if pid not in _pollers:
        _pollers.clear()
        _pollers[pid] = Poller(get_engine())
    return _pollers[pid]


def ask_to_stop() -> None:
    """End this process's turn soon, if one is being taken."""
    poller = _pollers.get(os.getpid())
    if poller is not None:
        poller.ask_to_stop()


def close_engine() -> None:
    """Ends polling in this process, if it was begun: claims are given back, connections closed."""
    poller = _pollers.pop(os.getpid(), None)
    if poller is not None:
        poller.stop()
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
