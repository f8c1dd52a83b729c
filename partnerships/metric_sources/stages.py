"""Partners as they become active, with how long that took from when they were first a prospect."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby

import numpy as np
from django.db.models import Max, Min

from metrics.frame import EPOCH, MISSING, Frame, microsecond_of, to_microseconds
from metrics.sources import Capture, Link, MetricSource, RowWords, ShippedMetric, register_metrics, register_source
from partnerships.models import Partner, PartnerStage, PartnerStageChange

SOURCE = "partners_activated"
DIMENSIONS = {"kind": "Kind of partner"}
_TABLE = PartnerStageChange._meta.db_table
_HOUR = timedelta(hours=1)
_DAY_US = 86_400_000_000


def _fetch(start: datetime, end: datetime) -> Frame:
    within = PartnerStageChange.objects.filter(
        changed_at__gte=start, changed_at__lt=end, new_stage=PartnerStage.ACTIVE
    ).values_list("partner", flat=True)
    rows = [row for row in _activations(within) if start <= row[0].changed_at < end]
    waits = [
        MISSING if began is None else microsecond_of(step.changed_at) - microsecond_of(began) for step, began in rows
    ]
    return Frame(
        at=to_microseconds(step.changed_at for step, _ in rows),
        measures={"wait": np.array(waits, dtype=np.int64)},
        dimensions={"kind": np.array([step.partner.kind for step, _ in rows], dtype=object)},
        keys=np.array([step.pk for step, _ in rows], dtype=np.int64),
    )


def _activations(partner_ids: Iterable[int]) -> Iterator[tuple[PartnerStageChange, datetime | None]]:
    """The step by which each partner became active, with when it was first a prospect.

    Again only after it had ended and begun anew; coming back from a pause, or from new negotiations, is none. Who did
    not begin as a prospect, or was recorded before that was noted, has no beginning.
    """
    steps = PartnerStageChange.objects.filter(partner__in=list(partner_ids)).select_related("partner")
    for _, group in groupby(steps.order_by("partner", "changed_at", "pk"), key=lambda step: step.partner_id):
        taken = list(group)
        first = taken[0]
        began = first.partner.added_at if first.old_stage == PartnerStage.PROSPECT else None
        is_new = first.old_stage != PartnerStage.ACTIVE
        for step in taken:
            if step.old_stage == PartnerStage.ENDED and step.new_stage == PartnerStage.PROSPECT:
                began, is_new = step.changed_at, True
            elif step.new_stage == PartnerStage.ACTIVE and is_new:
                yield step, began
                is_new = False


def _span() -> tuple[datetime, datetime] | None:
    active = PartnerStageChange.objects.filter(new_stage=PartnerStage.ACTIVE)
    bounds = active.aggregate(first=Min("changed_at"), last=Max("changed_at"))
    return (bounds["first"], bounds["last"]) if bounds["first"] else None


def _spread(hours: Collection[int]) -> dict[int, int]:
    """The hours in which partners became active that took another step in these."""
    start, end = EPOCH + min(hours) * _HOUR, EPOCH + (max(hours) + 1) * _HOUR  # A few partners too many do no harm.
    partners = PartnerStageChange.objects.filter(changed_at__gte=start, changed_at__lt=end).values("partner")
    active = PartnerStageChange.objects.filter(partner__in=partners, new_stage=PartnerStage.ACTIVE)
    found = {(moment - EPOCH) // _HOUR for moment in active.values_list("changed_at", flat=True)}
    return dict.fromkeys(found - set(hours), 1)


def _describe(keys: Sequence[int]) -> dict[int, RowWords]:
    rows = PartnerStageChange.objects.filter(pk__in=keys).select_related("partner")
    return {
        row.pk: RowWords(label=str(row.partner), url=row.partner.get_absolute_url(), detail=row.reason) for row in rows
    }


register_source(
    MetricSource(
        key=SOURCE,
        label="Partners, by when they became active",
        model="partnerships.PartnerStageChange",
        captures=[
            Capture(_TABLE, [("changed_at",)], ("old_stage", "new_stage", "partner_id")),
            Capture(_TABLE, [("changed_at",)], siblings="partner_id"),
            Capture(
                Partner._meta.db_table, [("changed_at",)], ("added_at", "kind"), through=[Link(_TABLE, "partner_id")]
            ),
        ],
        fetch=_fetch,
        span=_span,
        measures={"wait": "µs"},
        measure_labels={"wait": "Time from prospect to active"},
        dimensions=DIMENSIONS,
        event_time="when the partner first became active",
        describe=_describe,
        permission="partnerships.view_partner",
        spread=_spread,
    )
)
register_metrics(
    [
        ShippedMetric(
            key="partner_activation_days",
            name="Prospect to active partner",
            question="How long does it take until a partner we want works with us?",
            purpose=(
                "Median days from being first recorded as a prospect to becoming active, over the partners that became "
                "active in the period. One that ended and began anew counts again, from its new beginning."
            ),
            unit="days",
            decimals=1,
            direction="down",
            kind="percentile",
            source=SOURCE,
            formula={"measure": "wait", "quantile": 0.5, "scale": _DAY_US},
            dimensions=["kind"],
            position=47,
            cadence="quarter",
        )
    ]
)
