"""What the import believes about a ticket, before any database is asked."""

from dataclasses import dataclass, field
from datetime import datetime

from support.models import OPEN_STATES, EventKind, TicketState

ENDED_STATES = frozenset({TicketState.SOLVED.value, TicketState.CLOSED.value})
OPEN_VALUES = frozenset(state.value for state in OPEN_STATES)


@dataclass(frozen=True, slots=True)
class EventFact:
    """One event of a ticket's history; `changes` maps a field to [old, new]."""

    kind: EventKind
    at: datetime
    old_state: str = ""
    new_state: str = ""
    reason: str = ""
    actor_name: str = ""
    changes: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TicketFacts:
    """One ticket as the file tells it. `reopen_count` and `sla_met` are None where the file cannot tell."""

    external_id: str
    line: int
    subject: str
    state: str
    priority: str
    category: str
    channel: str
    team: str
    assignee: str
    customer: str
    opened_at: datetime
    resolved_at: datetime | None
    closed_at: datetime | None
    reopen_count: int | None
    sla_met: bool | None
    events: tuple[EventFact, ...]
    warnings: tuple[str, ...]


def is_reopening(old_state: str, new_state: str) -> bool:
    """Whether a change of state takes a solved or closed ticket back to work."""
    return old_state in ENDED_STATES and new_state in OPEN_VALUES
