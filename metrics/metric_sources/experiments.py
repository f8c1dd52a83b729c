"""Experiments as they are decided, with what the best arm brought."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from django.db.models import Max, Min

from metrics.frame import MISSING, Frame, to_microseconds
from metrics.metric_sources.first_widgets import WIDGET_SHOWN
from metrics.models import Experiment, Movement, Verdict
from metrics.sources import (
    Capture,
    MetricSource,
    RowWords,
    ShippedMetric,
    ShippedTarget,
    register_metrics,
    register_source,
)

SOURCE = "experiments_decided"
DIMENSIONS = {"verdict": "Verdict", "outcome": "Outcome that decided"}
_MILLIONTHS = 1_000_000


def _fetch(start: datetime, end: datetime) -> Frame:
    decided = Experiment.objects.filter(decided_at__gte=start, decided_at__lt=end)
    rows = list(decided.order_by("pk").values_list("pk", "decided_at", "verdict", "metric_name", "direction", "result"))
    lifts = [_lift(direction, result) for *_, direction, result in rows]
    return Frame(
        at=to_microseconds(row[1] for row in rows if row[1]),
        measures={
            "lift": np.array([MISSING if lift is None else round(lift * _MILLIONTHS) for lift in lifts], dtype=np.int64)
        },
        dimensions={key: np.array([row[2 + i] for row in rows], dtype=object) for i, key in enumerate(DIMENSIONS)},
        keys=np.array([row[0] for row in rows], dtype=np.int64),
    )


def _lift(direction: str, result: Mapping[str, Any]) -> float | None:
    """By what part of the control's value the best arm is better; None without a control's value to compare with."""
    control = next((arm["value"] for arm in result.get("arms", ()) if arm["is_control"]), None)
    effects = [one["effect"] for one in result.get("comparisons", ()) if one["effect"] is not None]
    if not control or not effects:
        return None
    sign = 1 if direction == Movement.UP else -1
    return float(max(sign * effect for effect in effects) / abs(control))


def _span() -> tuple[datetime, datetime] | None:
    bounds = Experiment.objects.aggregate(first=Min("decided_at"), last=Max("decided_at"))
    return (bounds["first"], bounds["last"]) if bounds["first"] else None


def _describe(keys: Sequence[int]) -> dict[int, RowWords]:
    return {
        row.pk: RowWords(label=row.name, url=row.get_absolute_url(), detail=row.get_verdict_display())
        for row in Experiment.objects.filter(pk__in=keys)
    }


register_source(
    MetricSource(
        key=SOURCE,
        label="Experiments, by when they were decided",
        model="metrics.Experiment",
        captures=[
            Capture(Experiment._meta.db_table, [("decided_at",)], ("verdict", "metric_name", "direction", "result"))
        ],
        fetch=_fetch,
        span=_span,
        measures={"lift": "millionths"},
        dimensions=DIMENSIONS,
        measure_labels={"lift": "Improvement of the best arm over the control"},
        event_time="when the verdict was given",
        describe=_describe,
        permission="metrics.view_experiment",
    )
)
register_metrics(
    [
        ShippedMetric(
            key="onboarding_improvement",
            name="Onboarding A/B improvement",
            question="How much better do new users do with what we changed in onboarding?",
            purpose=(
                "Of the experiments decided in the period on the share of new users who were shown a widget, those "
                "validated: by what part of the control's share the best arm was better, on average."
            ),
            unit="ratio",
            decimals=3,
            direction="up",
            kind="mean",
            source=SOURCE,
            formula={
                "measure": "lift",
                "scale": _MILLIONTHS,
                "filter": {"verdict": Verdict.VALIDATED.value, "outcome": WIDGET_SHOWN},
            },
            position=43,
            target=ShippedTarget(value=0.1, reason="A first proposal, to be set anew once there are values."),
            cadence="quarter",
        )
    ]
)
