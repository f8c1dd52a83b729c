"""Several checks as one: the worst of them at each instant, by sweep line, so that no second of downtime is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from partnerships.health.uptime import Span

# The first of these that any check is in. A check in maintenance, paused or not yet monitored says nothing; an unknown
# one keeps the whole from being called up, and hides no trouble of another.
_ORDER = ("down", "degraded", "unknown", "pending", "up", "maintenance", "outside_hours", "paused")


def worst_timeline(timelines: Iterable[Sequence[Span]]) -> list[Span]:
    """One timeline: at each instant the worst state of those that have a span there."""
    changes = _changes(timelines)
    active: Counter[str] = Counter()
    worst: list[Span] = []
    for moment, entered, left in changes:
        active.update(entered)
        active.subtract(left)
        state = next((state for state in _ORDER if active[state] > 0), None)
        _turn(worst, moment, state)
    return [span for span in worst if span.end is None or span.end > span.start]


def _changes(timelines: Iterable[Sequence[Span]]) -> list[tuple[int, list[str], list[str]]]:
    by_moment: dict[int, tuple[list[str], list[str]]] = {}
    for timeline in timelines:
        for span in timeline:
            by_moment.setdefault(span.start, ([], []))[0].append(span.state)
            if span.end is not None:
                by_moment.setdefault(span.end, ([], []))[1].append(span.state)
    return [(moment, entered, left) for moment, (entered, left) in sorted(by_moment.items())]


def _turn(worst: list[Span], moment: int, state: str | None) -> None:
    """Ends the last span at this moment and begins another, unless the state stays."""
    if worst and worst[-1].end is None:
        last = worst[-1]
        if last.state == state:
            return
        worst[-1] = Span(last.start, moment, last.state)
    if state is not None:
        worst.append(Span(moment, None, state))
