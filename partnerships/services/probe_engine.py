"""Carrying out claims: an event loop in a thread of its own, each check started at its own instant.

The loop never touches the database; the calling thread takes finished probes from a queue and stores them.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from queue import SimpleQueue
from types import TracebackType
from typing import Self

import uvloop

from foundation.fetching.secrets import known_secrets, make_snippet
from foundation.fetching.transport import Response, Transport, TransportError
from partnerships.health.schedule import slot_number
from partnerships.models import Outcome
from partnerships.probes.base import Listener, Probe, Verdict, interesting_headers
from partnerships.probes.registry import get_probe
from partnerships.services.claims import Claim
from partnerships.services.results import ProbeResult

logger = logging.getLogger(__name__)

MAX_IN_FLIGHT = 500
KEEPALIVE_INTERVAL = 60  # seconds: a rarer check finds its connection closed anyway
FRESH_EVERY = 10  # so that names, certificates and connecting are truly tested
STOP_SECONDS = 5.0
_COLLECT_AFTER = (10_000, 20, 20)  # objects, then collections of the younger generation
_SWITCH_AFTER = (
    0.0005  # seconds that storing may keep the loop from starting a probe; Python's own are ten times as long
)

Clock = Callable[[], datetime]


def ease_interpreter() -> None:
    """Lets Python's collector of cycles leave alone what this process has loaded by now, and threads switch sooner.

    For processes that poll: collecting took half of their time with walking over Django's classes again and again,
    though probes and rows make hardly any cycles.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECT_AFTER)
    sys.setswitchinterval(_SWITCH_AFTER)


@dataclass(frozen=True)
class Done:
    """The end of one claim; `result` is None when it was given up before it could be measured."""

    claim: Claim
    result: ProbeResult | None


Sink = SimpleQueue[Done]


class ProbeEngine:
    """A running loop with one transport. Use as a context manager, or call start() and close()."""

    def __init__(
        self, make_transport: Callable[[], Transport], *, clock: Clock, max_in_flight: int = MAX_IN_FLIGHT
    ) -> None:
        self._make_transport = make_transport
        self._clock = clock
        self._max_in_flight = max_in_flight
        self._loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="probe-engine", daemon=True)
        self._transport: Transport | None = None
        self._places: asyncio.Semaphore | None = None
        self._tasks: dict[tuple[int, str], asyncio.Task[ProbeResult | None]] = {}

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> None:
        self._thread.start()

    def submit(self, claims: Iterable[Claim], sink: Sink) -> None:
        """Starts each claim at its own instant; exactly one Done for each comes to the sink."""
        self._loop.call_soon_threadsafe(self._start, list(claims), sink)

    def cancel(self, claims: Iterable[Claim]) -> None:
        """Gives these up; their Done without a result still comes."""
        self._loop.call_soon_threadsafe(self._cancel, list(claims))

    def close(self) -> None:
        """Stops all probes, closes all connections and ends the thread."""
        if not self._thread.is_alive():
            return
        asyncio.run_coroutine_threadsafe(self._shut_down(), self._loop).result(STOP_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(STOP_SECONDS)
        self._loop.close()

    def _start(self, claims: list[Claim], sink: Sink) -> None:
        for claim in claims:
            task = self._loop.create_task(self._carry_out(claim))
            self._tasks[claim.check_id, claim.lease_token] = task
            # a callback, for a task cancelled before it began runs none of its own code
            task.add_done_callback(partial(self._finish, claim, sink))

    def _cancel(self, claims: list[Claim]) -> None:
        for claim in claims:
            task = self._tasks.get((claim.check_id, claim.lease_token))
            if task is not None:
                task.cancel()

    async def _shut_down(self) -> None:
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._transport is not None:
            await self._transport.close()

    def _finish(self, claim: Claim, sink: Sink, task: asyncio.Task[ProbeResult | None]) -> None:
        self._tasks.pop((claim.check_id, claim.lease_token), None)
        if task.cancelled():
            result = None
        elif error := task.exception():
            logger.error("check %s was given up", claim.check_id, exc_info=error)
            result = None
        else:
            result = task.result()
        sink.put(Done(claim, result))

    async def _carry_out(self, claim: Claim) -> ProbeResult | None:
        """The probe's result; None when it was not its turn before the lease was over."""
        await asyncio.sleep(self._seconds_until(claim.scheduled_for))
        if self._places is None:
            self._places = asyncio.Semaphore(self._max_in_flight)
        with suppress(TimeoutError):
            async with self._places:
                # past its lease somebody else may probe it, so it is given up in time
                async with asyncio.timeout(self._seconds_until(claim.lease_until)):
                    return await self._probe(claim)
        return None

    def _seconds_until(self, moment: datetime) -> float:
        return max((moment - self._clock()).total_seconds(), 0)

    async def _probe(self, claim: Claim) -> ProbeResult:
        started_at, started = self._clock(), self._loop.time()
        response, verdict = await self._measure(claim)
        # elapsed time is monotonic: a wall clock set back would let a result end before it began
        elapsed = timedelta(seconds=self._loop.time() - started)
        return ProbeResult(
            check_id=claim.check_id,
            scheduled_for=claim.scheduled_for,
            attempt=claim.attempt,
            started_at=started_at,
            finished_at=started_at + elapsed,
            outcome=verdict.outcome,
            reason=verdict.reason,
            detail=verdict.detail,
            failed_assertion=verdict.failed_assertion,
            latency_us=response.latency_us if response else None,
            http_status=(response.status or None) if response else None,
            headers=interesting_headers(response) if response else {},
            snippet=_snippet(response, verdict),
            stories=verdict.stories,
            announcements=verdict.announcements,
            lease_token=claim.lease_token,
        )

    async def _measure(self, claim: Claim) -> tuple[Response | None, Verdict]:
        """What came back and what it means. A defect of ours is an outcome `error`, never the partner's."""
        response = None
        try:
            probe = get_probe(claim.kind)
            if isinstance(probe, Listener):
                return None, probe.judge(claim.last_beat_at, claim.config, at=self._clock())
            response, verdict = await self._ask(probe, claim)
        except Exception as error:
            logger.exception("check %s could not be measured", claim.check_id)
            return response, Verdict(Outcome.ERROR, reason="poller", detail=type(error).__name__)
        for warning in verdict.warnings:
            logger.warning("check %s: %s", claim.check_id, warning)
        return response, verdict

    async def _ask(self, probe: Probe, claim: Claim) -> tuple[Response | None, Verdict]:
        if self._transport is None:
            self._transport = self._make_transport()
        request = probe.build_request(
            claim.url, claim.config, timeout_seconds=claim.timeout_seconds, is_fresh=is_fresh(claim)
        )
        try:
            response = await self._transport.fetch(request)
        except TransportError as error:
            if error.is_ours:
                logger.warning("check %s: %s", claim.check_id, error)
            return None, probe.explain(error)
        return response, probe.evaluate(response, claim.config)


def is_fresh(claim: Claim) -> bool:
    """Whether this probe opens its own connection: rare checks always, frequent ones every tenth time."""
    if claim.interval_seconds > KEEPALIVE_INTERVAL:
        return True
    return slot_number(claim.check_id, claim.interval_seconds, claim.scheduled_for) % FRESH_EVERY == 0


def _snippet(response: Response | None, verdict: Verdict) -> str:
    """A piece of the body for whoever looks into a failure; nothing of a good answer is kept."""
    if response is None or verdict.outcome == Outcome.OK:
        return ""
    with suppress(UnicodeError):
        return make_snippet(response.body, known_secrets())
    return ""
