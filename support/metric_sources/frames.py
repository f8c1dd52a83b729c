"""Tickets as frames: as they are opened, resolved and followed, and the backlog between."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
from django.db.models import Case, F, Max, Min, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, NullIf

from metrics.frame import MISSING, Frame, Integers, join_frames, microsecond_of
from metrics.gather import Microseconds, gather_frame, is_needed
from metrics.selectors.follow_ups import followed_at
from metrics.sources import RowWords
from support.models import Ticket, TicketState
from support.models.ticket import ENDED_AT

TABLE = Ticket._meta.db_table
HOUR = 3_600_000_000
LIFETIMES = "ticket_lifetimes"
PERMISSION = "support.view_ticket"
NONE = "none"
"""The word of a ticket without a team, or without a customer or their segment."""
DIMENSIONS = {
    "priority": "Priority",
    "category": "Category",
    "channel": "Channel",
    "team": "Team",
    "customer_segment": "Customer segment",
}
OWN = ("priority", "category", "channel")
LEFT_OUT = (TicketState.MERGED, TicketState.SPAM)

_SAID = {
    "external_sla_met": Case(
        When(is_external_sla_met=True, then=Value(1)), When(is_external_sla_met=False, then=Value(0))
    )
}


def columns_of(prefix: str = "") -> dict[str, Any]:
    """The dimensions as expressions over tickets, or with a prefix over what belongs to one."""
    return {
        **{name: F(f"{prefix}{name}") for name in OWN},
        "team": Coalesce(F(f"{prefix}team__slug"), Value(NONE)),
        "customer_segment": Coalesce(NullIf(F(f"{prefix}customer__segment"), Value("")), Value(NONE)),
    }


_COLUMNS = columns_of()


def counted_tickets() -> "QuerySet[Ticket]":
    """The population of every ticket metric: all but merged tickets and spam."""
    return Ticket.objects.exclude(state__in=LEFT_OUT)


def fetch_opened(start: datetime, end: datetime) -> Frame:
    """Tickets by when they were opened."""
    tickets = counted_tickets().filter(opened_at__gte=start, opened_at__lt=end)
    measures = {"reopens": F("reopen_count"), **_SAID, **_joined()}
    frame = gather_frame(tickets, at=Microseconds("opened_at"), measures=measures, dimensions=_COLUMNS)
    return replace(frame, measures={**_came_back(frame), **_age(frame, frame.at)})


def _came_back(frame: Frame) -> dict[str, Integers]:
    """Whether each ticket was reopened, and what the system it came from says of its promise."""
    reopened = (frame.measures["reopens"] > 0).astype(np.int64)
    return {"reopened": reopened, "external_sla_met": frame.measures["external_sla_met"]}


def _joined() -> dict[str, Microseconds]:
    return {"joined": Microseconds("customer__joined_at")} if is_needed("customer_age") else {}


def _age(frame: Frame, opened: Integers) -> dict[str, Integers]:
    """How long the customer had been one when the ticket was opened; at least 0, MISSING where nobody knows."""
    joined = frame.measures.get("joined")
    if joined is None:
        return {}
    known = joined != MISSING
    return {"customer_age": np.where(known, np.maximum(opened - np.where(known, joined, 0), 0), MISSING)}


def fetch_resolved(start: datetime, end: datetime) -> Frame:
    """Tickets by when they were last resolved."""
    measures = {"opened": Microseconds("opened_at"), "reopens": F("reopen_count"), **_SAID, **_joined()}
    tickets = counted_tickets().filter(resolved_at__gte=start, resolved_at__lt=end)
    frame = gather_frame(tickets, at=Microseconds("resolved_at"), measures=measures, dimensions=_COLUMNS)
    return replace(
        frame,
        measures={
            "resolution": frame.at - frame.measures["opened"],
            **_came_back(frame),
            **_age(frame, frame.measures["opened"]),
        },
    )


def fetch_lifetimes(start: datetime, end: datetime) -> Frame:
    """How long tickets last, by when they were opened; those that are open, until they were last followed."""
    tickets = counted_tickets().filter(opened_at__gte=start, opened_at__lt=end)
    measures = {"ended": Microseconds(ENDED_AT), **_joined()}
    frame = gather_frame(tickets, at=Microseconds("opened_at"), measures=measures, dimensions=_COLUMNS)
    has_ended, until = frame.measures["ended"] != MISSING, followed_at(LIFETIMES)
    running = np.full(len(frame), MISSING) if until is None else microsecond_of(until) - frame.at
    lifetime = np.where(has_ended, frame.measures["ended"] - np.where(has_ended, frame.at, 0), running)
    return replace(
        frame,
        measures={
            "lifetime": np.where(lifetime < 0, MISSING, lifetime),  # Opened since: not followed yet.
            "is_over": has_ended.astype(np.int64),
            **_age(frame, frame.at),
        },
    )


def list_open_instants() -> "QuerySet[Ticket, datetime]":
    """When the tickets were opened that are open still."""
    return counted_tickets().filter(resolved_at=None, closed_at=None).values_list("opened_at", flat=True)


def fetch_flow(start: datetime, end: datetime) -> Frame:
    """One row as a ticket enters the backlog (+1) and one as it leaves (−1)."""
    ended = Q(resolved_at__gte=start, resolved_at__lt=end)
    ended |= Q(resolved_at__isnull=True, closed_at__gte=start, closed_at__lt=end)
    came = fetch_opened(start, end)
    went = gather_frame(counted_tickets().filter(ended), at=Microseconds(ENDED_AT), dimensions=_COLUMNS)
    return join_frames(_changing(came, 1), _changing(went, -1))


def _changing(tickets: Frame, by: int) -> Frame:
    """The tickets, each of which changes the backlog by so much."""
    return replace(tickets, measures={"change": np.full(len(tickets), by, dtype=np.int64)})


def span_of(*fields: str) -> tuple[datetime, datetime] | None:
    """The first and last of these columns over all tickets; None without any."""
    bounds = Ticket.objects.aggregate(
        **{f"first_{name}": Min(name) for name in fields}, **{f"last_{name}": Max(name) for name in fields}
    )
    moments = [moment for moment in bounds.values() if moment is not None]
    return (min(moments), max(moments)) if moments else None


def backlog_at(moment: datetime) -> Frame:
    """The tickets that were open at an instant, by when they came: opened_at ≤ t < (resolved_at, else closed_at)."""
    tickets = counted_tickets().annotate(ended_at=ENDED_AT).filter(opened_at__lte=moment)
    held = tickets.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=moment))
    return _changing(gather_frame(held, at=Microseconds("opened_at"), dimensions=_COLUMNS), 1)


def describe(keys: Sequence[int]) -> dict[int, RowWords]:
    """Tickets in words, by primary key."""
    return {
        ticket.pk: RowWords(
            label=str(ticket),
            url=ticket.get_absolute_url(),
            detail=" · ".join(filter(None, (ticket.get_priority_display(), ticket.category))),
        )
        for ticket in Ticket.objects.filter(pk__in=keys)
    }
