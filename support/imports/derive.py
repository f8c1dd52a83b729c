"""From the rows of one ticket to its facts, or to why it cannot be stored truthfully. No database here."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from foundation.imports.errors import Refusal
from support.imports.facts import ENDED_STATES, OPEN_VALUES, EventFact, TicketFacts
from support.imports.history import History, read_history
from support.imports.mapping import BadTimes, Mapping, OpenWithEnd, Order, RowsAre, TimeRule
from support.imports.rows import ParsedRow
from support.imports.times import to_datetime
from support.models import EventKind, Priority, TicketState

OUT_OF_ORDER = "out_of_order_events"
BEFORE_OPENED = "event_before_opened"
AMBIGUOUS_DATE = "ambiguous_day_month_dates"
RESOLVED_AFTER_CLOSED = "resolved_after_closed"
REOPENS_DIFFER = "reopen_count_differs"
DROPPED_TIME = "contradictory_time_dropped"
OPEN_WITH_END = "open_state_with_end"
TEXT_CUT = "text_cut"

_CLOSED_STATES = frozenset({TicketState.CLOSED.value, TicketState.MERGED.value, TicketState.SPAM.value})

End = tuple[datetime | None, datetime | None]


class _CannotStoreError(Exception):
    def __init__(self, field: str, value: str, reason: str) -> None:
        super().__init__(reason)
        self.field, self.value, self.reason = field, value, reason


def derive_ticket(rows: Sequence[ParsedRow], mapping: Mapping) -> TicketFacts | Refusal:
    """The facts of the ticket whose rows these are, in the mapping's order; the last says what it is now."""
    last = rows[-1]
    try:
        return _derive(rows, last, mapping)
    except _CannotStoreError as error:
        return Refusal(last.line, error.field, error.value, error.reason)


def _derive(rows: Sequence[ParsedRow], last: ParsedRow, mapping: Mapping) -> TicketFacts:
    warnings: list[str] = []
    opened = to_datetime(_opened(rows, last))
    history = read_history(rows, mapping.events.rows if mapping.events else RowsAre.SNAPSHOTS)
    ends = _ends(last, history, mapping)
    ends = _check_after_opened(opened, ends, mapping, warnings)
    state, ends = _settle(_final_state(last, history, ends, mapping), ends, mapping, warnings)
    _check_ended(state, ends)
    if mapping.events:
        events: tuple[EventFact, ...] = tuple(history.events)
        reopens: int | None = history.reopen_count
        warnings += _log_warnings(rows, history, opened, mapping.events.order)
    else:
        events, reopens = _steps_to(state, ends), last.reopens
    warnings += _value_warnings(rows, ends)
    return TicketFacts(
        external_id=last.external_id,
        line=last.line,
        subject=last.subject,
        state=state,
        priority=last.priority or Priority.NORMAL.value,
        category=last.category,
        channel=last.channel,
        team=last.team,
        assignee=last.assignee,
        customer=last.customer,
        opened_at=opened,
        resolved_at=ends[0],
        closed_at=ends[1],
        reopen_count=reopens,
        sla_met=last.sla_met,
        events=(EventFact(EventKind.OPENED, opened, new_state=TicketState.NEW.value), *events),
        warnings=tuple(warnings),
    )


def _opened(rows: Sequence[ParsedRow], last: ParsedRow) -> int:
    """The opening: the column's value, or in a log without one its earliest event."""
    return last.opened if last.opened is not None else min(row.at or 0 for row in rows)


def _ends(last: ParsedRow, history: History, mapping: Mapping) -> End:
    """When it was resolved and closed. An end that a later reopening in the log undid is none."""
    resolved = _end(mapping.resolved, last.resolved, history, standing=ENDED_STATES)
    closed = _end(mapping.closed, last.closed, history, standing=_CLOSED_STATES)
    return resolved, closed


def _end(rule: TimeRule | None, value: int | None, history: History, *, standing: frozenset[str]) -> datetime | None:
    if rule is None:
        return None
    if not rule.from_events:
        return None if value is None else to_datetime(value)
    return history.time_of(rule) if history.state in standing else None


def _check_after_opened(opened: datetime, ends: End, mapping: Mapping, warnings: list[str]) -> End:
    """Ends before the opening are refused or, if the mapping says so, dropped."""
    kept: list[datetime | None] = []
    for name, rule, end in (("resolved", mapping.resolved, ends[0]), ("closed", mapping.closed, ends[1])):
        if end is None or end >= opened:
            kept.append(end)
        elif mapping.rules.contradictory_times is BadTimes.DROP:
            warnings.append(DROPPED_TIME)
            kept.append(None)
        else:
            field = rule.column if rule and rule.column else name
            raise _CannotStoreError(field, end.isoformat(), f"{name} before it was opened ({opened.isoformat()})")
    return kept[0], kept[1]


def _final_state(last: ParsedRow, history: History, ends: End, mapping: Mapping) -> str:
    if mapping.events:
        return history.state
    if last.state:
        return last.state
    if ends[1]:
        return TicketState.CLOSED.value
    return TicketState.SOLVED.value if ends[0] else TicketState.OPEN.value


def _settle(state: str, ends: End, mapping: Mapping, warnings: list[str]) -> tuple[str, End]:
    """An open state beside an end: believe the one that the mapping says, or neither."""
    if state not in OPEN_VALUES or ends == (None, None):
        return state, ends
    rule = mapping.rules.open_state_with_end
    if rule is OpenWithEnd.REFUSE:
        raise _CannotStoreError("state", state, "is an open state, but a resolution or closing time is given")
    warnings.append(OPEN_WITH_END)
    if rule is OpenWithEnd.TRUST_STATE:
        return state, (None, None)
    return (TicketState.CLOSED.value if ends[1] else TicketState.SOLVED.value), ends


def _check_ended(state: str, ends: End) -> None:
    if state in ENDED_STATES and ends == (None, None):
        raise _CannotStoreError("state", state, "is an ended state, but no time says when it ended")


def _steps_to(state: str, ends: End) -> tuple[EventFact, ...]:
    """The changes of state that a row's times imply: solved when resolved, its last state when closed."""
    steps: list[EventFact] = []
    resolved, closed = ends
    old = TicketState.NEW.value
    if resolved and state in ENDED_STATES:
        steps.append(EventFact(EventKind.STATE, resolved, old, TicketState.SOLVED.value))
        old = TicketState.SOLVED.value
    if closed and state in _CLOSED_STATES:
        steps.append(EventFact(EventKind.STATE, closed, old, state))
    return tuple(steps)


def _log_warnings(rows: Sequence[ParsedRow], history: History, opened: datetime, order: Order) -> list[str]:
    """What is odd about the history; each kind at most once a ticket."""
    is_newest_first = order is Order.FILE_REVERSED
    times = [row.at or 0 for row in sorted(rows, key=lambda row: row.line, reverse=is_newest_first)]
    stated = rows[-1].reopens
    found = {
        OUT_OF_ORDER: any(later < earlier for earlier, later in pairwise(times)),
        BEFORE_OPENED: to_datetime(min(times)) < opened,
        REOPENS_DIFFER: stated is not None and stated != history.reopen_count,
    }
    return [name for name, is_so in found.items() if is_so]


def _value_warnings(rows: Sequence[ParsedRow], ends: End) -> list[str]:
    found = {
        AMBIGUOUS_DATE: rows[0].is_opened_ambiguous,
        RESOLVED_AFTER_CLOSED: bool(ends[0] and ends[1] and ends[0] > ends[1]),
        TEXT_CUT: rows[-1].is_cut,
    }
    return [name for name, is_so in found.items() if is_so]
