"""What an import would change about one ticket: its new values and the events to add. Reads nothing, writes nothing."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from support.imports.facts import EventFact, TicketFacts, is_reopening
from support.models import EventKind, Ticket
from support.services.import_people import Directory

AS_FOUND = "As the imported file has it."
_FOLLOWS_STATE = frozenset({"resolved_at", "closed_at", "reopen_count", "wake_at"})

EventKey = tuple[str, datetime, str, str]


@dataclass(frozen=True)
class Plan:
    """The values to write (empty: none) and the events to add."""

    values: Mapping[str, Any]
    events: tuple[EventFact, ...]


def event_key(kind: str, at: datetime, new_state: str, changes: Mapping[str, Any]) -> EventKey:
    """By what an event of an earlier import is recognised; old values may differ where a row came late."""
    return kind, at, new_state, json.dumps({name: pair[-1] for name, pair in changes.items()}, sort_keys=True)


def values_of(facts: TicketFacts, directory: Directory, existing: Ticket | None) -> dict[str, Any]:
    """The ticket's columns as the file has them."""
    return {
        "subject": facts.subject,
        "state": facts.state,
        "priority": facts.priority,
        "category": facts.category,
        "channel": facts.channel,
        "customer_id": directory.customers.get(facts.customer),
        "team_id": directory.teams.get(facts.team),
        "assignee_id": directory.person(facts.assignee),
        "opened_at": facts.opened_at,
        "resolved_at": facts.resolved_at,
        "closed_at": facts.closed_at,
        "reopen_count": _reopen_count(facts, existing),
        "is_external_sla_met": facts.sla_met,
    }


def _reopen_count(facts: TicketFacts, existing: Ticket | None) -> int:
    """The file's count; where it cannot tell, one more whenever an ended ticket turns up open again."""
    if facts.reopen_count is not None:
        return facts.reopen_count
    if existing is None:
        return 0
    return existing.reopen_count + is_reopening(existing.state, facts.state)


def plan_new(facts: TicketFacts, directory: Directory, *, at: datetime) -> Plan:
    """Everything about a ticket that is not there yet."""
    reached = _last_state(facts.events)
    return Plan(values_of(facts, directory, None), (*facts.events, *_as_found(reached, facts.state, {}, at)))


def plan_existing(
    facts: TicketFacts, ticket: Ticket, stored: Iterable[EventKey], directory: Directory, *, at: datetime
) -> Plan:
    """What differs between the ticket in the database and the file."""
    wanted = values_of(facts, directory, ticket)
    values = {name: value for name, value in wanted.items() if getattr(ticket, name) != value}
    events = _new_events(facts.events, stored)
    has_states = "state" in values or any(event.new_state for event in events)
    explained = {name for event in events for name in event.changes}
    changes = {
        name: [_plain(getattr(ticket, name)), _plain(value)]
        for name, value in values.items()
        if name != "state" and name.removesuffix("_id") not in explained
        if not (has_states and name in _FOLLOWS_STATE)
    }
    is_told = _last_state(facts.events) == facts.state and _last_state(events) == facts.state
    as_found = _as_found(facts.state if is_told else ticket.state, facts.state, changes, at)
    if "state" in values and ticket.wake_at is not None:
        values["wake_at"] = None
    return Plan(values, (*events, *as_found))


def _new_events(events: Iterable[EventFact], stored: Iterable[EventKey]) -> tuple[EventFact, ...]:
    """The events that no earlier import has stored; equal ones are counted."""
    known = Counter(stored)
    new = []
    for event in events:
        key = event_key(event.kind, event.at, event.new_state, event.changes)
        if known[key]:
            known[key] -= 1
        else:
            new.append(event)
    return tuple(new)


def _last_state(events: Iterable[EventFact]) -> str:
    """The state that the events end in; "" when none has one."""
    states = [event.new_state for event in events if event.new_state]
    return states[-1] if states else ""


def _as_found(reached: str, state: str, changes: dict[str, list[str]], at: datetime) -> tuple[EventFact, ...]:
    """Events for what the file's own history does not tell: dated now, since it says no more than "by now"."""
    events = []
    if reached != state:
        events.append(EventFact(EventKind.STATE, at, reached, state, AS_FOUND))
    if changes:
        events.append(EventFact(EventKind.FIELDS, at, reason=AS_FOUND, changes=changes))
    return tuple(events)


def _plain(value: Any) -> str:
    """A value as text for an event."""
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, datetime) else str(value)
