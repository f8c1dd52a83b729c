"""Tickets by when they were solved, with whether their customer came back with another one within a week."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
from django.db.models import Count, OuterRef, Subquery

from metrics.frame import MISSING, Frame
from metrics.gather import Microseconds, gather_frame
from metrics.hours import hour_of, list_ranges
from metrics.sources import Capture, MetricSource, register_source
from support.metric_sources import frames
from support.metric_sources.sources import captures_of
from support.models import Ticket

SOURCE = "ticket_repeats"
WITHIN = timedelta(days=7)


def _fetch(start: datetime, end: datetime) -> Frame:
    solved = frames.counted_tickets().filter(resolved_at__gte=start, resolved_at__lt=end, customer__isnull=False)
    later = frames.counted_tickets().filter(customer=OuterRef("customer"), opened_at__gt=OuterRef("resolved_at"))
    solved = solved.annotate(next_at=Subquery(later.order_by("opened_at").values("opened_at")[:1]))
    frame = gather_frame(
        solved,
        at=Microseconds("resolved_at"),
        measures={"next": Microseconds("next_at")},
        dimensions=frames.columns_of(),
    )
    following = frame.measures["next"]
    came_back = (following != MISSING) & (following - frame.at <= WITHIN // timedelta(microseconds=1))
    return replace(frame, measures={"came_back": came_back.astype(np.int64)})


def _spread(hours: Collection[int]) -> dict[int, int]:
    """The hours in which tickets were solved whose customer opened another in these, at most a week later."""
    found: dict[int, int] = {}
    for start, end in list_ranges(hours):
        customers = Ticket.objects.filter(opened_at__gte=start, opened_at__lt=end, customer__isnull=False)
        solved = Ticket.objects.filter(resolved_at__gte=start - WITHIN, resolved_at__lt=end)
        rows = solved.filter(customer__in=customers.values("customer")).values_list("resolved_at")
        for moment, count in rows.annotate(n=Count("pk")).order_by():
            hour = hour_of(moment)
            if hour not in hours:
                found[hour] = found.get(hour, 0) + count
    return found


register_source(
    MetricSource(
        key=SOURCE,
        label="Tickets of known customers, by when they were last resolved",
        model="support.Ticket",
        captures=[
            *captures_of([("resolved_at",)]),
            Capture(frames.TABLE, [("opened_at",)], ("state", "customer_id"), part="opened"),
            Capture(frames.TABLE, [("resolved_at",)], ("customer_id", "opened_at"), siblings="customer_id"),
        ],
        fetch=_fetch,
        span=lambda: frames.span_of("resolved_at"),
        measures={"came_back": "tickets"},
        dimensions=frames.DIMENSIONS,
        measure_labels={"came_back": "Another ticket of the customer within 7 days, 1 or 0"},
        event_time="when the ticket was last resolved",
        describe=frames.describe,
        permission=frames.PERMISSION,
        spread=_spread,
    )
)
