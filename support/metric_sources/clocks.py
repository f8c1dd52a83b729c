"""Clocks of tickets, by when they ended."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Case, F, Max, Min, Q, Value, When
from django.db.models.functions import Coalesce

from foundation.words import duration
from metrics.frame import Frame
from metrics.gather import Microseconds, gather_frame
from metrics.sources import Capture, Link, MetricSource, RowWords, register_source
from support.metric_sources import frames
from support.metric_sources.belonging import capture_of_policies, captures_of_tickets
from support.models import ClockMetric, ClockState, TicketClock

SOURCE = "ticket_clocks_ended"
DURATION_LABELS = {"calendar": "Calendar time", "business": "Business time"}
FULFILLED = Q(state=ClockState.FULFILLED.value)
DURATIONS = {
    "calendar": Case(When(FULFILLED, then=F("elapsed_calendar_us"))),
    "business": Case(When(FULFILLED, then=F("elapsed_business_us"))),
}
POLICY = Coalesce(F("policy_version__policy__name"), Value(frames.NONE))
_TABLE = TicketClock._meta.db_table
_EVENT_TIMES = [("ended_at",)]
_MET = Case(
    When(breached_at__isnull=False, then=Value(0)),  # Also where a later policy promises nothing.
    When(target_seconds__isnull=False, then=Value(1)),
)
_WATCHED = (
    *("metric", "state", "elapsed_calendar_us", "elapsed_business_us"),
    *("breached_at", "target_seconds", "policy_version_id"),
)


def _fetch(start: datetime, end: datetime) -> Frame:
    """Clocks that were fulfilled, and those that fell away after their target had passed.

    A promise that falls away before (the ticket was solved while an answer was due, or closed) was neither kept nor
    broken. All clocks are named so that the index by clock and end serves.
    """
    clocks = TicketClock.objects.filter(metric__in=ClockMetric.values, ended_at__gte=start, ended_at__lt=end)
    clocks = clocks.filter(FULFILLED | Q(breached_at__isnull=False)).exclude(ticket__state__in=frames.LEFT_OUT)
    return gather_frame(
        clocks,
        at=Microseconds("ended_at"),
        measures={**DURATIONS, "met": _MET},
        dimensions={"clock": F("metric"), "policy": POLICY, **frames.columns_of("ticket__")},
    )


def _span() -> tuple[datetime, datetime] | None:
    bounds = TicketClock.objects.aggregate(first=Min("ended_at"), last=Max("ended_at"))
    return (bounds["first"], bounds["last"]) if bounds["first"] else None


def describe(keys: Sequence[int]) -> dict[int, RowWords]:
    """Clocks in words, by primary key."""
    clocks = TicketClock.objects.filter(pk__in=keys).select_related("ticket")
    return {
        clock.pk: RowWords(
            label=str(clock.ticket), url=clock.ticket.get_absolute_url(), detail=" · ".join(_details(clock))
        )
        for clock in clocks
    }


def _details(clock: TicketClock) -> list[str]:
    business = timedelta(microseconds=clock.elapsed_business_us)
    words = [clock.get_metric_display(), f"{duration(business)} of business time"]
    return [*words, "target passed"] if clock.breached_at else words


register_source(
    MetricSource(
        key=SOURCE,
        label="Clocks of tickets, by when they ended",
        model="support.TicketClock",
        captures=[
            Capture(_TABLE, _EVENT_TIMES, _WATCHED),
            *captures_of_tickets(_EVENT_TIMES, Link(_TABLE, "ticket_id")),
            capture_of_policies(_EVENT_TIMES, _TABLE),
        ],
        fetch=_fetch,
        span=_span,
        measures={"calendar": "µs", "business": "µs", "met": "clocks"},
        dimensions={"clock": "Clock", "policy": "Policy", **frames.DIMENSIONS},
        measure_labels={**DURATION_LABELS, "met": "Target kept, 1 or 0"},
        event_time="when the clock ended: replied, or solved",
        describe=describe,
        permission=frames.PERMISSION,
    )
)
