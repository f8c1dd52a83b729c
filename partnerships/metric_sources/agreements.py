"""Agreements as they come within 90 days of their end and leave them: how many do not run on by themselves."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np

from metrics.frame import EPOCH, Frame, microsecond_of, to_microseconds
from metrics.selectors.follow_ups import followed_at
from metrics.sources import Capture, Link, MetricSource, RowWords, ShippedMetric, register_metrics, register_source
from partnerships.models import Agreement, AgreementVersion, NegotiationEntry
from partnerships.selectors.agreements import SOON_DAYS
from partnerships.selectors.expiring import Move, list_moves, list_scheduled, list_turning_points

SOURCE = "agreements_expiring"
DIMENSIONS = {"partner": "Partner", "kind": "Kind of agreement"}
_HOUR = timedelta(hours=1)
_FAR_PAST = date(1970, 1, 1)


def _until() -> date | None:
    """The day up to which dates alone count; stored, so that a number is the same whenever it is read."""
    followed = followed_at(SOURCE)
    return followed.astimezone(UTC).date() if followed else None


def _fetch(start: datetime, end: datetime) -> Frame:
    return _frame_of([move for move in list_moves(until=_until()) if start <= move.at < end])


def _held_at(moment: datetime) -> Frame:
    """The agreements that had come and not left by the instant, by when they came last."""
    held: dict[int, Move] = {}
    for move in list_moves(until=_until()):
        if move.at <= moment:
            held[move.agreement.pk] = move
    return _frame_of([move for move in held.values() if move.by > 0])


def _frame_of(moves: Sequence[Move]) -> Frame:
    words = {
        "partner": [move.agreement.partner.slug for move in moves],
        "kind": [move.agreement.kind for move in moves],
    }
    return Frame(
        at=to_microseconds(move.at for move in moves),
        measures={"change": np.array([move.by for move in moves], dtype=np.int64)},
        dimensions={key: np.array(column, dtype=object) for key, column in words.items()},
        keys=np.array([move.agreement.pk for move in moves], dtype=np.int64),
    )


def _span() -> tuple[datetime, datetime] | None:
    moves = list_moves(until=_until())
    return (moves[0].at, moves[-1].at) if moves else None


def _list_due(since: datetime | None) -> Iterable[datetime]:
    """What dates have brought since: each of these days is read again."""
    first = since.astimezone(UTC).date() if since else _FAR_PAST
    return list_scheduled(first, _until() or first)


def _spread(hours: Collection[int]) -> dict[int, int]:
    """The further hours in which agreements may come or leave, of which something was published or said in these."""
    start, end = EPOCH + min(hours) * _HOUR, EPOCH + (max(hours) + 1) * _HOUR  # A few agreements too many do no harm.
    published = AgreementVersion.objects.filter(published_at__gte=start, published_at__lt=end)
    said = NegotiationEntry.objects.filter(said_at__gte=start, said_at__lt=end)
    moved = {*published.values_list("agreement", flat=True), *said.values_list("agreement", flat=True)}
    found = {microsecond_of(moment) // 3_600_000_000 for moment in list_turning_points(moved)} if moved else set()
    return dict.fromkeys(found - set(hours), 1)


def _describe(keys: Sequence[int]) -> dict[int, RowWords]:
    rows = Agreement.objects.filter(pk__in=keys).select_related("partner")
    return {
        row.pk: RowWords(label=f"{row.partner}: {row.title}", url=row.get_absolute_url(), detail=row.get_kind_display())
        for row in rows
    }


_VERSIONS, _ENTRIES = AgreementVersion._meta.db_table, NegotiationEntry._meta.db_table

register_source(
    MetricSource(
        key=SOURCE,
        label="Agreements coming within 90 days of their end, and leaving them",
        model="partnerships.Agreement",
        captures=[
            Capture(_VERSIONS, [("published_at",)], ("ends_on", "renewal")),
            Capture(_ENTRIES, [("said_at",)], ("new_state",)),
            Capture(
                Agreement._meta.db_table,
                [("published_at",)],
                ("partner_id", "kind", "state"),
                through=[Link(_VERSIONS, "agreement_id")],
            ),
        ],
        fetch=_fetch,
        span=_span,
        measures={"change": "agreements"},
        measure_labels={"change": "Change of how many expire"},
        dimensions=DIMENSIONS,
        event_time="when an agreement comes within 90 days of its end, and when it is renewed, terminated or over",
        held_at=_held_at,
        describe=_describe,
        permission="partnerships.view_agreement",
        unsettled=_list_due,
        spread=_spread,
    )
)
register_metrics(
    [
        ShippedMetric(
            key="agreements_expiring",
            name=f"Agreements expiring within {SOON_DAYS} days",
            question="Which agreements do we have to talk about now?",
            purpose=(
                f"Active agreements whose newest version ends within {SOON_DAYS} days and does not renew itself, at "
                "the end of the period. Renewing or terminating one takes it out, and so does its last day."
            ),
            unit="agreements",
            decimals=0,
            direction="down",
            kind="stock",
            source=SOURCE,
            formula={"measure": "change"},
            dimensions=["partner", "kind"],
            position=45,
        )
    ]
)
