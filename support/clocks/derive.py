"""All clocks of a ticket from all that happened to it: the one place where they are worked out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from support.clocks.rules import TERMINAL, UNTIL_SOLVED
from support.clocks.stopwatch import Clock, Stopwatch
from support.clocks.terms import Terms
from support.models import ClockMetric, ClockState, EventKind, TicketState

_OUT = frozenset({TicketState.MERGED, TicketState.SPAM})


@dataclass(frozen=True)
class Step:
    """What one event means to clocks.

    `state` is the new state of a change, `terms` what a policy sets from here on. `by_person` is whether a person on
    our side did it, `on_behalf` (of the opening) whether they opened it themselves, so that the customer has not
    written yet. A message with `needs_reply` false waits for no answer.
    """

    at: datetime
    kind: EventKind
    state: TicketState | None = None
    terms: Terms | None = None
    by_person: bool = False
    on_behalf: bool = False
    needs_reply: bool = True


def derive_clocks(steps: Iterable[Step], *, terms: Terms) -> list[Clock]:
    """The clocks in the order in which they began; `terms` hold until a step sets others. Empty without an opening."""
    desk = _Desk(terms)
    for step in steps:
        desk.take(step)
    return [watch.read() for watch in desk.watches]


class _Desk:
    def __init__(self, terms: Terms) -> None:
        self.watches: list[Stopwatch] = []
        self._terms = terms
        self._state = TicketState.NEW
        self._by_metric: dict[ClockMetric, Stopwatch] = {}

    def take(self, step: Step) -> None:
        if step.terms is not None:
            self._terms = step.terms
            self._cut(step.at)
        if step.kind is EventKind.OPENED:
            self._open(step)
        elif step.kind is EventKind.STATE and step.state is not None:
            self._move(step.at, step.state)
        elif step.kind is EventKind.REPLY and step.by_person:
            self._reply(step.at)
        elif step.kind is EventKind.CUSTOMER and step.needs_reply and self._state not in _OUT:
            self._wait_for_reply(step.at)

    def _open(self, step: Step) -> None:
        self._state = step.state or TicketState.NEW
        for metric in UNTIL_SOLVED:
            self._begin(metric, step.at)
        if not step.on_behalf:
            self._begin(ClockMetric.FIRST_REPLY, step.at)

    def _begin(self, metric: ClockMetric, at: datetime) -> None:
        last = self._by_metric.get(metric)
        watch = Stopwatch(metric, last.instance + 1 if last else 1, at, self._state, self._terms)
        self._by_metric[metric] = watch
        self.watches.append(watch)

    def _end(self, metric: ClockMetric, at: datetime, how: ClockState) -> None:
        if self._is_live(metric):
            self._by_metric[metric].end(at, how)

    def _is_live(self, metric: ClockMetric) -> bool:
        return metric in self._by_metric and self._by_metric[metric].is_live

    def _cut(self, at: datetime) -> None:
        for watch in self._by_metric.values():
            if watch.is_live:
                watch.cut(at, self._state, self._terms)

    def _move(self, at: datetime, state: TicketState) -> None:
        had_ended = self._state is TicketState.SOLVED or self._state in TERMINAL
        self._state = state
        if state is TicketState.SOLVED:
            for metric in UNTIL_SOLVED:
                self._end(metric, at, ClockState.FULFILLED)
            self._end(ClockMetric.NEXT_REPLY, at, ClockState.CANCELLED)
            self._end(ClockMetric.PERIODIC_UPDATE, at, ClockState.CANCELLED)
        elif state in TERMINAL:
            for metric in self._by_metric:
                self._end(metric, at, ClockState.CANCELLED)
        elif had_ended:
            self._reopen(at)
        self._cut(at)

    def _reopen(self, at: datetime) -> None:
        """Those that end with the solution go on, but for a first one; so does a first reply that never came."""
        for metric in (*UNTIL_SOLVED, ClockMetric.FIRST_REPLY):
            watch = self._by_metric.get(metric)
            is_done = metric in {ClockMetric.FIRST_REPLY, ClockMetric.FIRST_RESOLUTION}
            if watch is None or watch.is_live or (is_done and watch.state is ClockState.FULFILLED):
                continue
            watch.resume(at, self._state, self._terms)
            if metric is ClockMetric.CUSTOMER_WAIT:
                watch.grant(self._terms.grace_seconds)

    def _reply(self, at: datetime) -> None:
        for metric in (ClockMetric.FIRST_REPLY, ClockMetric.NEXT_REPLY, ClockMetric.PERIODIC_UPDATE):
            self._end(metric, at, ClockState.FULFILLED)
        if self._state is not TicketState.SOLVED and self._state not in TERMINAL:
            self._begin(ClockMetric.PERIODIC_UPDATE, at)

    def _wait_for_reply(self, at: datetime) -> None:
        """The oldest unanswered message counts; the first of all waits for the first reply."""
        if ClockMetric.FIRST_REPLY not in self._by_metric:
            self._begin(ClockMetric.FIRST_REPLY, at)
        elif not self._is_live(ClockMetric.FIRST_REPLY) and not self._is_live(ClockMetric.NEXT_REPLY):
            self._begin(ClockMetric.NEXT_REPLY, at)
