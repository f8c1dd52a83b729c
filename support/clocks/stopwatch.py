"""One clock: stretches that count or do not, and what follows from them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property, lru_cache

from operations.business_time.engine import BusinessTime, NoOpenTimeError
from operations.business_time.wall_clock import SECOND_US
from support.clocks.rules import BY_STATE, OVER_GAPS, THRESHOLDS, runs
from support.clocks.terms import Target, Terms
from support.models import ClockMetric, ClockState, TicketState

_US = timedelta(microseconds=1)


@dataclass(frozen=True)
class Span:
    """A stretch of a clock's life in one state and under one policy; `end` is None while it lasts."""

    start: datetime
    end: datetime | None
    state: TicketState
    counts: bool
    terms: Terms


@dataclass(frozen=True)
class Clock:
    """A clock as its ticket's events leave it. It does not depend on what time it is now.

    Elapsed time is that of the closed spans, in microseconds; a running clock's goes on from `running_since`.
    `crossed` has the instants at which thresholds (percent of the target) were passed, `upcoming` those at which the
    running clock passes the others unless something happens.
    """

    metric: ClockMetric
    instance: int
    state: ClockState
    started_at: datetime
    ended_at: datetime | None
    running_since: datetime | None
    elapsed_calendar_us: int
    elapsed_business_us: int
    paused_us: int
    target: Target | None
    extra_us: int
    terms: Terms
    crossed: dict[int, datetime]
    upcoming: dict[int, datetime]
    spans: tuple[Span, ...] = field(compare=False)

    @cached_property
    def breached_at(self) -> datetime | None:
        """When its whole target had passed, if that was before the last event or its end."""
        return self.crossed.get(100)

    @cached_property
    def due_at(self) -> datetime | None:
        """Of a running clock, when the target passes or passed; None while it does not run or without a target."""
        return None if self.running_since is None else self.crossed.get(100, self.upcoming.get(100))

    @cached_property
    def calendar_keys(self) -> str:
        """The names of the calendars it was counted by, in the order of their first use."""
        return ",".join(dict.fromkeys([*(span.terms.calendar_key for span in self.spans), self.terms.calendar_key]))

    @cached_property
    def remaining_us(self) -> int | None:
        """What is left of the target as of the last event, negative once it has passed; None without a target."""
        if self.target is None:
            return None
        elapsed = self.elapsed_business_us if self.target.in_business else self.elapsed_calendar_us
        return self.target.seconds * SECOND_US + self.extra_us - elapsed


