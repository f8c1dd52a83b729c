"""The old part of the backlog: tickets as they come of age while they are open, and as they leave.

An age is reached without anybody writing anything, so it counts once a night has followed it: tickets are in it, coming
and leaving, that were of age by the last midnight.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
from django.db.models import Q, QuerySet

from metrics.frame import MISSING, Frame, Integers, empty_frame, join_frames, microsecond_of
from metrics.gather import Microseconds, gather_frame
from metrics.hours import HOUR
from metrics.selectors.follow_ups import followed_at
from metrics.sources import MetricSource, register_source
from support.metric_sources import frames
from support.metric_sources.sources import captures_of
from support.models import Ticket
from support.models.ticket import ENDED_AT

SOURCE = "ticket_backlog_age"
AGES = {"over_7_days": timedelta(days=7), "over_30_days": timedelta(days=30)}
_ENDS = ("resolved_at", "closed_at")
_MICROSECOND = timedelta(microseconds=1)
_NEVER = np.iinfo(np.int64).max


def _gather(tickets: "QuerySet[Ticket]") -> Frame:
    """The tickets by when they were opened, with when they ended: never, where they have not."""
    columns = frames.columns_of()
    frame = gather_frame(
        tickets, at=Microseconds("opened_at"), measures={"ended": Microseconds(ENDED_AT)}, dimensions=columns
    )
    ended = frame.measures["ended"]
    return replace(frame, measures={"ended": np.where(ended == MISSING, _NEVER, ended)})


def _fetch(start: datetime, end: datetime) -> Frame:
    until = followed_at(SOURCE)
    if until is None:
        return empty_frame(AGES, frames.DIMENSIONS)
    found = _leaving(start, end, until)
    for name in AGES:
        found = join_frames(found, _coming_of_age(name, start, end, until))
    return found


def _coming_of_age(name: str, start: datetime, end: datetime, until: datetime) -> Frame:
    """Tickets that were open when they reached the age, by when that was."""
    age = AGES[name]
    opened = Q(opened_at__gte=start - age, opened_at__lt=end - age, opened_at__lte=until - age)
    frame = _gather(frames.counted_tickets().filter(opened))
    at = frame.at + age // _MICROSECOND
    ones = {other: np.full(len(frame), 1 if other == name else MISSING, dtype=np.int64) for other in AGES}
    return replace(frame, at=at, measures=ones).pick(frame.measures["ended"] > at)


def _leaving(start: datetime, end: datetime, until: datetime) -> Frame:
    """Tickets that were of age when they ended, by when that was."""
    tickets = frames.counted_tickets().filter(_ended(start, end))
    frame = _gather(tickets)
    ended = frame.measures["ended"]
    changes = {name: np.where(_is_of_age(frame, age, ended, until), -1, MISSING) for name, age in AGES.items()}
    return _kept(replace(frame, at=ended, measures=changes))


def _ended(start: datetime, end: datetime) -> Q:
    """When a ticket left the backlog, so that the indexes of both columns serve."""
    closed = Q(resolved_at__isnull=True, closed_at__gte=start, closed_at__lt=end)
    return Q(resolved_at__gte=start, resolved_at__lt=end) | closed


def _is_of_age(frame: Frame, age: timedelta, moment: Integers | int, until: datetime) -> npt.NDArray[np.bool_]:
    """Whether the tickets were of age before an instant (microseconds), and by the last midnight."""
    reached = frame.at + age // _MICROSECOND
    of_age: npt.NDArray[np.bool_] = (reached < moment) & (reached <= microsecond_of(until))
    return of_age


def _kept(frame: Frame) -> Frame:
    """The rows that change anything."""
    return frame.pick(np.logical_or.reduce([values != MISSING for values in frame.measures.values()]))


def _held_at(moment: datetime) -> Frame:
    """The tickets that were open and of age at an instant, by when they were opened."""
    until = followed_at(SOURCE)
    if until is None:
        return empty_frame(AGES, frames.DIMENSIONS)
    oldest = min(AGES.values())
    tickets = frames.counted_tickets().annotate(left_at=ENDED_AT).filter(opened_at__lte=min(moment, until) - oldest)
    frame = _gather(tickets.filter(Q(left_at__isnull=True) | Q(left_at__gt=moment)))
    after = microsecond_of(moment) + 1  # Of age at the instant itself counts.
    held = {name: np.where(_is_of_age(frame, age, after, until), 1, MISSING) for name, age in AGES.items()}
    return _kept(replace(frame, measures=held))


def _span() -> tuple[datetime, datetime] | None:
    until, bounds = followed_at(SOURCE), frames.span_of("opened_at", "resolved_at", "closed_at")
    if until is None or bounds is None:
        return None
    first = bounds[0] + min(AGES.values())
    return (first, max(first, until, bounds[1]))


def _list_newly_of_age(since: datetime | None) -> Iterable[datetime]:
    """When tickets came of age since then, and when those of them ended."""
    until = followed_at(SOURCE)
    if until is None:
        return
    for age in AGES.values():
        opened = Q(opened_at__lte=until - age) if since is None else Q(opened_at__range=(since - age, until - age))
        tickets = frames.counted_tickets().filter(opened).annotate(left_at=ENDED_AT)
        for opened_at, left_at in tickets.values_list("opened_at", "left_at").iterator():
            if left_at is None or left_at > opened_at + age:
                yield opened_at + age
                if left_at is not None:
                    yield left_at


register_source(
    MetricSource(
        key=SOURCE,
        label="Tickets growing old in the backlog, and leaving it",
        model="support.Ticket",
        captures=[
            *captures_of([("opened_at",)], *_ENDS, later=[age // HOUR for age in AGES.values()], part="of_age"),
            *captures_of([_ENDS], "opened_at"),
        ],
        fetch=_fetch,
        span=_span,
        measures=dict.fromkeys(AGES, "tickets"),
        dimensions=frames.DIMENSIONS,
        measure_labels={
            "over_7_days": "Change of the backlog older than 7 days",
            "over_30_days": "Change of the backlog older than 30 days",
        },
        event_time="when an open ticket reaches the age, looked at every midnight, and when it leaves the backlog",
        held_at=_held_at,
        describe=frames.describe,
        permission=frames.PERMISSION,
        unsettled=_list_newly_of_age,
    )
)
