"""What lies over the measured states without changing them: planned maintenance, in microseconds since 1970.

Time outside the service hours lies over both.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace

from partnerships.health.uptime import STANDARD, Accounting, Span, Tally, Window, merge_ranges, sum_tallies, tally

MAINTENANCE = "maintenance"
OUTSIDE_HOURS = "outside_hours"
Ranges = Sequence[tuple[int, int]]
"""Stretches [start, end) in order that do not touch each other, as `merge_ranges` gives them."""


def put_over(spans: Sequence[Span], covers: Sequence[Span]) -> list[Span]:
    """The timeline with the covers in place of what they cover; beyond the timeline they cover nothing.

    Covers are closed, in order and do not overlap. Neighbours in one state become one.
    """
    found: list[Span] = []
    for span in spans:
        at = span.start
        for cover in _touching(covers, span):
            low, high = max(cover.start, at), _earlier(cover.end, span.end)
            _append(found, Span(at, low, span.state))
            _append(found, Span(low, high, cover.state))
            at = max(at, high or at)
        _append(found, Span(at, span.end, span.state))
    return found


def put_maintenance_over(
    spans: Sequence[Span], planned: Ranges, *, now: int, accounting: Accounting = STANDARD
) -> list[Span]:
    """The timeline as the rules want it counted: maintenance as such, as up, or left as it was measured.

    What is planned for later than `now` covers nothing yet.
    """
    if accounting.maintenance == "measured" or not planned or not spans:
        return list(spans)
    state = "up" if accounting.maintenance == "up" else MAINTENANCE
    past = merge_ranges(planned, spans[0].start, now)
    return put_over(spans, [Span(low, high, state) for low, high in past])


def as_rules_want(spans: Sequence[Span], planned: Ranges, *, now: int, accounting: Accounting = STANDARD) -> list[Span]:
    """The timeline as the rules want it counted: under maintenance, and under what lies outside the hours."""
    found = put_maintenance_over(spans, planned, now=now, accounting=accounting)
    if accounting.service_hours is None or not found:
        return found
    closed = accounting.closed_ranges(found[0].start, now)
    return put_over(found, [Span(low, high, OUTSIDE_HOURS) for low, high in closed])


def split_tally(spans: Sequence[Span], window: Window, planned: Ranges) -> tuple[Tally, Tally]:
    """Time by state outside and inside planned maintenance; together they are the window's whole tally."""
    within = ranges_within(planned, *window.effective)
    if not within:
        return tally(spans, window), Tally()
    inside = sum_tallies(tally(spans, Window(low, high, window.now, window.monitored_from)) for low, high in within)
    return replace(tally(spans, window, maintenance=within), maintenance=0), inside


def as_counted(planned: Tally, accounting: Accounting) -> Tally:
    """Time inside planned maintenance in the class that the rules want it in."""
    if accounting.maintenance == "measured":
        return planned
    return Tally(up=planned.total) if accounting.maintenance == "up" else Tally(maintenance=planned.total)


def ranges_within(ranges: Ranges, start: int, end: int) -> list[tuple[int, int]]:
    """The parts of the ranges in [start, end)."""
    if not ranges:
        return []
    first = bisect_right(ranges, start, key=lambda one: one[1])
    last = bisect_left(ranges, end, key=lambda one: one[0])
    return merge_ranges(ranges[first:last], start, end)


def join_ranges(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The ranges in order, joined where they touch or overlap."""
    known = list(ranges)
    return merge_ranges(known, min(low for low, _ in known), max(high for _, high in known)) if known else []


def _touching(covers: Sequence[Span], span: Span) -> Sequence[Span]:
    first = bisect_right(covers, span.start, key=lambda cover: cover.end or 0)
    last = len(covers) if span.end is None else bisect_left(covers, span.end, key=lambda cover: cover.start)
    return covers[first:last]


def _earlier(first: int | None, second: int | None) -> int | None:
    return min((one for one in (first, second) if one is not None), default=None)


def _append(spans: list[Span], one: Span) -> None:
    """Unless it lasts no time; joined to the one before where the state stays."""
    if one.end is not None and one.end <= one.start:
        return
    if spans and spans[-1].state == one.state and spans[-1].end == one.start:
        spans[-1] = Span(spans[-1].start, one.end, one.state)
    else:
        spans.append(one)
