"""Partnership experiments as they are decided, by partner: how much is learnt."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db.models import F, Max, Min, QuerySet, Value
from django.db.models.functions import Coalesce

from metrics.frame import EPOCH, Frame
from metrics.gather import Microseconds, gather_frame
from metrics.models import Hypothesis, HypothesisKind
from metrics.sources import Capture, MetricSource, RowWords, ShippedMetric, register_metrics, register_source
from partnerships.models import PartnershipSignoff

SOURCE = "partner_verdicts"
NONE = "none"
"""The word of an experiment that no partner has signed."""
DIMENSIONS = {"verdict": "Verdict", "partner": "Partner"}
_COLUMNS = {"verdict": F("verdict"), "partner": Coalesce(F("signoff__partner__slug"), Value(NONE))}
_HOUR = timedelta(hours=1)


def _decided() -> "QuerySet[Hypothesis]":
    return Hypothesis.objects.filter(kind=HypothesisKind.PARTNERSHIP, decided_at__isnull=False)


def _fetch(start: datetime, end: datetime) -> Frame:
    rows = _decided().filter(decided_at__gte=start, decided_at__lt=end)
    return gather_frame(rows, at=Microseconds("decided_at"), dimensions=_COLUMNS)


def _span() -> tuple[datetime, datetime] | None:
    bounds = _decided().aggregate(first=Min("decided_at"), last=Max("decided_at"))
    return (bounds["first"], bounds["last"]) if bounds["first"] else None


def _spread(hours: Collection[int]) -> dict[int, int]:
    """The hours in which those were decided whose sign-off was proposed in these."""
    start, end = EPOCH + min(hours) * _HOUR, EPOCH + (max(hours) + 1) * _HOUR  # A few too many do no harm.
    proposed = _decided().filter(signoff__proposed_at__gte=start, signoff__proposed_at__lt=end)
    moments = proposed.values_list("decided_at", flat=True)
    found = {(moment - EPOCH) // _HOUR for moment in moments if moment}
    return dict.fromkeys(found - set(hours), 1)


def _describe(keys: Sequence[int]) -> dict[int, RowWords]:
    return {
        row.pk: RowWords(label=row.because, url=row.get_absolute_url(), detail=row.get_verdict_display())
        for row in Hypothesis.objects.filter(pk__in=keys)
    }


register_source(
    MetricSource(
        key=SOURCE,
        label="Partnership experiments, by when they were decided",
        model="metrics.Hypothesis",
        captures=[
            Capture(Hypothesis._meta.db_table, [("decided_at",)], ("kind", "verdict")),
            Capture(PartnershipSignoff._meta.db_table, [("proposed_at",)], ("partner_id", "hypothesis_id")),
        ],
        fetch=_fetch,
        span=_span,
        measures={},
        dimensions=DIMENSIONS,
        event_time="when the verdict was given",
        describe=_describe,
        permission="metrics.view_hypothesis",
        spread=_spread,
    )
)
register_metrics(
    [
        ShippedMetric(
            key="partnership_learning_rate",
            name="Partnership learning rate",
            question="How much do we learn with partners, and how fast?",
            purpose=(
                "Verdicts given on partnership experiments in the period, whatever they were; how many held, and how "
                "many taught us nothing, is in its segments."
            ),
            unit="verdicts",
            decimals=0,
            direction="up",
            kind="count",
            source=SOURCE,
            dimensions=["verdict", "partner"],
            position=44,
            cadence="month",
        )
    ]
)
