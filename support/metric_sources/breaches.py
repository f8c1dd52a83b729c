"""Targets that passed: one row a breach, by when it happened. It stays one, whatever is promised later."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Case, F, Max, Min, Value, When

from metrics.frame import Frame
from metrics.gather import Microseconds, gather_frame
from metrics.sources import Capture, Link, MetricSource, RowWords, register_source
from support.clocks.rules import BREACH
from support.metric_sources import frames
from support.metric_sources.belonging import capture_of_policies, captures_of_tickets
from support.metric_sources.clocks import POLICY
from support.models import BreachExcuse, ClockCrossing

SOURCE = "ticket_breaches"
_TABLE = ClockCrossing._meta.db_table
_EVENT_TIMES = [("crossed_at",)]


def _fetch(start: datetime, end: datetime) -> Frame:
    breaches = ClockCrossing.objects.filter(share=BREACH, crossed_at__gte=start, crossed_at__lt=end)
    return gather_frame(
        breaches.exclude(ticket__state__in=frames.LEFT_OUT),
        at=Microseconds("crossed_at"),
        measures={"excused": Case(When(excuse__isnull=False, then=Value(1)), default=Value(0))},
        dimensions={"clock": F("metric"), "policy": POLICY, **frames.columns_of("ticket__")},
    )


def _span() -> tuple[datetime, datetime] | None:
    bounds = ClockCrossing.objects.filter(share=BREACH).aggregate(first=Min("crossed_at"), last=Max("crossed_at"))
    return (bounds["first"], bounds["last"]) if bounds["first"] else None


def _describe(keys: Sequence[int]) -> dict[int, RowWords]:
    breaches = ClockCrossing.objects.filter(pk__in=keys).select_related("ticket")
    return {
        one.pk: RowWords(label=str(one.ticket), url=one.ticket.get_absolute_url(), detail=one.get_metric_display())
        for one in breaches
    }


register_source(
    MetricSource(
        key=SOURCE,
        label="Broken promises, by when the target passed",
        model="support.ClockCrossing",
        captures=[
            Capture(_TABLE, _EVENT_TIMES, only=("share", BREACH)),
            Capture(BreachExcuse._meta.db_table, _EVENT_TIMES, ("reason",), owner=(_TABLE, "crossing_id")),
            *captures_of_tickets(_EVENT_TIMES, Link(_TABLE, "ticket_id")),
            capture_of_policies(_EVENT_TIMES, _TABLE),
        ],
        fetch=_fetch,
        span=_span,
        measures={"excused": "breaches"},
        dimensions={"clock": "Clock", "policy": "Policy", **frames.DIMENSIONS},
        measure_labels={"excused": "Excused, 1 or 0"},
        event_time="when the target passed",
        describe=_describe,
        permission=frames.PERMISSION,
    )
)
