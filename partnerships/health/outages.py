"""Outages and what is said of them: how many, how long, how far apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from partnerships.health.uptime import STANDARD, Accounting, Span, Tally, Window, merge_ranges


@dataclass(frozen=True, slots=True)
class Outage:
    """One unbroken stretch of downtime in microseconds, whole even where a window cuts it; end None: it goes on."""

    start: int
    end: int | None

    def length(self, now: int) -> int:
        return (now if self.end is None else self.end) - self.start


@dataclass(frozen=True, slots=True)
class OutageFigures:
    """Of the outages that began in a window. Times in microseconds, None where there is nothing to tell.

    `mttr` is the mean length of those that ended, `mtbf` the good measured time divided by their number.
    """

    count: int
    mttr: int | None
    mtbf: int | None
    longest: int | None


def list_outages(
    spans: Sequence[Span],
    window: Window,
    *,
    maintenance: Sequence[tuple[int, int]] = (),
    accounting: Accounting = STANDARD,
) -> list[Outage]:
    """Outages that touch the effective window and last at least `min_outage_us`, in order."""
    bad = {"down", "unknown"} if accounting.unknown == "down" else {"down"}
    start, end = window.effective
    found = []
    for outage in _runs(spans, bad):
        for part in _outside_maintenance(outage, maintenance, accounting, window.now):
            touches = part.start < end and (part.end is None or part.end > start)
            if touches and part.length(window.now) >= max(accounting.min_outage_us, 1):
                found.append(part)
    return found


def outage_figures(outages: Sequence[Outage], counted: Tally, window: Window) -> OutageFigures:
    """The figures of one window; outages that began before it belong to the window before."""
    start, end = window.effective
    begun = [outage for outage in outages if start <= outage.start < end]
    ended = [outage.end - outage.start for outage in begun if outage.end is not None]
    lengths = [outage.length(window.now) for outage in begun]
    return OutageFigures(
        count=len(begun),
        mttr=sum(ended) // len(ended) if ended else None,
        mtbf=(counted.up + counted.degraded) // len(begun) if begun else None,
        longest=max(lengths, default=None),
    )


def _runs(spans: Sequence[Span], states: set[str]) -> list[Outage]:
    runs: list[Outage] = []
    for span in spans:
        if span.state not in states:
            continue
        if runs and runs[-1].end == span.start:
            runs[-1] = Outage(runs[-1].start, span.end)
        else:
            runs.append(Outage(span.start, span.end))
    return runs


def _outside_maintenance(
    outage: Outage, maintenance: Sequence[tuple[int, int]], accounting: Accounting, now: int
) -> list[Outage]:
    if accounting.maintenance == "measured" or not maintenance:
        return [outage]
    end = max(now, outage.start) if outage.end is None else outage.end
    parts = []
    at = outage.start
    for low, high in merge_ranges(maintenance, outage.start, end):
        if at < low:
            parts.append(Outage(at, low))
        at = high
    if at < end or (outage.end is None and at == outage.start):
        parts.append(Outage(at, outage.end))
    return parts
