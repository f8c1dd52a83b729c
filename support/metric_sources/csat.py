"""What customers say of how their tickets were solved: answers as they are given, questions as they are asked."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Case, F, Max, Min, Q, Value, When
from django.db.models.functions import Coalesce

from metrics.frame import Frame
from metrics.gather import Microseconds, gather_frame
from metrics.sources import Capture, Link, MetricSource, RowWords, ShippedMetric, register_metrics, register_source
from operations.models import User
from support.models import CsatRequest, Ticket
from support.selectors.quality import OVERSEE_CSAT

TABLE = CsatRequest._meta.db_table
SATISFIED = 4
_OF_TICKET = ("priority", "category", "channel")
_DIMENSIONS = {"priority": "Priority", "category": "Category", "channel": "Channel", "agent": "Solved by"}
_COLUMNS = {
    **{name: F(f"ticket__{name}") for name in _OF_TICKET},
    "agent": Coalesce(F("agent__email"), Value("none")),
}


def fetch_answers(start: datetime, end: datetime) -> Frame:
    """Questions by when they were last answered, with that answer."""
    answered = CsatRequest.objects.filter(answered_at__gte=start, answered_at__lt=end)
    measures = {"score": F("score"), "satisfied": _one_where(Q(score__gte=SATISFIED))}
    return gather_frame(answered, at=Microseconds("answered_at"), measures=measures, dimensions=_COLUMNS)


def fetch_questions(start: datetime, end: datetime) -> Frame:
    """Questions by when they were asked, with whether they have been answered since."""
    asked = CsatRequest.objects.filter(asked_at__gte=start, asked_at__lt=end)
    measures = {"answered": _one_where(Q(answered_at__isnull=False))}
    return gather_frame(asked, at=Microseconds("asked_at"), measures=measures, dimensions=_COLUMNS)


def _one_where(condition: Q) -> Case:
    return Case(When(condition, then=Value(1)), default=Value(0))


def span_of(field: str) -> tuple[datetime, datetime] | None:
    """The first and last of the column over all questions; None without any."""
    bounds = CsatRequest.objects.aggregate(first=Min(field), last=Max(field))
    return (bounds["first"], bounds["last"]) if bounds["first"] is not None else None


def describe(keys: Sequence[int]) -> dict[int, RowWords]:
    """Questions in words, by primary key."""
    found = CsatRequest.objects.select_related("ticket").filter(pk__in=keys)
    return {
        row.pk: RowWords(
            label=str(row.ticket),
            url=row.ticket.get_absolute_url(),
            detail=f"{row.score} of 5" if row.score else "no answer",
        )
        for row in found
    }


def _captures(event_time: str, *watched: str) -> list[Capture]:
    """Changes of questions, and of what they carry of their ticket and of who solved it."""
    times = [(event_time,)]
    return [
        Capture(TABLE, times, ("ticket_id", "agent_id", *watched)),
        Capture(Ticket._meta.db_table, times, _OF_TICKET, through=[Link(TABLE, "ticket_id")]),
        Capture(User._meta.db_table, times, ("email",), through=[Link(TABLE, "agent_id")]),
    ]


register_source(
    MetricSource(
        key="csat",
        label="Answers of customers, by when they were last given",
        model="support.CsatRequest",
        captures=_captures("answered_at", "score"),
        fetch=fetch_answers,
        span=lambda: span_of("answered_at"),
        measures={"score": "points", "satisfied": "answers"},
        dimensions=_DIMENSIONS,
        measure_labels={"score": "Score, 1 to 5", "satisfied": "4 or 5, 1 or 0"},
        event_time="when the customer last answered",
        describe=describe,
        permission=OVERSEE_CSAT,
    )
)
register_source(
    MetricSource(
        key="csat_questions",
        label="Questions to customers, by when they were asked",
        model="support.CsatRequest",
        captures=_captures("asked_at", "answered_at"),
        fetch=fetch_questions,
        span=lambda: span_of("asked_at"),
        measures={"answered": "questions"},
        dimensions=_DIMENSIONS,
        measure_labels={"answered": "Answered since, 1 or 0"},
        event_time="when the customer was asked",
        describe=describe,
        permission=OVERSEE_CSAT,
    )
)
register_metrics(
    [
        ShippedMetric(
            key="csat_ratio",
            name="Customer satisfaction",
            question="How many of those who answer are content with how we helped?",
            purpose="Share of 4 and 5 among the answers of the period, 0 to 1; the last answer to a question counts. "
            "Read it beside the response rate: those who do not answer are not in it.",
            unit="ratio",
            decimals=3,
            direction="up",
            kind="ratio",
            source="csat",
            formula={"numerator": "satisfied"},
            position=24,
        ),
        ShippedMetric(
            key="csat_response_ratio",
            name="Satisfaction, response rate",
            question="How many of those we ask answer at all?",
            purpose="Share of the questions asked in the period that have been answered since, 0 to 1; a young period "
            "can still rise until its links expire.",
            unit="ratio",
            decimals=3,
            direction="up",
            kind="ratio",
            source="csat_questions",
            formula={"numerator": "answered"},
            position=25,
        ),
    ]
)
