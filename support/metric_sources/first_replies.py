"""First replies, by when their ticket was opened; tickets that have none yet are among them."""

from datetime import datetime

from django.db.models import Case, Q, Value, When

from metrics.frame import Frame
from metrics.gather import Microseconds, gather_frame
from metrics.sources import Capture, Link, MetricSource, register_source
from support.metric_sources import frames
from support.metric_sources.belonging import WATCHED
from support.metric_sources.clocks import DURATION_LABELS, DURATIONS, FULFILLED, describe
from support.models import ClockMetric, Customer, Team, TicketClock, TicketState

SOURCE = "ticket_first_replies"
_TABLE = TicketClock._meta.db_table
_EVENT_TIMES = [("opened_at",)]
_OVER = Q(ticket__state__in=(TicketState.SOLVED, TicketState.CLOSED))


def _fetch(start: datetime, end: datetime) -> Frame:
    """The first reply's clock of every ticket whose customer has written; durations of those that were answered."""
    clocks = TicketClock.objects.filter(metric=ClockMetric.FIRST_REPLY)
    clocks = clocks.filter(ticket__opened_at__gte=start, ticket__opened_at__lt=end)
    return gather_frame(
        clocks.exclude(ticket__state__in=frames.LEFT_OUT),
        at=Microseconds("ticket__opened_at"),
        measures={
            **DURATIONS,
            "unanswered": Case(When(FULFILLED, then=Value(0)), default=Value(1)),
            "solved_unanswered": Case(When(~FULFILLED & _OVER, then=Value(1)), default=Value(0)),
        },
        dimensions=frames.columns_of("ticket__"),
    )


register_source(
    MetricSource(
        key=SOURCE,
        label="First replies, by when the ticket was opened",
        model="support.TicketClock",
        captures=[
            Capture(
                _TABLE,
                _EVENT_TIMES,
                ("state", "elapsed_calendar_us", "elapsed_business_us"),
                owner=(frames.TABLE, "ticket_id"),
                only=("metric", ClockMetric.FIRST_REPLY.value),
            ),
            Capture(frames.TABLE, _EVENT_TIMES, WATCHED),
            Capture(Team._meta.db_table, _EVENT_TIMES, ("slug",), through=[Link(frames.TABLE, "team_id")]),
            Capture(Customer._meta.db_table, _EVENT_TIMES, ("segment",), through=[Link(frames.TABLE, "customer_id")]),
        ],
        fetch=_fetch,
        span=lambda: frames.span_of("opened_at"),
        measures={"calendar": "µs", "business": "µs", "unanswered": "tickets", "solved_unanswered": "tickets"},
        dimensions=frames.DIMENSIONS,
        measure_labels={
            **DURATION_LABELS,
            "unanswered": "Without a first reply, 1 or 0",
            "solved_unanswered": "Solved without a reply, 1 or 0",
        },
        event_time="when the ticket was opened",
        describe=describe,
        permission=frames.PERMISSION,
    )
)
