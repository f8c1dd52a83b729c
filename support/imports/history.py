"""The history of one ticket from its rows in order: events, final state, how often it was reopened."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from support.imports.facts import EventFact, is_reopening
from support.imports.mapping import RowsAre, Take, TimeRule
from support.imports.rows import ParsedRow
from support.imports.times import to_datetime
from support.models import EventKind, TicketState

_ROUTING = ("team", "assignee")
_FIELDS = ("priority", "category", "channel")
SOLVED_AGAIN = "Solved again; the log does not show when it was reopened."


@dataclass
class History:
    """What a walk over the rows has found so far."""

    state: str = TicketState.NEW.value
    reopen_count: int = 0
    events: list[EventFact] = field(default_factory=list)
    seen: dict[str, list[datetime]] = field(default_factory=dict)
    """For each state the times of the rows that have it."""
    entered: dict[str, datetime] = field(default_factory=dict)
    """For each state when the ticket last changed into it."""

    def time_of(self, rule: TimeRule) -> datetime | None:
        """The time that a rule about states asks for; None when no row has the state."""
        state = rule.state.value if rule.state else ""
        times = self.seen.get(state)
        if not times:
            return None
        if rule.take is Take.ENTERED:
            return self.entered.get(state, times[0])
        return times[0] if rule.take is Take.FIRST else times[-1]


def read_history(rows: Sequence[ParsedRow], rows_are: RowsAre) -> History:
    """Walk over the rows of one ticket in their order."""
    history = History()
    previous: ParsedRow | None = None
    for row in rows:
        at = to_datetime(row.at or 0)
        if row.state is not None:
            _take_state(history, row, at, rows_are)
        if previous is not None:
            _take_fields(history, previous, row, at)
        previous = row
    return history


def _take_state(history: History, row: ParsedRow, at: datetime, rows_are: RowsAre) -> None:
    """Count the row's state; an event is a change of state or, in a log of activities, solving once more."""
    old, new = history.state, row.state or ""
    history.seen.setdefault(new, []).append(at)
    solved_again = old == new == TicketState.SOLVED.value and rows_are is RowsAre.ACTIVITIES
    if solved_again or is_reopening(old, new):
        history.reopen_count += 1
    if old != new or solved_again:
        history.state, history.entered[new] = new, at
        reason = SOLVED_AGAIN if solved_again else ""
        history.events.append(EventFact(EventKind.STATE, at, old, new, reason, row.actor))


def _take_fields(history: History, previous: ParsedRow, row: ParsedRow, at: datetime) -> None:
    for kind, names in ((EventKind.ASSIGNED, _ROUTING), (EventKind.FIELDS, _FIELDS)):
        changes = {
            name: [getattr(previous, name), getattr(row, name)]
            for name in names
            if getattr(previous, name) != getattr(row, name)
        }
        if changes:
            history.events.append(EventFact(kind, at, actor_name=row.actor, changes=changes))