class Stopwatch:
    """A clock being worked out, event by event."""

    def __init__(self, metric: ClockMetric, instance: int, at: datetime, state: TicketState, terms: Terms) -> None:
        self.metric = metric
        self.instance = instance
        self.state = ClockState.RUNNING
        self._spans: list[Span] = []
        self._started_at = self._since = at
        self._ended_at: datetime | None = None
        self._ticket_state, self._terms = state, terms
        self._extra_us = 0
        self._crossed: dict[int, datetime] = {}

    @property
    def is_live(self) -> bool:
        """Whether it was neither fulfilled nor cancelled."""
        return self._ended_at is None

    def cut(self, at: datetime, state: TicketState, terms: Terms) -> None:
        """From `at` on the ticket is in this state and under these terms."""
        self._close(at)
        self._since, self._ticket_state, self._terms = at, state, terms

    def end(self, at: datetime, how: ClockState) -> None:
        """It is fulfilled or cancelled."""
        self._close(at)
        self._ended_at, self.state = at, how

    def resume(self, at: datetime, state: TicketState, terms: Terms) -> None:
        """It had ended, and goes on: the ticket is open again."""
        assert self._ended_at is not None
        if self.metric in OVER_GAPS:
            self._add(Span(self._ended_at, at, TicketState.SOLVED, True, self._terms))
        self._ended_at, self.state = None, ClockState.RUNNING
        self._since, self._ticket_state, self._terms = at, state, terms

    def grant(self, seconds: int) -> None:
        """See that at least so much of the target is left; a breach stays one."""
        target = self._target()
        if target is not None:
            wanted = seconds * SECOND_US - (self._allowed(target, 100) - self._elapsed(self._terms, target))
            self._extra_us += max(wanted, 0)

    def read(self) -> Clock:
        """The clock as of the last event."""
        is_running = self.is_live and self._counts()
        target = self._target()
        spans = list(self._spans)
        if self.is_live:
            spans.append(Span(self._since, None, self._ticket_state, is_running, self._terms))
        state = self.state if is_running or not self.is_live else ClockState.PAUSED
        return Clock(
            metric=self.metric,
            instance=self.instance,
            state=state,
            started_at=self._started_at,
            ended_at=self._ended_at,
            running_since=self._since if is_running else None,
            elapsed_calendar_us=sum(_length(span) for span in self._counted()),
            elapsed_business_us=self._business_us(self._terms),
            paused_us=sum(_length(span) for span in self._spans if not span.counts),
            target=target,
            extra_us=self._extra_us,
            terms=self._terms,
            crossed=dict(self._crossed),
            upcoming=self._passings(target, self._since) if target and is_running else {},
            spans=tuple(spans),
        )

    def _counts(self) -> bool:
        return runs(self.metric, self._ticket_state, self._terms)

    def _target(self) -> Target | None:
        return self._terms.targets.get(self.metric)

    def _close(self, at: datetime) -> None:
        if at > self._since:
            self._add(Span(self._since, at, self._ticket_state, self._counts(), self._terms))

    def _add(self, span: Span) -> None:
        """Take a stretch that is over, and note what it made pass."""
        target = span.terms.targets.get(self.metric)
        if span.counts and target is not None and span.end is not None:
            length = business_us(span, span.terms.calendar) if target.in_business else _length(span)
            passings = self._passings(target, span.start, terms=span.terms, within=length)
            self._crossed |= {share: at for share, at in passings.items() if at < span.end}
        self._spans.append(span)

    def _passings(
        self, target: Target, since: datetime, *, terms: Terms | None = None, within: int | None = None
    ) -> dict[int, datetime]:
        """When each threshold that was not passed by `since` is, if the clock runs on under the terms.

        Those for which more than `within` microseconds are left need not be found.
        """
        terms = terms or self._terms
        elapsed = self._elapsed(terms, target)
        found: dict[int, datetime] = {}
        for share in THRESHOLDS:
            if share in self._crossed:
                continue
            left = max(self._allowed(target, share) - elapsed, 0)
            if within is not None and left > within:
                continue
            at = _add(since, left, terms.calendar if target.in_business else None)
            if at is not None:
                found[share] = at
        return found

    def _allowed(self, target: Target, share: int) -> int:
        return (target.seconds * SECOND_US + self._extra_us) * share // 100

    def _elapsed(self, terms: Terms, target: Target) -> int:
        if target.in_business:
            return self._business_us(terms)
        return sum(_length(span) for span in self._counted())

    def _business_us(self, terms: Terms) -> int:
        by_state = self.metric in BY_STATE
        return sum(business_us(span, (span.terms if by_state else terms).calendar) for span in self._counted())

    def _counted(self) -> Sequence[Span]:
        return [span for span in self._spans if span.counts]


def business_us(span: Span, calendar: BusinessTime) -> int:
    """Microseconds of open time in a span that is over; 0 while it lasts."""
    return 0 if span.end is None else _open_us(calendar, span.start, span.end)


@lru_cache(maxsize=256)  # The clocks of a ticket have most of their stretches in common.
def _open_us(calendar: BusinessTime, start: datetime, end: datetime) -> int:
    return round(calendar.business_seconds(start, end) * SECOND_US)


def _length(span: Span) -> int:
    return 0 if span.end is None else (span.end - span.start) // _US


def _add(since: datetime, us: int, calendar: BusinessTime | None) -> datetime | None:
    """The instant by which so much time has passed; None where the calendar does not open that long."""
    if calendar is None:
        return since + us * _US
    try:
        return calendar.add_business_time(since, us / SECOND_US)
    except NoOpenTimeError:
        return None
