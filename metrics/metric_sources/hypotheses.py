"""Hypotheses as they are decided."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from django.db.models import Max, Min

from metrics.frame import Frame, to_microseconds
from metrics.models import Hypothesis, HypothesisKind, Verdict
from metrics.sources import (
    Capture,
    MetricSource,
    RowWords,
    ShippedMetric,
    ShippedTarget,
    register_metrics,
    register_source,
)

SOURCE = "hypotheses_decided"
DIMENSIONS = {"verdict": "Verdict", "kind": "Kind"}
_LEARNT = [Verdict.VALIDATED.value, Verdict.REFUTED.value]
_PROPOSAL = "A first proposal: half of what is tried, with thresholds written before the start, should hold."


def _fetch(start: datetime, end: datetime) -> Frame:
    decided = Hypothesis.objects.filter(decided_at__gte=start, decided_at__lt=end)
    rows = list(decided.order_by("pk").values_list("pk", "decided_at", *DIMENSIONS))
    return Frame(
        at=to_microseconds(row[1] for row in rows),
        measures={},
        dimensions={key: np.array([row[2 + i] for row in rows], dtype=object) for i, key in enumerate(DIMENSIONS)},
        keys=np.array([row[0] for row in rows], dtype=np.int64),
    )


def _span() -> tuple[datetime, datetime] | None:
    bounds = Hypothesis.objects.aggregate(first=Min("decided_at"), last=Max("decided_at"))
    return (bounds["first"], bounds["last"]) if bounds["first"] else None


def _describe(keys: Sequence[int]) -> dict[int, RowWords]:
    return {
        row.pk: RowWords(label=row.because, url=row.get_absolute_url(), detail=row.get_verdict_display())
        for row in Hypothesis.objects.filter(pk__in=keys)
    }


def _validated(key: str, name: str, question: str, kinds: Sequence[HypothesisKind], position: int) -> ShippedMetric:
    words = " and ".join(kind.label.lower() for kind in kinds)
    return ShippedMetric(
        key=key,
        name=name,
        question=question,
        purpose=(
            f"Of the {words} hypotheses decided in the period, the validated ones over the validated and refuted ones. "
            "Inconclusive and invalid ones count neither way; refuted ones are learning too, so 100 % is no goal."
        ),
        unit="ratio",
        decimals=3,
        direction="up",
        kind="share",
        source=SOURCE,
        formula={
            "where": {"verdict": Verdict.VALIDATED.value},
            "filter": {"kind": [kind.value for kind in kinds], "verdict": _LEARNT},
        },
        position=position,
        target=ShippedTarget(value=0.5, reason=_PROPOSAL),
        cadence="quarter",
    )


register_source(
    MetricSource(
        key=SOURCE,
        label="Hypotheses, by when they were decided",
        model="metrics.Hypothesis",
        captures=[Capture(Hypothesis._meta.db_table, [("decided_at",)], tuple(DIMENSIONS))],
        fetch=_fetch,
        span=_span,
        measures={},
        dimensions=DIMENSIONS,
        event_time="when the verdict was given",
        describe=_describe,
        permission="metrics.view_hypothesis",
    )
)
register_metrics(
    [
        _validated(
            "partnership_experiment_success",
            "Partnership experiment success",
            "How often does what we try with partners turn out as expected?",
            [HypothesisKind.PARTNERSHIP],
            40,
        ),
        _validated(
            "hypothesis_validation",
            "Operational hypothesis validation",
            "How often are we right about what will improve our operations?",
            [HypothesisKind.PROCESS, HypothesisKind.SUPPORT],
            41,
        ),
    ]
)
