"""Insights: written down or suggested, taken from state to state, and the tickets that are their evidence."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from foundation.bulk_rows import insert_missing_rows
from foundation.errors import InvalidInputError, RefusedTransitionError, StaleWriteError
from operations.models import User
from support.models import (
    INSIGHT_ENDED,
    INSIGHT_OPEN,
    Insight,
    InsightKind,
    InsightState,
    InsightTicket,
    InsightTransition,
    Ticket,
)
from support.services.insight_states import check_step
from support.services.people import check_person
from support.services.requesters import list_up_requesters

REASON_LENGTH = 500
MOST_TICKETS = 1000
_EDITED = {"statement", "kind", "cause", "product", "owner"}
_EVIDENCE = ("insight_id", "ticket_id", "added_at", "added_by_id")


@dataclass(frozen=True)
class NewInsight:
    """What an insight starts with; `basis` and `collects_from_at` where the system suggests it."""

    statement: str
    kind: InsightKind = InsightKind.UNSORTED
    cause: str = ""
    product: str = ""
    owner: User | None = None
    tickets: Iterable[int] = field(default_factory=list)
    basis: str = ""
    collects_from_at: datetime | None = None


def open_insight(*, new: NewInsight, by: User | None, at: datetime) -> Insight:
    """A new candidate with its first evidence.

    InvalidInputError without a statement, for tickets that do not exist, and where the cause and product have an open
    insight already.
    """
    statement = new.statement.strip()
    if not statement:
        raise InvalidInputError("statement", "Say what the tickets teach.")
    check_person("owner", new.owner)
    with transaction.atomic():
        insight = Insight(
            statement=statement[:300],
            kind=new.kind,
            cause=new.cause.strip(),
            product=new.product.strip(),
            owner=new.owner,
            basis=new.basis[:300],
            opened_at=at,
            opened_by=by,
            collects_from_at=new.collects_from_at or at,
        )
        _store(insight)
        _record(insight, "", by=by, at=at, reason=new.basis)
        attach_tickets(insight, new.tickets, by=by, at=at)
    return insight


def _store(insight: Insight) -> None:
    try:
        with transaction.atomic():
            insight.save()
    except IntegrityError as error:
        taken = Insight.objects.filter(cause=insight.cause, product=insight.product, state__in=INSIGHT_OPEN)
        if not insight.cause or not (other := taken.exclude(pk=insight.pk).first()):
            raise
        raise InvalidInputError("cause", f"There is an open insight of this cause: “{other}”.") from error


def change_insight(*, insight_id: int, fields: Mapping[str, Any], version: int | None = None) -> Insight:
    """The insight with other words, kind, cause, product or owner; InvalidInputError once it has ended."""
    with transaction.atomic():
        insight = lock_insight(insight_id, version=version)
        if insight.state in INSIGHT_ENDED:
            raise InvalidInputError("insight", "It has ended, and stays as it is.")
        for name, value in fields.items():
            if name not in _EDITED:
                raise InvalidInputError(name, "Cannot be changed this way.")
            if name == "owner" and value != insight.owner:
                check_person(name, value)
            setattr(insight, name, value.strip() if isinstance(value, str) else value)
        if not insight.statement:
            raise InvalidInputError("statement", "Say what the tickets teach.")
        insight.version += 1
        _store(insight)
    return insight


def move_insight(
    *,
    insight_id: int,
    state: InsightState,
    by: User | None,
    at: datetime,
    reason: str = "",
    version: int | None = None,
) -> Insight:
    """Take the insight to another state; with shipping, who asked for it is listed up.

    Raises RefusedTransitionError with the allowed states, InvalidInputError for what the step needs, StaleWriteError.
    """
    with transaction.atomic():
        insight = lock_insight(insight_id, version=version)
        enter_state(insight, state, by=by, at=at, reason=reason)
    return insight


def enter_state(insight: Insight, state: InsightState, *, by: User | None, at: datetime, reason: str = "") -> None:
    """The step itself, on a locked insight."""
    words = reason.strip()[:REASON_LENGTH]
    check_step(insight, state, words)
    old, insight.state = insight.state, state
    if state is InsightState.VALIDATED:
        insight.validated_at, insight.owner = at, insight.owner or by
    elif state is InsightState.SHIPPED:
        insight.shipped_at = at
        list_up_requesters(insight)
    elif state in INSIGHT_ENDED:
        insight.ended_at = at
    insight.version += 1
    insight.save()
    _record(insight, old, by=by, at=at, reason=words)


def _record(insight: Insight, old: str, *, by: User | None, at: datetime, reason: str) -> None:
    InsightTransition.objects.create(
        insight=insight, old_state=old, new_state=insight.state, actor=by, reason=reason[:REASON_LENGTH], at=at
    )


def lock_insight(insight_id: int, *, version: int | None = None) -> Insight:
    """The insight, locked until the transaction ends; StaleWriteError if it is no longer the version that was read."""
    insight = Insight.objects.select_for_update(of=("self",)).get(pk=insight_id)
    if version is not None and insight.version != version:
        raise StaleWriteError
    return insight


def add_evidence(*, insight_id: int, tickets: Iterable[int], by: User, at: datetime) -> int:
    """Add these tickets to an open insight, also ones that were taken away; how many it did not have."""
    with transaction.atomic():
        insight = lock_insight(insight_id)
        if insight.state not in INSIGHT_OPEN:
            raise RefusedTransitionError(insight.state, "changed evidence", [])
        ids = set(tickets)
        back = InsightTicket.objects.filter(insight=insight, ticket__in=ids, removed_at__isnull=False)
        returned = back.update(removed_at=None, removed_by=None, added_by=by, added_at=at)
        return returned + attach_tickets(insight, ids, by=by, at=at)


def attach_tickets(insight: Insight, tickets: Iterable[int], *, by: User | None, at: datetime) -> int:
    """Make the tickets evidence; those that are, or were taken away, stay as they are. How many are new."""
    ids = sorted(set(tickets))
    if by is not None and len(ids) > MOST_TICKETS:
        raise InvalidInputError("tickets", f"At most {MOST_TICKETS} at once.")
    if by is not None and Ticket.objects.filter(pk__in=ids).count() != len(ids):
        raise InvalidInputError("tickets", "One of these tickets does not exist.")
    rows = [(insight.pk, ticket, at, by.pk if by else None) for ticket in ids]
    return insert_missing_rows(InsightTicket, _EVIDENCE, rows, unique=("insight_id", "ticket_id"))


def remove_evidence(*, insight_id: int, ticket_id: int, by: User, at: datetime) -> None:
    """Take a ticket away; it is on record, and no worker adds it again. InvalidInputError where it is no evidence."""
    with transaction.atomic():
        insight = lock_insight(insight_id)
        if insight.state not in INSIGHT_OPEN:
            raise RefusedTransitionError(insight.state, "changed evidence", [])
        links = InsightTicket.objects.filter(insight=insight, ticket=ticket_id, removed_at__isnull=True)
        if not links.update(removed_at=at, removed_by=by):
            raise InvalidInputError("ticket", "It is no evidence of this insight.")
