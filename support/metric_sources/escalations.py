"""Escalations of tickets, by when they were raised."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, Case, Exists, Max, Min, OuterRef, QuerySet, Subquery, When
from django.db.models.functions import Cast, Substr

from metrics.frame import Frame
from metrics.gather import Microseconds, gather_frame
from metrics.sources import Capture, Link, MetricSource, RowWords, register_source
from operations.models import Escalation
from support.metric_sources import frames
from support.metric_sources.belonging import captures_of_tickets
from support.selectors.escalations import SUBJECT_PREFIX

SOURCE = "ticket_escalations"
_TABLE = Escalation._meta.db_table
_EVENT_TIMES = [("raised_at",)]
_NUMBER = rf"^{SUBJECT_PREFIX}[1-9][0-9]{{0,17}}$"
_KEY = Case(
    When(subject__regex=_NUMBER, then=Cast(Substr("subject", len(SUBJECT_PREFIX) + 1), BigIntegerField())),
)


def _of_tickets() -> "QuerySet[Escalation]":
    """Escalations of counted tickets, with the ticket's number."""
    found = Escalation.objects.filter(subject__startswith=SUBJECT_PREFIX).annotate(ticket_key=_KEY)
    return found.filter(Exists(frames.counted_tickets().filter(pk=OuterRef("ticket_key"))))


def _columns() -> Mapping[str, Any]:
    """The dimensions, from the ticket."""
    tickets = frames.counted_tickets().filter(pk=OuterRef("ticket_key"))
    return {
        name: Subquery(tickets.annotate(word=expression).values("word")[:1])
        for name, expression in frames.columns_of().items()
    }


def _fetch(start: datetime, end: datetime) -> Frame:
    raised = _of_tickets().filter(raised_at__gte=start, raised_at__lt=end)
    return gather_frame(raised, at=Microseconds("raised_at"), dimensions=_columns())


def _span() -> tuple[datetime, datetime] | None:
    raised = Escalation.objects.filter(subject__startswith=SUBJECT_PREFIX)
    bounds = raised.aggregate(first=Min("raised_at"), last=Max("raised_at"))
    return (bounds["first"], bounds["last"]) if bounds["first"] else None


def _describe(keys: Sequence[int]) -> dict[int, RowWords]:
    return {
        one.pk: RowWords(label=one.title, url=one.get_absolute_url(), detail=one.get_state_display())
        for one in Escalation.objects.filter(pk__in=keys)
    }


register_source(
    MetricSource(
        key=SOURCE,
        label="Escalations of tickets, by when they were raised",
        model="operations.Escalation",
        captures=[
            Capture(_TABLE, _EVENT_TIMES, ("subject",)),
            *captures_of_tickets(_EVENT_TIMES, Link(_TABLE, "subject", SUBJECT_PREFIX)),
        ],
        fetch=_fetch,
        span=_span,
        measures={},
        dimensions=frames.DIMENSIONS,
        event_time="when the escalation was raised",
        describe=_describe,
        permission="operations.view_escalation",
    )
)
