"""What tickets teach, as numbers: insights, how long until they ship, and what changes moved."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import Case, F, Max, Min, Model, QuerySet, Value, When

from metrics.frame import Frame
from metrics.gather import Microseconds, gather_frame
from metrics.sources import (
    Capture,
    MetricSource,
    RowWords,
    ShippedMetric,
    ShippedTarget,
    register_metrics,
    register_source,
)
from support.metric_sources.frames import DIMENSIONS, OWN, PERMISSION, TABLE, counted_tickets, describe, span_of
from support.models import Change, ChangeVerdict, Insight

DAY = 86_400_000_000
_PROPOSAL = "A first proposal, to be set anew once there are values."
_KIND = {"kind": "Kind"}
_IS_KIND = {"kind": F("kind")}
_INSIGHTS, _CHANGES = Insight._meta.db_table, Change._meta.db_table
_SEES_INSIGHTS, _SEES_CHANGES = "support.view_insight", "support.view_change"


def _between(rows: "QuerySet[Any]", field: str, start: datetime, end: datetime) -> "QuerySet[Any]":
    return rows.filter(**{f"{field}__gte": start, f"{field}__lt": end})


def fetch_validated(start: datetime, end: datetime) -> Frame:
    """Insights by when somebody validated them."""
    rows = _between(Insight.objects.all(), "validated_at", start, end)
    return gather_frame(rows, at=Microseconds("validated_at"), dimensions=_IS_KIND)


def fetch_shipped(start: datetime, end: datetime) -> Frame:
    """Insights by when a change of theirs first shipped, with how long that took from their opening."""
    rows = _between(Insight.objects.all(), "shipped_at", start, end)
    measures = {"opened": Microseconds("opened_at")}
    frame = gather_frame(rows, at=Microseconds("shipped_at"), measures=measures, dimensions=_IS_KIND)
    return replace(frame, measures={"lead": frame.at - frame.measures["opened"]})


def fetch_changes(start: datetime, end: datetime) -> Frame:
    """Changes by when they shipped, with whether before and after were compared since."""
    rows = _between(Change.objects.all(), "shipped_at", start, end)
    measures = {"measured": Case(When(measured_at__isnull=False, then=Value(1)), default=Value(0))}
    return gather_frame(rows, at=Microseconds("shipped_at"), measures=measures, dimensions=_IS_KIND)


def fetch_decided(start: datetime, end: datetime) -> Frame:
    """Changes by when a verdict was given, with whether it confirmed what was expected."""
    rows = _between(Change.objects.all(), "decided_at", start, end)
    measures = {"confirmed": Case(When(verdict=ChangeVerdict.CONFIRMED, then=Value(1)), default=Value(0))}
    return gather_frame(rows, at=Microseconds("decided_at"), measures=measures, dimensions=_IS_KIND)


def fetch_caused(start: datetime, end: datetime) -> Frame:
    """Tickets by when they were last resolved, with whether they have a cause."""
    rows = _between(counted_tickets(), "resolved_at", start, end)
    measures = {"caused": Case(When(category="", then=Value(0)), default=Value(1))}
    return gather_frame(
        rows, at=Microseconds("resolved_at"), measures=measures, dimensions={name: F(name) for name in OWN}
    )


def _span(model: type[Model], field: str) -> Callable[[], tuple[datetime, datetime] | None]:
    def find() -> tuple[datetime, datetime] | None:
        bounds = model._default_manager.aggregate(first=Min(field), last=Max(field))
        return (bounds["first"], bounds["last"]) if bounds["first"] else None

    return find


def describe_insights(keys: Sequence[int]) -> dict[int, RowWords]:
    """Insights in words, by primary key."""
    return {
        one.pk: RowWords(label=one.statement, url=one.get_absolute_url(), detail=one.get_state_display())
        for one in Insight.objects.filter(pk__in=keys)
    }


def describe_changes(keys: Sequence[int]) -> dict[int, RowWords]:
    """Changes in words, by primary key; they are read on their insight's page."""
    return {
        one.pk: RowWords(label=one.title, url=one.insight.get_absolute_url(), detail=one.get_kind_display())
        for one in Change.objects.filter(pk__in=keys).select_related("insight")
    }


