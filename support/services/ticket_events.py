"""Reading a ticket for change and writing what happened to it: what every ticket service begins and ends with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog

from foundation.errors import ServiceError, StaleWriteError
from operations.models import User
from support.models import EventKind, Ticket, TicketEvent, TicketState, Via
from support.selectors.continuations import follow_merges
from support.selectors.ticket_clocks import CLOCK_EVENTS
from support.services.clocks import refresh_clocks
from support.services.triggers import pull_triggers

REASON_LENGTH = 300
ACTOR_LENGTH = 150


class MergedError(ServiceError):
    """The ticket was merged, so nothing is done to it any more; `into` is the one in which it goes on, where known."""

    code = "merged"

    def __init__(self, ticket: Ticket) -> None:
        self.into = Ticket.objects.get(pk=follow_merges(ticket.pk)) if ticket.merged_into_id else None
        where = f" and goes on in {self.into}. Do it there" if self.into else ""
        super().__init__(f"{ticket.reference} was merged{where}.")
        self.members = {"merged_into": self.into.pk if self.into else None}


@dataclass(frozen=True)
class Happening:
    """What an event says; `changes` maps a field to [old, new], `actor_name` says who, where no user of ours did it."""

    kind: EventKind
    old_state: str = ""
    new_state: str = ""
    reason: str = ""
    body: str = ""
    changes: Mapping[str, Any] = field(default_factory=dict)
    actor_name: str = ""


def lock_ticket(ticket_id: int, *, version: int | None) -> Ticket:
    """The ticket, locked until the transaction ends; StaleWriteError if it is no longer the version that was read.

    `version` None skips the check, for callers that have shown nobody the ticket. Ticket.DoesNotExist if there is none.
    """
    ticket = Ticket.objects.select_for_update().get(pk=ticket_id)
    if version is not None and ticket.version != version:
        raise StaleWriteError
    return ticket


def lock_unmerged(ticket_id: int, *, version: int | None) -> Ticket:
    """As `lock_ticket`, for what is done to no merged ticket: MergedError for one, whichever version was read."""
    ticket = lock_ticket(ticket_id, version=None)
    if ticket.state == TicketState.MERGED:
        raise MergedError(ticket)
    if version is not None and ticket.version != version:
        raise StaleWriteError
    return ticket


def save_ticket(ticket: Ticket, *fields: str) -> None:
    """Write the named columns and count the version up."""
    ticket.version += 1
    ticket.save(update_fields=[*fields, "version"])


def record_event(ticket: Ticket, what: Happening, *, actor: User | None, via: Via, at: datetime) -> TicketEvent:
    """Append the event to the ticket's history, with the id of the request it came by, bring its clocks to
    it, and escalate it where a rule says so.
    """
    event = TicketEvent.objects.create(
        ticket=ticket,
        kind=what.kind,
        at=at,
        actor=actor,
        actor_name=what.actor_name[:ACTOR_LENGTH],
        old_state=what.old_state,
        new_state=what.new_state,
        reason=what.reason[:REASON_LENGTH],
        body=what.body,
        changes=dict(what.changes),
        via=via,
        request_id=str(structlog.contextvars.get_contextvars().get("request_id", ""))[:64],
    )
    if what.kind in CLOCK_EVENTS:
        refresh_clocks([ticket.pk])
    pull_triggers(ticket, event)
    return event
