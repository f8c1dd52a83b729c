"""Which clock goes in which state, and what begins and ends it. One table; the guide prints it."""

from collections.abc import Mapping

from support.clocks.terms import Terms
from support.models import ClockMetric, TicketState

_HOLD = (TicketState.ON_HOLD_VENDOR, TicketState.ON_HOLD_INTERNAL)
TERMINAL = frozenset({TicketState.CLOSED, TicketState.MERGED, TicketState.SPAM})
_ALL = frozenset(TicketState)
_WAITING = frozenset({TicketState.NEW, TicketState.OPEN, *_HOLD})

RUNS_IN: Mapping[ClockMetric, frozenset[TicketState]] = {
    ClockMetric.FIRST_REPLY: _ALL - TERMINAL,
    ClockMetric.NEXT_REPLY: _WAITING,
    ClockMetric.PERIODIC_UPDATE: _WAITING,
    ClockMetric.REQUESTER_WAIT: _WAITING,
    ClockMetric.AGENT_WORK: frozenset({TicketState.NEW, TicketState.OPEN}),
    ClockMetric.FIRST_RESOLUTION: _ALL,
    ClockMetric.FULL_RESOLUTION: _ALL,
    ClockMetric.CUSTOMER_WAIT: frozenset({TicketState.NEW, TicketState.OPEN, TicketState.ON_HOLD_INTERNAL}),
}
UNTIL_SOLVED = (
    ClockMetric.REQUESTER_WAIT,
    ClockMetric.AGENT_WORK,
    ClockMetric.FIRST_RESOLUTION,
    ClockMetric.FULL_RESOLUTION,
    ClockMetric.CUSTOMER_WAIT,
)
"""Begun when the ticket is opened, fulfilled when it is solved; all but the first resolution go on when it reopens."""
BY_STATE = frozenset({ClockMetric.REQUESTER_WAIT, ClockMetric.AGENT_WORK, ClockMetric.CUSTOMER_WAIT})
"""Each stretch is counted by the calendar that was in force then; of the others all by the one in force at the end."""
OVER_GAPS = frozenset({ClockMetric.FIRST_RESOLUTION, ClockMetric.FULL_RESOLUTION})
"""These count the time between an end and the reopening too."""
NEAR, BREACH = 80, 100
THRESHOLDS = (50, NEAR, BREACH, 200)
"""Shares of a target, in percent, whose crossing is told."""


def runs(metric: ClockMetric, state: TicketState, terms: Terms) -> bool:
    """Whether the clock counts time in this state under these terms."""
    if metric is ClockMetric.CUSTOMER_WAIT and state is TicketState.ON_HOLD_VENDOR:
        return terms.counts_vendor_hold
    return state in RUNS_IN[metric]
