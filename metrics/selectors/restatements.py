"""Periods whose value changed after it had been published: what it was, what it is, and what closed months keep."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

from django.db.models import Max, Q

from metrics.models import Grain, MetricVersion, PeriodClose, PeriodValue, ValueRevision
from metrics.periods import PUBLISHED_AFTER
from metrics.selectors.as_of import Cut
from metrics.selectors.breaks import list_stretches
from metrics.selectors.values import calendar_for

SHOWN = 12
GRAINS = (Grain.WEEK, Grain.MONTH)
_Place = tuple[int, str, date]


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
    version: MetricVersion,
    *,
    grains: Sequence[str] = GRAINS,
    segment: str = "",
    limit: int = SHOWN,
    as_of: datetime | None = None,
) -> list[Restatement]:
    """The periods of the metric restated last, newest first; five queries at most.

    With `as_of` those that had been restated by then, to what was believed then; months closed later are not closed.
    """
    versions = {stretch.version.pk: stretch.version for stretch in list_stretches([version])[version.pk]}
    ours = Q(version__in=versions, segment=segment, grain__in=grains)
    places = _places(ours, limit) if as_of is None else _places_as_of(ours, versions, as_of)[:limit]
    history: dict[_Place, list[ValueRevision]] = {place: [] for place in places}
    revisions = ValueRevision.objects.filter(ours, start__in={start for _, _, start in places})
    for revision in (revisions if as_of is None else revisions.filter(computed_at__lte=as_of)).order_by("pk"):
        history.get((revision.version_id, revision.grain, revision.start), []).append(revision)
    closes = _closes([start for _, grain, start in places if grain == Grain.MONTH], as_of)
    found = []
    for (pk, grain, start), revised in history.items():
        close = closes.get(start) if grain == Grain.MONTH else None
        restatement = _restatement(versions[pk], revised, close)
        if restatement is not None:
            found.append(restatement)
    return found


def _places(ours: Q, limit: int) -> list[_Place]:
    """The periods that were restated last."""
    rows = PeriodValue.objects.filter(ours, restated_at__isnull=False).order_by("-restated_at", "-start", "-pk")
    return [(row.version_id, row.grain, row.start) for row in rows[:limit]]


def _places_as_of(ours: Q, versions: Mapping[int, MetricVersion], as_of: datetime) -> list[_Place]:
    """The periods that may have been restated by then, by their last change until then, the newest first.

    What had last changed before it was published had not been restated, and what has no mark by now never was.
    """
    marked = PeriodValue.objects.filter(ours, restated_at__isnull=False).order_by()
    places = {(row.version_id, row.grain, row.start) for row in marked.only("version_id", "grain", "start")}
    rows = ValueRevision.objects.filter(ours, computed_at__lte=as_of, start__in={start for _, _, start in places})
    changed = rows.order_by().values_list("version_id", "grain", "start").annotate(last=Max("computed_at"))
    found = [
        (last, start, (version, grain, start))
        for version, grain, start, last in changed
        if (version, grain, start) in places
        and calendar_for(versions[version]).is_complete(start, grain, last - PUBLISHED_AFTER)
    ]
    return [place for _, _, place in sorted(found, reverse=True)]


def _closes(months: Sequence[date], as_of: datetime | None) -> dict[date, PeriodClose]:
    if not months:
        return {}
    closes = PeriodClose.objects.filter(month__in=months)
    return {close.month: close for close in closes if as_of is None or close.closed_at <= as_of}


def _restatement(
    version: MetricVersion, revisions: Sequence[ValueRevision], close: PeriodClose | None
) -> Restatement | None:
    """The restatement a period's revisions tell; None where the value is what was published."""
    calendar = calendar_for(version)
    late = [
        (old, new)
        for old, new in pairwise(revisions)
        if calendar.is_complete(old.start, old.grain, old.computed_at)
        and (old.computed_at + PUBLISHED_AFTER <= new.computed_at or _is_closed_between(old, new, close))
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


def _is_closed_between(old: ValueRevision, new: ValueRevision, close: PeriodClose | None) -> bool:
    return close is not None and old.pk <= close.revisions_to < new.pk


def _frozen(revisions: Sequence[ValueRevision], close: PeriodClose | None) -> Frozen | None:
    if close is None:
        return None
    cut = Cut(close.closed_at, close.revisions_to)
    counted = [row for row in revisions if row.pk <= (cut.last or 0) and row.computed_at <= cut.at]
    return Frozen(counted[-1].value, counted[-1].n, close.closed_at) if counted else None
