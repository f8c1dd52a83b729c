"""How long new units take to their first widget, made of product events."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, QuerySet, Subquery

from metrics.frame import MISSING, Frame, microsecond_of
from metrics.gather import Microseconds, gather_frame
from metrics.hours import hour_of, within_hours
from metrics.models import ProductEvent
from metrics.selectors.follow_ups import followed_at
from metrics.sources import (
    Capture,
    MetricSource,
    RowWords,
    ShippedMetric,
    ShippedTarget,
    register_metrics,
    register_source,
)

SOURCE = "first_widgets"
SIGNED_UP, WIDGET_SHOWN = "signed_up", "widget_shown"
"""The names of the product events that begin and end the wait."""
FOLLOWED = timedelta(days=28)
"""Who has no widget by then is followed no further: counted as one who took longer."""
_HOUR = timedelta(hours=1)
_HOUR_US = 3_600_000_000
_TABLE = ProductEvent._meta.db_table


def _sign_ups() -> "QuerySet[Any]":
    """The first sign-up of each unit, with its first widget afterwards."""
    of_unit = ProductEvent.objects.filter(unit=OuterRef("unit"))
    earlier = Q(happened_at__lt=OuterRef("happened_at")) | Q(happened_at=OuterRef("happened_at"), pk__lt=OuterRef("pk"))
    shown = of_unit.filter(name=WIDGET_SHOWN, happened_at__gte=OuterRef("happened_at")).order_by("happened_at")
    return ProductEvent.objects.filter(~Exists(of_unit.filter(earlier, name=SIGNED_UP)), name=SIGNED_UP).annotate(
        shown_at=Subquery(shown.values("happened_at")[:1])
    )


def _fetch(start: datetime, end: datetime) -> Frame:
    sign_ups = _sign_ups().filter(happened_at__gte=start, happened_at__lt=end)
    frame = gather_frame(
        sign_ups, at=Microseconds("happened_at"), measures={"shown": Microseconds("shown_at")}, dimensions={}
    )
    limit, until = FOLLOWED // timedelta(microseconds=1), followed_at(SOURCE)
    has_shown = frame.measures["shown"] != MISSING
    took = np.where(has_shown, frame.measures["shown"], frame.at) - frame.at
    in_time = has_shown & (took <= limit)
    waited = np.full(len(frame), MISSING) if until is None else np.minimum(microsecond_of(until) - frame.at, limit)
    waited = np.where(has_shown, limit, waited)
    wait = np.where(in_time, took, waited)
    return replace(
        frame,
        measures={
            "wait": np.where(wait < 0, MISSING, wait),  # Signed up since: not followed yet.
            "is_shown": in_time.astype(np.int64),
        },
    )


def _span() -> tuple[datetime, datetime] | None:
    bounds = ProductEvent.objects.filter(name=SIGNED_UP).aggregate(first=Min("happened_at"), last=Max("happened_at"))
    return (bounds["first"], bounds["last"]) if bounds["first"] else None


def _list_waiting(since: datetime | None) -> Iterable[datetime]:
    """When those signed up that had no widget then and were followed still."""
    waiting = _sign_ups().filter(Q(shown_at=None) | Q(shown_at__gt=F("happened_at") + FOLLOWED))
    if since is not None:
        waiting = waiting.filter(happened_at__gt=since - FOLLOWED)
    return waiting.values_list("happened_at", flat=True)


def _spread(hours: Collection[int]) -> dict[int, int]:
    """The hours in which units signed up that did so again, or were shown a widget, in these hours."""
    found: dict[int, int] = {}
    for within in within_hours("happened_at", hours):
        units = ProductEvent.objects.filter(within, name__in=(SIGNED_UP, WIDGET_SHOWN)).values("unit")
        moments = ProductEvent.objects.filter(name=SIGNED_UP, unit__in=units).values_list("happened_at")
        for moment, count in moments.annotate(n=Count("unit", distinct=True)).order_by():
            hour = hour_of(moment)
            if hour not in hours:
                found[hour] = found.get(hour, 0) + count
    return found


def _describe(keys: Sequence[int]) -> dict[int, RowWords]:
    rows = _sign_ups().filter(pk__in=keys).values_list("pk", "unit", "happened_at", "shown_at")
    return {pk: RowWords(label=unit, detail=_detail(signed_up, shown)) for pk, unit, signed_up, shown in rows}


def _detail(signed_up: datetime, shown: datetime | None) -> str:
    if shown is None:
        return "no widget yet"
    return f"first widget {(shown - signed_up) / _HOUR:,.1f} h after signing up"


register_source(
    MetricSource(
        key=SOURCE,
        label="New units, by when they signed up, followed until their first widget",
        model="metrics.ProductEvent",
        captures=[Capture(_TABLE, [("happened_at",)]), Capture(_TABLE, [("happened_at",)], siblings="unit")],
        fetch=_fetch,
        span=_span,
        measures={"wait": "µs", "is_shown": "units"},
        measure_labels={"wait": "Time to the first widget", "is_shown": "Shown a widget, 1 or 0"},
        event_time="when the unit first signed up",
        refresh_seconds=60,
        describe=_describe,
        permission="metrics.view_productevent",
        unsettled=_list_waiting,
        spread=_spread,
    )
)
register_metrics(
    [
        ShippedMetric(
            key="time_to_first_widget",
            name="Time to first widget",
            question="How long does a new customer take to get something working?",
            purpose=(
                "Median hours from signing up to the first widget shown, those still on the way counted as running "
                "(Kaplan–Meier), each followed for 28 days. No value while fewer than half are estimated to get there."
            ),
            unit="h",
            decimals=1,
            direction="down",
            kind="survival",
            source=SOURCE,
            formula={"duration": "wait", "observed": "is_shown", "statistic": "median", "scale": _HOUR_US},
            position=42,
            target=ShippedTarget(value=24, reason="A first proposal: something works within a day."),
        )
    ]
)
