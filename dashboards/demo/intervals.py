"""A check's invented past as contiguous intervals, and the exact hours that follow from them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from dashboards.demo.catalogue import PRODUCTION, TROUBLED, Planned
from dashboards.demo.story import Story

HOUR = timedelta(hours=1)
HOUR_US = 3_600_000_000
_US = timedelta(microseconds=1)


@dataclass(frozen=True)
class Span:
    """One stretch [start, end) in one state."""

    state: str
    start: datetime
    end: datetime
    reason: str = ""


def poller_gaps(story: Story) -> list[Span]:
    """When our own poller was dead: unknown on every check at once, three times in two years."""
    rng = story.rng("poller")
    gaps = []
    for days, hours in ((611, 0.7), (304, 5.5), (118, 1.4)):
        start = story.now.replace(minute=0, second=0) - timedelta(days=days, hours=rng.uniform(0, 10))
        gaps.append(Span("unknown", _whole(start), _whole(start + timedelta(hours=hours)), "stale"))
    return gaps


def list_spans(story: Story, planned: Planned, gaps: Sequence[Span]) -> list[Span]:
    """The check's whole past from the start of monitoring to the end of the story; the last span reaches it."""
    rng = story.rng(f"intervals/{planned.name}")
    begin = story.now.replace(minute=0, second=0) - timedelta(days=planned.tiers[0][0])
    troubles = [*_troubles(rng, story, planned, begin), *(gap for gap in gaps if gap.start > begin)]
    troubles.sort(key=lambda span: span.start)
    spans: list[Span] = []
    at = begin
    for trouble in troubles:
        if trouble.start <= at or trouble.end >= story.now - HOUR:
            continue
        spans += [Span("up", at, trouble.start), trouble]
        at = trouble.end
    return [*spans, Span("up", at, story.now)]


def _troubles(rng: Random, story: Story, planned: Planned, begin: datetime) -> Iterator[Span]:
    months = (story.now - begin) / timedelta(days=30)
    down_minutes = 14.0 if planned.tier == PRODUCTION else 75.0
    for state, a_month, minutes in (("down", planned.outages, down_minutes), ("degraded", planned.slow, 35.0)):
        for _ in range(_poisson(rng, a_month * months)):
            start = begin + rng.random() * (story.now - begin)
            yield _trouble(rng, state, start, minutes)
    if planned.name == TROUBLED:
        for day in range(14, 1, -1):
            yield _trouble(rng, "down", story.now - timedelta(days=day, hours=rng.uniform(0, 6)), 110)


def _trouble(rng: Random, state: str, start: datetime, minutes: float) -> Span:
    length = timedelta(minutes=max(rng.lognormvariate(0, 0.9) * minutes, 0.5))
    reason = rng.choice(("timeout", "status", "refused")) if state == "down" else "latency"
    return Span(state, _whole(start), _whole(start + length), reason)


def _poisson(rng: Random, mean: float) -> int:
    """A Poisson draw by exponential gaps."""
    count, at = 0, rng.expovariate(1)
    while at < mean:
        count += 1
        at += rng.expovariate(1)
    return count


def _whole(moment: datetime) -> datetime:
    """The moment to the second, as probes are planned."""
    return moment.replace(microsecond=0)


def list_hours(spans: Sequence[Span], until: datetime) -> Iterator[tuple[datetime, dict[str, int]]]:
    """Microseconds by state for each whole hour from the first span's start to `until`; both lie on the hour."""
    hour, position = spans[0].start, 0
    while hour < until:
        end = hour + HOUR
        if spans[position].end >= end:
            yield hour, {spans[position].state: HOUR_US}
        else:
            yield hour, _mixed_hour(spans, position, hour, end)
        while position < len(spans) - 1 and spans[position].end <= end:
            position += 1
        hour = end


def _mixed_hour(spans: Sequence[Span], position: int, hour: datetime, end: datetime) -> dict[str, int]:
    shares: dict[str, int] = {}
    while position < len(spans) and spans[position].start < end:
        span = spans[position]
        overlap = min(span.end, end) - max(span.start, hour)
        shares[span.state] = shares.get(span.state, 0) + overlap // _US
        position += 1
    return shares
