"""Periods whose value changed after it had been published: what it was, what it is, and what closed months keep."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

from metrics.models import Grain, MetricVersion, PeriodClose, PeriodValue, ValueRevision
from metrics.periods import PUBLISHED_AFTER
from metrics.selectors.as_of import Cut
from metrics.selectors.breaks import list_stretches
from metrics.selectors.values import calendar_for

SHOWN = 12
GRAINS = (Grain.WEEK, Grain.MONTH)


@dataclass(frozen=True, slots=True)
class Frozen:
    """What reports go on showing for a closed month."""

    value: float | None
    n: int
    closed_at: datetime


@dataclass(frozen=True, slots=True)
class Restatement:
    """A complete period whose value changed: from what was published first to what it is since `at`.

    `edits` is how many row changes stand behind it; `frozen` is what reports show where the month is closed.
    """

    version: MetricVersion
    grain: str
    start: date
    old: float | None
    new: float | None
    n: int
    at: datetime
    edits: int
    frozen: Frozen | None = None


def list_restatements(
    version: MetricVersion, *, grains: Sequence[str] = GRAINS, segment: str = "", limit: int = SHOWN
) -> list[Restatement]:
    """The periods of the metric restated last, newest first; four queries, and one more for each closed month."""
    versions = {stretch.version.pk: stretch.version for stretch in list_stretches([version])[version.pk]}
    rows = PeriodValue.objects.filter(
        version__in=versions, segment=segment, grain__in=grains, restated_at__isnull=False
    ).order_by("-restated_at", "-start", "-pk")[:limit]
    restated = {(row.version_id, row.grain, row.start): row for row in rows}
    history: dict[tuple[int, str, date], list[ValueRevision]] = {place: [] for place in restated}
    revisions = ValueRevision.objects.filter(
        version__in=versions, segment=segment, grain__in=grains, start__in={row.start for row in restated.values()}
    )
    for revision in revisions.order_by("pk"):
        history.get((revision.version_id, revision.grain, revision.start), []).append(revision)
    closes = _closes([row.start for row in restated.values() if row.grain == Grain.MONTH])
    found = []
    for (pk, grain, start), revised in history.items():
        close = closes.get(start) if grain == Grain.MONTH else None
        restatement = _restatement(versions[pk], revised, close)
        if restatement is not None:
            found.append(restatement)
    return found


def _closes(months: Sequence[date]) -> dict[date, PeriodClose]:
    return {close.month: close for close in PeriodClose.objects.filter(month__in=months)} if months else {}


def _restatement(
    version: MetricVersion, revisions: Sequence[ValueRevision], close: PeriodClose | None
) -> Restatement | None:
    """The restatement a period's revisions tell; None where the value is what was published."""
    calendar = calendar_for(version)
    late = [
        (old, new)
        for old, new in pairwise(revisions)
        if calendar.is_complete(old.start, old.grain, old.computed_at)
        and old.computed_at + PUBLISHED_AFTER <= new.computed_at
    ]
    if not late:
        return None
    published, last = late[0][0], revisions[-1]
    if (published.value, published.n) == (last.value, last.n):
        return None
    return Restatement(
        version=version,
        grain=last.grain,
        start=last.start,
        old=published.value,
        new=last.value,
        n=last.n,
        at=late[-1][1].computed_at,
        edits=sum(new.edits for _, new in late),
        frozen=_frozen(revisions, close),
    )


def _frozen(revisions: Sequence[ValueRevision], close: PeriodClose | None) -> Frozen | None:
    if close is None:
        return None
    cut = Cut(close.closed_at, close.revisions_to)
    counted = [row for row in revisions if row.pk <= (cut.last or 0) and row.computed_at <= cut.at]
    return Frozen(counted[-1].value, counted[-1].n, close.closed_at) if counted else None
