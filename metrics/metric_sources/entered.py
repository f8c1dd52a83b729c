"""Values that are typed in or pushed, as a source."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from django.db.models import Max, Min

from metrics.formulas import ENTERED_SOURCE
from metrics.frame import Frame, to_microseconds
from metrics.kinds.entered import MILLIONTHS, VALUE
from metrics.models import EnteredValue
from metrics.sources import Capture, MetricSource, RowWords, register_source

ENTERED_DIMENSIONS = {"metric": "Metric", "part": "Part"}


def _fetch_entered(start: datetime, end: datetime) -> Frame:
    """The entries that count: of each day and part the newest."""
    entries = EnteredValue.objects.filter(happened_at__gte=start, happened_at__lt=end, superseded_by__isnull=True)
    rows = list(entries.order_by("pk").values_list("pk", "happened_at", "value", "metric__key", "part"))
    return Frame(
        at=to_microseconds(row[1] for row in rows),
        measures={VALUE: np.array([int(row[2] * MILLIONTHS) for row in rows], dtype=np.int64)},
        dimensions={
            key: np.array([row[3 + i] for row in rows], dtype=object) for i, key in enumerate(ENTERED_DIMENSIONS)
        },
        keys=np.array([row[0] for row in rows], dtype=np.int64),
    )


def _entered_span() -> tuple[datetime, datetime] | None:
    bounds = EnteredValue.objects.aggregate(first=Min("happened_at"), last=Max("happened_at"))
    return (bounds["first"], bounds["last"]) if bounds["first"] else None


def _describe_entered(keys: Sequence[int]) -> dict[int, RowWords]:
    entries = EnteredValue.objects.filter(pk__in=keys).select_related("metric", "entered_by")
    return {
        entry.pk: RowWords(
            label=f"{entry.happened_on} {entry.part}".strip(),
            url=entry.evidence if entry.evidence.startswith("https://") else "",
            detail=f"{entry.evidence}, entered by {entry.entered_by}",
        )
        for entry in entries
    }


register_source(
    MetricSource(
        key=ENTERED_SOURCE,
        label="Values typed in or pushed",
        model="metrics.EnteredValue",
        captures=[Capture(EnteredValue._meta.db_table, [("happened_at",)])],
        fetch=_fetch_entered,
        span=_entered_span,
        measures={VALUE: "millionths"},
        dimensions=ENTERED_DIMENSIONS,
        measure_labels={VALUE: "The entered value"},
        event_time="the day the value belongs to",
        describe=_describe_entered,
        permission="metrics.view_enteredvalue",
    )
)
