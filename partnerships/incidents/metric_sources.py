"""What incidents offer to metrics: as they are opened, and as what they affected is restored. Drills are none."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np
from django.db.models import F, Max, Min, QuerySet, Value
from django.db.models.functions import Coalesce

from metrics.frame import MISSING, Frame, Integers
from metrics.gather import Microseconds, gather_frame
from metrics.sources import Capture, Link, MetricSource, RowWords, ShippedMetric, register_metrics, register_source
from partnerships.models import Incident, Integration

MINUTE = 60_000_000
PERMISSION = "partnerships.view_incident"
NONE = "none"
"""The word of an incident without an integration."""
DIMENSIONS = {"tier": "Tier", "partner": "Partner", "severity": "Severity"}
_COLUMNS = {
    "tier": F("tier"),
    "partner": Coalesce(F("integration__partner__slug"), Value(NONE)),
    "severity": F("severity"),
}
_TABLE = Incident._meta.db_table
_WATCHED = ("started_at", "tier", "severity", "integration_id", "is_drill", "merged_into_id")


def counted_incidents() -> "QuerySet[Incident]":
    """The population of every incident metric: all but drills and what was merged into another."""
    return Incident.objects.filter(is_drill=False, merged_into=None)


def fetch_opened(start: datetime, end: datetime) -> Frame:
    """Incidents by when they were opened, with the time to notice and to acknowledge them."""
    found = counted_incidents().filter(opened_at__gte=start, opened_at__lt=end)
    instants = {name: Microseconds(f"{name}_at") for name in ("started", "detected", "acknowledged")}
    frame = gather_frame(found, at=Microseconds("opened_at"), measures=instants, dimensions=_COLUMNS)
    told = frame.measures
    return replace(
        frame,
        measures={
            "detection": _between(told["started"], told["detected"]),
            "acknowledgement": _between(frame.at, told["acknowledged"]),
        },
    )


def fetch_restored(start: datetime, end: datetime) -> Frame:
    """Incidents by when they were over, with the time from their beginning."""
    found = counted_incidents().filter(restored_at__gte=start, restored_at__lt=end)
    instants = {"started": Microseconds("started_at")}
    frame = gather_frame(found, at=Microseconds("restored_at"), measures=instants, dimensions=_COLUMNS)
    return replace(frame, measures={"repair": _between(frame.measures["started"], frame.at)})


def _between(start: Integers, end: Integers) -> Integers:
    """How long it was; MISSING where one of both is not known."""
    known = (start != MISSING) & (end != MISSING)
    return np.where(known, np.where(known, end, 0) - np.where(known, start, 0), MISSING)


def _span_of(field: str) -> tuple[datetime, datetime] | None:
    bounds = Incident.objects.aggregate(first=Min(field), last=Max(field))
    return (bounds["first"], bounds["last"]) if bounds["first"] else None


def _describe(keys: Sequence[int]) -> dict[int, RowWords]:
    return {
        found.pk: RowWords(label=str(found), url=found.get_absolute_url(), detail=found.get_severity_display())
        for found in Incident.objects.filter(pk__in=keys)
    }


def _captures(event_time: str, *watched: str) -> list[Capture]:
    """Changes of incidents, and of which partner their integration is of."""
    return [
        Capture(_TABLE, [(event_time,)], (*_WATCHED, *watched)),
        Capture(Integration._meta.db_table, [(event_time,)], ("partner_id",), through=[Link(_TABLE, "integration_id")]),
    ]


def _time_metrics(
    key: str, words: tuple[str, str, str], *, source: str, measure: str, position: int
) -> list[ShippedMetric]:
    """The mean and the median of one duration; the words are name, question and purpose."""
    name, question, purpose = words
    formula = {"measure": measure, "scale": MINUTE}
    mean = ShippedMetric(
        key=f"{key}_mean",
        name=name,
        question=question,
        purpose=purpose,
        unit="min",
        direction="down",
        kind="mean",
        source=source,
        formula=formula,
        dimensions=["tier", "partner"],
        position=position,
    )
    median = replace(
        mean,
        key=f"{key}_median",
        name=f"{name}, median",
        kind="percentile",
        formula={**formula, "quantile": 0.5},
        position=position + 1,
    )
    return [mean, median]


register_source(
    MetricSource(
        key="incidents_opened",
        label="Incidents, by when they were opened",
        model="partnerships.Incident",
        captures=_captures("opened_at", "detected_at", "acknowledged_at"),
        fetch=fetch_opened,
        span=lambda: _span_of("opened_at"),
        measures={"detection": "µs", "acknowledgement": "µs"},
        measure_labels={"detection": "Time to notice", "acknowledgement": "Time to acknowledge"},
        dimensions=DIMENSIONS,
        event_time="when the incident was opened",
        describe=_describe,
        permission=PERMISSION,
    )
)
register_source(
    MetricSource(
        key="incidents_restored",
        label="Incidents, by when they were over",
        model="partnerships.Incident",
        captures=_captures("restored_at"),
        fetch=fetch_restored,
        span=lambda: _span_of("restored_at"),
        measures={"repair": "µs"},
        measure_labels={"repair": "Time to repair"},
        dimensions=DIMENSIONS,
        event_time="when what was affected was restored",
        describe=_describe,
        permission=PERMISSION,
    )
)
register_metrics(
    [
        ShippedMetric(
            key="incidents_opened",
            name="Incidents opened",
            question="How often does something go wrong that people must take up?",
            purpose="Incidents by the day they were opened; drills and those merged into others left out.",
            unit="incidents",
            decimals=0,
            direction="down",
            kind="count",
            source="incidents_opened",
            dimensions=["tier", "partner"],
            position=33,
        ),
        *_time_metrics(
            "incident_detection_minutes",
            (
                "Time to detect",
                "How long does trouble go on before we know of it?",
                "MTTD: from the beginning of the trouble until it was confirmed or noticed, over the incidents opened "
                "in the period whose beginning is known; drills and merged ones left out.",
            ),
            source="incidents_opened",
            measure="detection",
            position=34,
        ),
        *_time_metrics(
            "incident_acknowledgement_minutes",
            (
                "Time to acknowledge",
                "How long does an incident wait until somebody takes it up?",
                "MTTA: from the opening to the first thing a person does in it, over the incidents opened in the "
                "period that somebody took up; drills and merged ones left out.",
            ),
            source="incidents_opened",
            measure="acknowledgement",
            position=36,
        ),
        *_time_metrics(
            "incident_repair_minutes",
            (
                "Time to repair",
                "How long are customers without what they came for?",
                "MTTR: from the beginning of the trouble until the last affected integration was up again, over the "
                "incidents that were over in the period; drills and merged ones left out.",
            ),
            source="incidents_restored",
            measure="repair",
            position=38,
        ),
    ]
)
