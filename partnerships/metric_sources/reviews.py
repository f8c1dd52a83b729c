"""Reviews of obligations as they are settled: decided by their day, or missed when it is over."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np
from django.db.models import F, Max, Min, Q, QuerySet

from metrics.frame import EPOCH, Frame, microsecond_of, to_microseconds
from metrics.selectors.follow_ups import followed_at
from metrics.sources import (
    Capture,
    Link,
    MetricSource,
    RowWords,
    ShippedMetric,
    ShippedTarget,
    register_metrics,
    register_source,
)
from partnerships.models import Integration, ObligationReview, ReviewVerdict
from partnerships.selectors.pages_figures import midnight

SOURCE = "obligation_reviews"
MISSED = "missed"
DIMENSIONS = {"outcome": "Outcome", "partner": "Partner", "integration": "Integration"}
_TABLE = ObligationReview._meta.db_table
_DAY = timedelta(days=1)
_HOURS_A_DAY = 24
_COLUMNS = (
    *("pk", "due_on", "done_on", "done_at", "verdict"),
    *("integration__partner__slug", "integration__slug"),
)


def _followed_on() -> date | None:
    """The day before which what is still open is missed; stored, so that a number does not depend on who reads it."""
    followed = followed_at(SOURCE)
    return followed.astimezone(UTC).date() if followed else None


def _settled() -> "QuerySet[ObligationReview]":
    """Reviews decided by their day, and those whose day was over by then; late waivers undo the miss."""
    today = _followed_on()
    in_time = Q(done_on__lte=F("due_on"))
    late = Q(done_on__gt=F("due_on")) & ~Q(verdict=ReviewVerdict.WAIVED)
    still_open = Q(done_on__isnull=True, due_on__lt=today) if today else Q(pk__in=())
    return ObligationReview.objects.filter(in_time | late | still_open)


def _fetch(start: datetime, end: datetime) -> Frame:
    """By when each was settled; one outcome for each."""
    near = Q(done_at__gte=start, done_at__lt=end)
    near |= Q(due_on__gte=start.date() - 3 * _DAY, due_on__lte=end.date() + _DAY)
    rows = [
        (
            pk,
            done_at if done_on and done_on <= due_on else midnight(due_on + _DAY),
            _outcome(due_on, done_on, word),
            *of,
        )
        for pk, due_on, done_on, done_at, word, *of in _settled().filter(near).order_by("pk").values_list(*_COLUMNS)
    ]
    rows = [row for row in rows if start <= row[1] < end]
    return Frame(
        at=to_microseconds(row[1] for row in rows),
        measures={},
        dimensions={key: np.array([row[2 + i] for row in rows], dtype=object) for i, key in enumerate(DIMENSIONS)},
        keys=np.array([row[0] for row in rows], dtype=np.int64),
    )


def _outcome(due_on: date, done_on: date | None, verdict: str) -> str:
    return verdict if done_on is not None and done_on <= due_on else MISSED


def _span() -> tuple[datetime, datetime] | None:
    bounds = _settled().aggregate(
        done=Min("done_at"), due=Min("due_on"), last_done=Max("done_at"), last_due=Max("due_on")
    )
    if bounds["due"] is None:
        return None
    first, last = midnight(bounds["due"]), midnight(bounds["last_due"] + _DAY)
    return min(bounds["done"] or first, first), max(bounds["last_done"] or last, last)


def _list_missed(since: datetime | None) -> Iterable[datetime]:
    """When the reviews were missed whose day went by since, undecided."""
    still_open = ObligationReview.objects.filter(done_at=None, due_on__lt=_followed_on() or date.min)
    if since is not None:
        still_open = still_open.filter(due_on__gte=since.astimezone(UTC).date() - _DAY)
    return [midnight(day + _DAY) for day in still_open.order_by().values_list("due_on", flat=True).distinct()]


def _spread(hours: Collection[int]) -> dict[int, int]:
    """A changed review marks the beginning of its day in UTC; it is missed when that day is over on our calendar."""
    days = [EPOCH.date() + timedelta(days=hour // _HOURS_A_DAY) for hour in hours if hour % _HOURS_A_DAY == 0]
    found = {microsecond_of(midnight(day + _DAY)) // 3_600_000_000 for day in days}
    return dict.fromkeys(found - set(hours), 1)


def _describe(keys: Sequence[int]) -> dict[int, RowWords]:
    rows = ObligationReview.objects.filter(pk__in=keys).select_related(
        "integration__partner", "obligation", "terms_version"
    )
    return {
        row.pk: RowWords(
            label=f"{row.integration}: {row.obligation.title if row.obligation else 'new terms'}",
            url=row.integration.partner.get_absolute_url(),
            detail=f"due {row.due_on:%Y-%m-%d}, {_outcome(row.due_on, row.done_on, row.verdict)}",
        )
        for row in rows
    }


register_source(
    MetricSource(
        key=SOURCE,
        label="Reviews of obligations, by when they were decided or missed",
        model="partnerships.ObligationReview",
        captures=[
            Capture(_TABLE, [("done_at",), ("due_on",)], ("verdict", "done_on", "integration_id")),
            Capture(
                Integration._meta.db_table,
                [("done_at",), ("due_on",)],
                ("partner_id",),
                through=[Link(_TABLE, "integration_id")],
            ),
        ],
        fetch=_fetch,
        span=_span,
        measures={},
        dimensions=DIMENSIONS,
        event_time="when the verdict was given in time, else when the day was over",
        describe=_describe,
        permission="partnerships.view_obligation",
        unsettled=_list_missed,
        spread=_spread,
    )
)
register_metrics(
    [
        ShippedMetric(
            key="obligations_compliant",
            name="Obligations met",
            question="Do we keep to what partners' terms ask of us?",
            purpose=(
                "Of the reviews whose day came in the period, those found compliant by their day. A breach counts "
                "against us and so does a review that nobody decided in time; waived ones count neither way."
            ),
            unit="ratio",
            decimals=3,
            direction="up",
            kind="share",
            source=SOURCE,
            formula={
                "where": {"outcome": ReviewVerdict.COMPLIANT.value},
                "filter": {"outcome": {"not": [ReviewVerdict.WAIVED.value]}},
            },
            dimensions=["partner"],
            position=46,
            target=ShippedTarget(value=1, reason="What we have agreed to, we keep."),
        )
    ]
)
