"""What support offers to metrics: tickets as they are opened, as they are resolved, and the backlog between."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from django.db.models import Max, Min, Q, QuerySet

from metrics.frame import Frame, empty_frame, to_microseconds
from metrics.sources import (
    Capture,
    MetricSource,
    ShippedMetric,
    ShippedTarget,
    SourceRow,
    register_metrics,
    register_source,
)
from support.models import Ticket, TicketState
from support.models.ticket import ENDED_AT

TABLE = Ticket._meta.db_table
HOUR = 3_600_000_000
DIMENSIONS = {"priority": "Priority", "category": "Category", "channel": "Channel"}
_LEFT_OUT = (TicketState.MERGED, TicketState.SPAM)


def counted_tickets() -> "QuerySet[Ticket]":
    """The population of every ticket metric: all but merged tickets and spam."""
    return Ticket.objects.exclude(state__in=_LEFT_OUT)


def _dimension_columns(rows: Sequence[tuple[Any, ...]], first: int) -> dict[str, Any]:
    return {key: np.array([row[first + i] for row in rows], dtype=object) for i, key in enumerate(DIMENSIONS)}


def _fetch_opened(start: datetime, end: datetime) -> Frame:
    rows = list(counted_tickets().filter(opened_at__gte=start, opened_at__lt=end).values_list("opened_at", *DIMENSIONS))
    if not rows:
        return empty_frame([], DIMENSIONS)
    return Frame(at=to_microseconds(row[0] for row in rows), measures={}, dimensions=_dimension_columns(rows, 1))


def _fetch_resolved(start: datetime, end: datetime) -> Frame:
    rows = list(
        counted_tickets()
        .filter(resolved_at__gte=start, resolved_at__lt=end)
        .values_list("resolved_at", "opened_at", "reopen_count", *DIMENSIONS)
    )
    if not rows:
        return empty_frame(["resolution", "reopened"], DIMENSIONS)
    at = to_microseconds(row[0] for row in rows)
    return Frame(
        at=at,
        measures={
            "resolution": at - to_microseconds(row[1] for row in rows),
            "reopened": np.array([row[2] > 0 for row in rows], dtype=np.int64),
        },
        dimensions=_dimension_columns(rows, 3),
    )


def _fetch_flow(start: datetime, end: datetime) -> Frame:
    """One row as a ticket enters the backlog (+1) and one as it leaves (−1)."""
    entered = list(
        counted_tickets().filter(opened_at__gte=start, opened_at__lt=end).values_list("opened_at", *DIMENSIONS)
    )
    left = list(
        counted_tickets()
        .filter(
            Q(resolved_at__gte=start, resolved_at__lt=end)
            | Q(resolved_at__isnull=True, closed_at__gte=start, closed_at__lt=end)
        )
        .annotate(ended_at=ENDED_AT)
        .values_list("ended_at", *DIMENSIONS)
    )
    rows = entered + left
    if not rows:
        return empty_frame(["change"], DIMENSIONS)
    return Frame(
        at=to_microseconds(row[0] for row in rows),
        measures={"change": np.array([1] * len(entered) + [-1] * len(left), dtype=np.int64)},
        dimensions=_dimension_columns(rows, 1),
    )


def _span(*fields: str) -> tuple[datetime, datetime] | None:
    bounds = Ticket.objects.aggregate(
        **{f"first_{name}": Min(name) for name in fields}, **{f"last_{name}": Max(name) for name in fields}
    )
    moments = [moment for moment in bounds.values() if moment is not None]
    return (min(moments), max(moments)) if moments else None


def _conditions(wanted: Mapping[str, Any]) -> Q:
    condition = Q()
    for key, words in wanted.items():
        condition &= Q(**{f"{key}__in": words if isinstance(words, list) else [words]})
    return condition


def _backlog_at(moment: datetime, wanted: Mapping[str, Any]) -> int:
    """How many tickets were open at an instant: opened_at ≤ t < (resolved_at, else closed_at)."""
    tickets = counted_tickets().filter(_conditions(wanted)).annotate(ended_at=ENDED_AT)
    return tickets.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=moment), opened_at__lte=moment).count()


def _rows(start: datetime, end: datetime, wanted: Mapping[str, Any], limit: int, field: str) -> list[SourceRow]:
    tickets = counted_tickets().filter(_conditions(wanted), **{f"{field}__gte": start, f"{field}__lt": end})
    rows = []
    for ticket in tickets.order_by(f"-{field}", "-pk")[:limit]:
        at: datetime = getattr(ticket, field)
        spent = at - ticket.opened_at
        value = (spent.days * 86_400 + spent.seconds) * 1_000_000 + spent.microseconds
        detail = " · ".join(filter(None, (ticket.get_priority_display(), ticket.category)))
        rows.append(
            SourceRow(
                label=str(ticket),
                url=ticket.get_absolute_url(),
                at=at,
                detail=detail,
                value=value if field == "resolved_at" else None,
            )
        )
    return rows


_WATCHED = ("state", *DIMENSIONS)

register_source(
    MetricSource(
        key="tickets_opened",
        label="Tickets, by when they were opened",
        model="support.Ticket",
        captures=[Capture(TABLE, [("opened_at",)], _WATCHED)],
        fetch=_fetch_opened,
        span=lambda: _span("opened_at"),
        measures={},
        dimensions=DIMENSIONS,
        rows=lambda start, end, wanted, limit: _rows(start, end, wanted, limit, "opened_at"),
    )
)
register_source(
    MetricSource(
        key="tickets_resolved",
        label="Tickets, by when they were last resolved",
        model="support.Ticket",
        captures=[Capture(TABLE, [("resolved_at",)], (*_WATCHED, "opened_at", "reopen_count"))],
        fetch=_fetch_resolved,
        span=lambda: _span("resolved_at"),
        measures={"resolution": "µs", "reopened": "tickets"},
        dimensions=DIMENSIONS,
        rows=lambda start, end, wanted, limit: _rows(start, end, wanted, limit, "resolved_at"),
    )
)
register_source(
    MetricSource(
        key="ticket_backlog",
        label="Tickets entering and leaving the backlog",
        model="support.Ticket",
        captures=[Capture(TABLE, [("opened_at",), ("resolved_at", "closed_at")], _WATCHED)],
        fetch=_fetch_flow,
        span=lambda: _span("opened_at", "resolved_at", "closed_at"),
        measures={"change": "tickets"},
        dimensions=DIMENSIONS,
        level_at=_backlog_at,
        rows=lambda start, end, wanted, limit: _rows(start, end, wanted, limit, "opened_at"),
    )
)

_RESOLUTION = {"measure": "resolution", "scale": HOUR}
_CLOCK = (
    "Calendar hours from opening to the last resolution, over the tickets resolved in the period; "
    "merged tickets and spam left out."
)

register_metrics(
    [
        ShippedMetric(
            key="ticket_resolution_hours_mean",
            name="Ticket resolution",
            question="How long does a customer wait until the problem is gone?",
            purpose=_CLOCK,
            unit="h",
            direction="down",
            kind="mean",
            source="tickets_resolved",
            formula=_RESOLUTION,
            dimensions=["priority"],
            position=10,
            target=ShippedTarget(value=8, baseline=32, days=365, reason="The level before the programme began."),
        ),
        ShippedMetric(
            key="ticket_resolution_hours_median",
            name="Ticket resolution, median",
            question="How long does the typical customer wait until the problem is gone?",
            purpose=_CLOCK,
            unit="h",
            direction="down",
            kind="percentile",
            source="tickets_resolved",
            formula={**_RESOLUTION, "quantile": 0.5},
            dimensions=["priority"],
            position=11,
        ),
        ShippedMetric(
            key="ticket_resolution_hours_p90",
            name="Ticket resolution, slowest tenth",
            question="How long do the unluckiest tenth of customers wait at least?",
            purpose=_CLOCK,
            unit="h",
            direction="down",
            kind="percentile",
            source="tickets_resolved",
            formula={**_RESOLUTION, "quantile": 0.9},
            dimensions=["priority"],
            position=12,
        ),
        ShippedMetric(
            key="tickets_opened",
            name="Tickets opened",
            question="How much help do customers ask for?",
            purpose="Tickets by the day they were opened; merged tickets and spam left out.",
            unit="tickets",
            decimals=0,
            direction="down",
            kind="count",
            source="tickets_opened",
            formula={},
            position=20,
        ),
        ShippedMetric(
            key="tickets_resolved",
            name="Tickets resolved",
            question="How much help do we give?",
            purpose="Tickets by the day they were last resolved; merged tickets and spam left out.",
            unit="tickets",
            decimals=0,
            direction="up",
            kind="count",
            source="tickets_resolved",
            formula={},
            position=21,
        ),
        ShippedMetric(
            key="ticket_backlog",
            name="Ticket backlog",
            question="How many customers wait at the end of the period?",
            purpose="Tickets opened and neither resolved nor closed at the end of the period.",
            unit="tickets",
            decimals=0,
            direction="down",
            kind="stock",
            source="ticket_backlog",
            formula={"measure": "change"},
            position=22,
        ),
        ShippedMetric(
            key="ticket_reopen_ratio",
            name="Tickets reopened",
            question="How often was a problem not gone after all?",
            purpose="Share of the tickets resolved in the period that had been reopened at least once, 0 to 1.",
            unit="ratio",
            decimals=3,
            direction="down",
            kind="ratio",
            source="tickets_resolved",
            formula={"numerator": "reopened"},
            position=23,
        ),
    ]
)