register_source(
    MetricSource(
        key="insights_validated",
        label="Insights, by when they were validated",
        model="support.Insight",
        captures=[Capture(_INSIGHTS, [("validated_at",)], ("kind",))],
        fetch=fetch_validated,
        span=_span(Insight, "validated_at"),
        measures={},
        dimensions=_KIND,
        event_time="when somebody validated the insight",
        describe=describe_insights,
        permission=_SEES_INSIGHTS,
    )
)
register_source(
    MetricSource(
        key="insights_shipped",
        label="Insights, by when a change of theirs shipped",
        model="support.Insight",
        captures=[Capture(_INSIGHTS, [("shipped_at",)], ("opened_at", "kind"))],
        fetch=fetch_shipped,
        span=_span(Insight, "shipped_at"),
        measures={"lead": "µs"},
        dimensions=_KIND,
        measure_labels={"lead": "Time from opening to shipping"},
        event_time="when the first change of the insight shipped",
        describe=describe_insights,
        permission=_SEES_INSIGHTS,
    )
)
register_source(
    MetricSource(
        key="changes_shipped",
        label="Changes, by when they shipped",
        model="support.Change",
        captures=[Capture(_CHANGES, [("shipped_at",)], ("measured_at", "kind"))],
        fetch=fetch_changes,
        span=_span(Change, "shipped_at"),
        measures={"measured": "changes"},
        dimensions=_KIND,
        measure_labels={"measured": "Before and after compared, 1 or 0"},
        event_time="when the change shipped",
        describe=describe_changes,
        permission=_SEES_CHANGES,
    )
)
register_source(
    MetricSource(
        key="changes_decided",
        label="Changes, by when a verdict was given",
        model="support.Change",
        captures=[Capture(_CHANGES, [("decided_at",)], ("verdict", "kind"))],
        fetch=fetch_decided,
        span=_span(Change, "decided_at"),
        measures={"confirmed": "changes"},
        dimensions=_KIND,
        measure_labels={"confirmed": "Confirmed, 1 or 0"},
        event_time="when the verdict was given",
        describe=describe_changes,
        permission=_SEES_CHANGES,
    )
)
register_source(
    MetricSource(
        key="tickets_caused",
        label="Tickets, by when they were last resolved, with their cause",
        model="support.Ticket",
        captures=[Capture(TABLE, [("resolved_at",)], ("state", *OWN))],
        fetch=fetch_caused,
        span=lambda: span_of("resolved_at"),
        measures={"caused": "tickets"},
        dimensions={name: DIMENSIONS[name] for name in OWN},
        measure_labels={"caused": "Has a cause, 1 or 0"},
        event_time="when the ticket was last resolved",
        describe=describe,
        permission=PERMISSION,
    )
)
register_metrics(
    [
        ShippedMetric(
            key="ticket_cause_ratio",
            name="Tickets with a cause",
            question="Can we learn from the tickets we solve?",
            purpose="Share of the tickets resolved in the period that have a cause code, 0 to 1.",
            unit="ratio",
            decimals=3,
            direction="up",
            kind="ratio",
            source="tickets_caused",
            formula={"numerator": "caused"},
            position=40,
        ),
        ShippedMetric(
            key="insights_validated",
            name="Insights validated",
            question="How much do tickets teach us?",
            purpose="Insights by the day somebody validated them; candidates that nobody looked at do not count.",
            unit="insights",
            decimals=0,
            direction="up",
            kind="count",
            source="insights_validated",
            formula={},
            position=41,
        ),
        ShippedMetric(
            key="insights_per_100_tickets",
            name="Support insights per 100 tickets",
            question="Do we learn from what customers tell us?",
            purpose="Insights validated in the period per 100 tickets opened in it.",
            unit="insights",
            direction="up",
            kind="derived",
            source="derived",
            formula={"expression": "100 * insights_validated / tickets_opened"},
            position=58,
            target=ShippedTarget(value=5, reason=_PROPOSAL),
        ),
        ShippedMetric(
            key="insight_lead_days_median",
            name="Insight to shipped change",
            question="How long does what customers teach us take to reach them?",
            purpose="Calendar days from an insight's opening to its first shipped change, the median over the insights "
            "that shipped in the period.",
            unit="days",
            direction="down",
            kind="percentile",
            source="insights_shipped",
            formula={"measure": "lead", "scale": DAY, "quantile": 0.5},
            position=43,
        ),
        ShippedMetric(
            key="insights_with_outcome",
            name="Changes with a measured outcome",
            question="Does what we learn from customers change anything we can measure?",
            purpose="Share of the changes shipped in the period whose before and after were compared since, 0 to 1; a "
            "young period can still rise.",
            unit="ratio",
            decimals=3,
            direction="up",
            kind="ratio",
            source="changes_shipped",
            formula={"numerator": "measured"},
            position=59,
            target=ShippedTarget(value=0.5, reason=_PROPOSAL),
        ),
        ShippedMetric(
            key="change_confirmed_ratio",
            name="Changes confirmed",
            question="How often did a change do what we expected?",
            purpose="Share of the changes decided in the period that were confirmed, 0 to 1. Neither extreme is good: "
            "a refuted one is learnt from as well.",
            unit="ratio",
            decimals=3,
            direction="up",
            kind="ratio",
            source="changes_decided",
            formula={"numerator": "confirmed"},
            position=45,
        ),
    ]
)
