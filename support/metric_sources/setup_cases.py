"""Set-up cases: how long until the first widget, how many are open, how many were blocked."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np
from django.db.models import Case, F, Max, Min, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, NullIf

from metrics.frame import Frame, join_frames
from metrics.gather import Microseconds, gather_frame
from metrics.sources import Capture, MetricSource, RowWords, ShippedMetric, register_metrics, register_source
from support.models import SETUP_OPEN, SetupCase

TABLE = SetupCase._meta.db_table
DAY = 86_400_000_000
_DIMENSIONS = {"integration": "Integration"}
_COLUMNS = {"integration": Coalesce(NullIf(F("integration"), Value("")), Value("none"))}
_PERMISSION = "support.view_setupcase"


def _cases() -> "QuerySet[SetupCase]":
    """All but those that are over since nobody knows when."""
    return SetupCase.objects.filter(Q(state__in=SETUP_OPEN) | Q(ended_at__isnull=False))


def fetch_first_widgets(start: datetime, end: datetime) -> Frame:
    """Cases by when their first widget was shown, with how long that took from their start."""
    cases = SetupCase.objects.filter(first_widget_at__gte=start, first_widget_at__lt=end)
    measures = {"began": Microseconds("started_at")}
    frame = gather_frame(cases, at=Microseconds("first_widget_at"), measures=measures, dimensions=_COLUMNS)
    return replace(frame, measures={"wait": frame.at - frame.measures["began"]})


def fetch_started(start: datetime, end: datetime) -> Frame:
    """Cases by when they began, with whether anything has blocked them since."""
    cases = SetupCase.objects.filter(started_at__gte=start, started_at__lt=end)
    measures = {"was_blocked": Case(When(first_blocked_at__isnull=False, then=Value(1)), default=Value(0))}
    return gather_frame(cases, at=Microseconds("started_at"), measures=measures, dimensions=_COLUMNS)


def fetch_flow(start: datetime, end: datetime) -> Frame:
    """One row as a case begins (+1) and one as it ends (−1)."""
    came = _cases().filter(started_at__gte=start, started_at__lt=end)
    went = _cases().filter(ended_at__gte=start, ended_at__lt=end)
    return join_frames(_changing(came, "started_at", 1), _changing(went, "ended_at", -1))


def held_at(moment: datetime) -> Frame:
    """The cases that were open at an instant, by when they began."""
    cases = _cases().filter(Q(ended_at__isnull=True) | Q(ended_at__gt=moment), started_at__lte=moment)
    return _changing(cases, "started_at", 1)


def _changing(cases: "QuerySet[SetupCase]", field: str, by: int) -> Frame:
    frame = gather_frame(cases, at=Microseconds(field), dimensions=_COLUMNS)
    return replace(frame, measures={"change": np.full(len(frame), by, dtype=np.int64)})


def span_of(*fields: str) -> tuple[datetime, datetime] | None:
    """The first and last of these columns over all cases; None without any."""
    bounds = SetupCase.objects.aggregate(
        **{f"first_{name}": Min(name) for name in fields}, **{f"last_{name}": Max(name) for name in fields}
    )
    moments = [moment for moment in bounds.values() if moment is not None]
    return (min(moments), max(moments)) if moments else None


def describe(keys: Sequence[int]) -> dict[int, RowWords]:
    """Cases in words, by primary key."""
    return {
        case.pk: RowWords(label=case.title, url=case.get_absolute_url(), detail=case.get_state_display())
        for case in SetupCase.objects.filter(pk__in=keys)
    }


register_source(
    MetricSource(
        key="setup_first_widgets",
        label="Set-up cases, by when their first widget was shown",
        model="support.SetupCase",
        captures=[Capture(TABLE, [("first_widget_at",)], ("started_at", "integration"))],
        fetch=fetch_first_widgets,
        span=lambda: span_of("first_widget_at"),
        measures={"wait": "µs"},
        dimensions=_DIMENSIONS,
        measure_labels={"wait": "Time to the first widget"},
        event_time="when the first widget was shown",
        describe=describe,
        permission=_PERMISSION,
    )
)
register_source(
    MetricSource(
        key="setup_cases_started",
        label="Set-up cases, by when they began",
        model="support.SetupCase",
        captures=[Capture(TABLE, [("started_at",)], ("first_blocked_at", "integration"))],
        fetch=fetch_started,
        span=lambda: span_of("started_at"),
        measures={"was_blocked": "cases"},
        dimensions=_DIMENSIONS,
        measure_labels={"was_blocked": "Blocked at any time, 1 or 0"},
        event_time="when the case began",
        describe=describe,
        permission=_PERMISSION,
    )
)
register_source(
    MetricSource(
        key="setup_cases_open",
        label="Set-up cases beginning and ending",
        model="support.SetupCase",
        captures=[Capture(TABLE, [("started_at",), ("ended_at",)], ("state", "integration"))],
        fetch=fetch_flow,
        span=lambda: span_of("started_at", "ended_at"),
        measures={"change": "cases"},
        dimensions=_DIMENSIONS,
        measure_labels={"change": "Change of the open cases"},
        event_time="when a case begins, and when it is done or cancelled",
        held_at=held_at,
        describe=describe,
        permission=_PERMISSION,
    )
)
register_metrics(
    [
        ShippedMetric(
            key="setup_first_widget_days_median",
            name="Time to first widget, set-up cases",
            question="How long does a guided set-up take until the customer sees something?",
            purpose="Calendar days from the start of a set-up case to its first widget, the median over the cases "
            "whose first widget was shown in the period; cases without one yet are not in it.",
            unit="days",
            direction="down",
            kind="percentile",
            source="setup_first_widgets",
            formula={"measure": "wait", "scale": DAY, "quantile": 0.5},
            position=30,
        ),
        ShippedMetric(
            key="setup_cases_open",
            name="Set-up cases open",
            question="How many customers are being set up at the end of the period?",
            purpose="Cases begun and neither done nor cancelled at the end of the period.",
            unit="cases",
            decimals=0,
            direction="down",
            kind="stock",
            source="setup_cases_open",
            formula={"measure": "change"},
            position=31,
        ),
        ShippedMetric(
            key="setup_blocked_ratio",
            name="Set-up cases blocked",
            question="How many set-ups get stuck?",
            purpose="Share of the cases begun in the period that anything has blocked since, 0 to 1; a young period "
            "can still rise.",
            unit="ratio",
            decimals=3,
            direction="down",
            kind="ratio",
            source="setup_cases_started",
            formula={"numerator": "was_blocked"},
            position=32,
        ),
    ]
)
