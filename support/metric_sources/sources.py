"""The sources of tickets, and the changes that move their numbers."""

from collections.abc import Sequence

from metrics.sources import Capture, Link, MetricSource, register_source
from support.metric_sources import frames
from support.metric_sources.frames import DIMENSIONS, OWN, PERMISSION
from support.models import Customer, Team

_WATCHED = ("state", *OWN, "team_id", "customer_id")
_AGE = "Customer age at opening"
_OF_A_TICKET = {"reopened": "Reopened, 1 or 0", "external_sla_met": "Promise kept as imported, 1 or 0"}


def captures_of(
    event_times: Sequence[tuple[str, ...]], *watched: str, later: Sequence[int] = (0,), part: str = ""
) -> list[Capture]:
    """Changes of tickets, and of what tickets carry of their team and customer."""
    team, customer = Link(frames.TABLE, "team_id"), Link(frames.TABLE, "customer_id")
    tables: list[tuple[str, tuple[str, ...], list[Link]]] = [
        (frames.TABLE, (*_WATCHED, *watched), []),
        (Team._meta.db_table, ("slug",), [team]),
        (Customer._meta.db_table, ("segment", "joined_at"), [customer]),
    ]
    return [Capture(table, event_times, columns, through=way, later=later, part=part) for table, columns, way in tables]


register_source(
    MetricSource(
        key="tickets_opened",
        label="Tickets, by when they were opened",
        model="support.Ticket",
        captures=captures_of([("opened_at",)], "reopen_count", "is_external_sla_met"),
        fetch=frames.fetch_opened,
        span=lambda: frames.span_of("opened_at"),
        measures={"reopened": "tickets", "external_sla_met": "tickets", "customer_age": "µs"},
        dimensions=DIMENSIONS,
        measure_labels={**_OF_A_TICKET, "customer_age": _AGE},
        event_time="when the ticket was opened",
        describe=frames.describe,
        permission=PERMISSION,
    )
)
register_source(
    MetricSource(
        key="tickets_resolved",
        label="Tickets, by when they were last resolved",
        model="support.Ticket",
        captures=captures_of([("resolved_at",)], "opened_at", "reopen_count", "is_external_sla_met"),
        fetch=frames.fetch_resolved,
        span=lambda: frames.span_of("resolved_at"),
        measures={"resolution": "µs", "reopened": "tickets", "external_sla_met": "tickets", "customer_age": "µs"},
        dimensions=DIMENSIONS,
        measure_labels={
            "resolution": "Time to resolution",
            **_OF_A_TICKET,
            "customer_age": _AGE,
        },
        event_time="when the ticket was last resolved",
        describe=frames.describe,
        permission=PERMISSION,
    )
)
register_source(
    MetricSource(
        key=frames.LIFETIMES,
        label="Tickets, by when they were opened, followed until they end",
        model="support.Ticket",
        captures=captures_of([("opened_at",)], "resolved_at", "closed_at"),
        fetch=frames.fetch_lifetimes,
        span=lambda: frames.span_of("opened_at"),
        measures={"lifetime": "µs", "is_over": "tickets", "customer_age": "µs"},
        dimensions=DIMENSIONS,
        measure_labels={"lifetime": "Time to the end", "is_over": "Ended, 1 or 0", "customer_age": _AGE},
        event_time="when the ticket was opened",
        describe=frames.describe,
        permission=PERMISSION,
        unsettled=lambda _since: frames.list_open_instants(),
    )
)
register_source(
    MetricSource(
        key="ticket_backlog",
        label="Tickets entering and leaving the backlog",
        model="support.Ticket",
        captures=captures_of([("opened_at",), ("resolved_at", "closed_at")]),
        fetch=frames.fetch_flow,
        span=lambda: frames.span_of("opened_at", "resolved_at", "closed_at"),
        measures={"change": "tickets"},
        dimensions=DIMENSIONS,
        measure_labels={"change": "Change of the backlog"},
        event_time="when a ticket is opened, and when it is resolved or else closed",
        held_at=frames.backlog_at,
        describe=frames.describe,
        permission=PERMISSION,
    )
)
