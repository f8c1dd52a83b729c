"""Storing one batch of an import: one short transaction that takes all of it or nothing."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from foundation.bulk_rows import insert_rows
from support.imports.facts import EventFact, TicketFacts
from support.models import Ticket, TicketEvent, Via
from support.services.clocks import refresh_clocks
from support.services.import_people import Directory
from support.services.import_plan import EventKey, Plan, event_key, plan_existing, plan_new

_ATTEMPTS = 3
_EVENT_FIELDS = (
    "ticket_id",
    "kind",
    "at",
    "actor_name",
    "old_state",
    "new_state",
    "reason",
    "body",
    "changes",
    "via",
    "request_id",
    "recorded_at",
)

Planned = list[tuple[Ticket, Plan]]


@dataclass(frozen=True)
class BatchResult:
    """How many tickets of a batch were made, changed and left alone."""

    created: int
    updated: int
    unchanged: int


def store_batch(batch: Sequence[TicketFacts], directory: Directory, *, at: datetime) -> BatchResult:
    """Bring the batch's tickets to what the file says; a dry run only counts.

    Another import of the same tickets at the same moment wins the race for a new row; this one then starts the batch
    again and finds the row there.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with transaction.atomic():
                return _store(batch, directory, at=at)
        except IntegrityError:
            if attempt == _ATTEMPTS:
                raise
            directory.load()
    raise AssertionError("unreachable")


def _store(batch: Sequence[TicketFacts], directory: Directory, *, at: datetime) -> BatchResult:
    existing = {
        ticket.external_id: ticket
        for ticket in Ticket.objects.select_for_update()
        .filter(external_source=directory.source, external_id__in=[facts.external_id for facts in batch])
        .order_by("pk")
    }
    directory.load_customers({facts.customer for facts in batch})
    directory.make_customers(_first_contacts(batch))
    directory.make_teams({facts.team for facts in batch})
    stored = _stored_events([ticket.pk for ticket in existing.values()])
    new: Planned = []
    changed: Planned = []
    for facts in batch:
        ticket = existing.get(facts.external_id)
        if ticket is None:
            made = Ticket(external_source=directory.source, external_id=facts.external_id)
            new.append((made, plan_new(facts, directory, at=at)))
            continue
        plan = plan_existing(facts, ticket, stored[ticket.pk], directory, at=at)
        if plan.values or plan.events:
            changed.append((ticket, plan))
    if not directory.is_dry_run:
        _create(new)
        _update(changed)
        _add_events([*new, *changed], at=at)
        refresh_clocks(ticket.pk for ticket, plan in [*new, *changed] if plan.events)
    return BatchResult(len(new), len(changed), len(batch) - len(new) - len(changed))


def _first_contacts(batch: Sequence[TicketFacts]) -> dict[str, datetime]:
    """When each customer that the batch names opened the first of its tickets."""
    first: dict[str, datetime] = {}
    for facts in batch:
        if facts.customer:
            first[facts.customer] = min(facts.opened_at, first.get(facts.customer, facts.opened_at))
    return first


def _stored_events(tickets: Sequence[int]) -> dict[int, list[EventKey]]:
    """The events that earlier imports have stored for the tickets."""
    keys: dict[int, list[EventKey]] = defaultdict(list)
    if not tickets:
        return keys
    events = TicketEvent.objects.filter(ticket__in=tickets, via=Via.IMPORT).order_by()
    for ticket, *event in events.values_list("ticket_id", "kind", "at", "new_state", "changes"):
        keys[ticket].append(event_key(*event))
    return keys


def _apply(ticket: Ticket, values: Any) -> None:
    for name, value in values.items():
        setattr(ticket, name, value)


def _create(new: Planned) -> None:
    for ticket, plan in new:
        _apply(ticket, plan.values)
    Ticket.objects.bulk_create([ticket for ticket, _ in new])


def _update(changed: Planned) -> None:
    """Write the changed columns only, ticket by ticket: a bulk update would write, and mark as changed, all of them."""
    for ticket, plan in changed:
        if plan.values:
            Ticket.objects.filter(pk=ticket.pk).update(**plan.values, version=F("version") + 1)


def _add_events(planned: Planned, *, at: datetime) -> None:
    insert_rows(
        TicketEvent,
        _EVENT_FIELDS,
        [_event(ticket, event, at) for ticket, plan in planned for event in plan.events],
    )


def _event(ticket: Ticket, fact: EventFact, at: datetime) -> tuple[Any, ...]:
    """The event in the order of _EVENT_FIELDS."""
    return (
        ticket.pk,
        fact.kind,
        fact.at,
        fact.actor_name,
        fact.old_state,
        fact.new_state,
        fact.reason,
        "",
        fact.changes,
        Via.IMPORT,
        "",
        at,
    )
