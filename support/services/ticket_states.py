"""Which state may follow which, and what a change needs. One table; pages, admin and API all read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from foundation.errors import InvalidInputError, RefusedTransitionError
from support.models import Priority, Ticket, TicketState
from support.selectors.checklists import list_undone
from support.services.causes import check_cause

HOLD_STATES = (TicketState.ON_HOLD_VENDOR, TicketState.ON_HOLD_INTERNAL)
_WORKING = (TicketState.OPEN, TicketState.PENDING_CUSTOMER, *HOLD_STATES, TicketState.SOLVED, TicketState.MERGED)

ALLOWED: Mapping[str, tuple[TicketState, ...]] = {
    TicketState.NEW: (*_WORKING, TicketState.SPAM),
    TicketState.OPEN: tuple(state for state in _WORKING if state is not TicketState.OPEN),
    TicketState.PENDING_CUSTOMER: tuple(state for state in _WORKING if state is not TicketState.PENDING_CUSTOMER),
    TicketState.ON_HOLD_VENDOR: tuple(state for state in _WORKING if state is not TicketState.ON_HOLD_VENDOR),
    TicketState.ON_HOLD_INTERNAL: tuple(state for state in _WORKING if state is not TicketState.ON_HOLD_INTERNAL),
    TicketState.SOLVED: (TicketState.OPEN, TicketState.CLOSED),
    TicketState.CLOSED: (),
    TicketState.MERGED: (),
    TicketState.SPAM: (),
}


@dataclass(frozen=True)
class StateChange:
    """A wanted state with what it may need: a reason (the root cause when solving), a category, when to wake it, and
    by number the ticket `into` which it is merged.
    """

    state: TicketState
    reason: str = ""
    category: str = ""
    wake_at: datetime | None = None
    into: int | None = None


def list_allowed_states(state: str) -> list[TicketState]:
    """The states that a ticket in `state` may be given, in the order in which they are offered."""
    return list(ALLOWED[state])


def check_transition(ticket: Ticket, change: StateChange, *, at: datetime) -> None:
    """RefusedTransitionError when the table has no such step, InvalidInputError when something it needs is missing."""
    allowed = ALLOWED[ticket.state]
    if change.state not in allowed:
        raise RefusedTransitionError(ticket.state, change.state.value, [state.value for state in allowed])
    if change.state in HOLD_STATES:
        _check_hold(change, at)
    if change.state is TicketState.SOLVED:
        _check_solvable(ticket, change)
    if change.into is not None and change.state is not TicketState.MERGED:
        raise InvalidInputError("into", "only a ticket that is merged goes on in another one")


def _check_hold(change: StateChange, at: datetime) -> None:
    if not change.reason.strip():
        raise InvalidInputError("reason", "say what the ticket waits for")
    if change.wake_at is None or change.wake_at <= at:
        raise InvalidInputError("wake_at", "give a later time at which the ticket comes back")


def _check_solvable(ticket: Ticket, change: StateChange) -> None:
    """A solved ticket has a cause to learn from: its category, and the root cause where it was urgent or came back."""
    check_cause(change.category.strip() or ticket.category)
    if not change.reason.strip() and (ticket.priority in {Priority.URGENT, Priority.HIGH} or ticket.reopen_count):
        raise InvalidInputError("reason", "give the root cause: the ticket is urgent, high or was reopened")
    required = [step.title for step in list_undone(ticket.pk) if step.is_required]
    if required:
        raise InvalidInputError("state", f"these steps of its checklists come first: {'; '.join(required)}"[:500])
