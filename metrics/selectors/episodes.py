"""Signals as pages list them: as they are, or as they were known at an instant."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import F, Q

from metrics.models import EpisodeState, Metric, SignalEpisode
from metrics.selectors.as_of import Cut
from metrics.selectors.values import calendar_for
from metrics.statistics.rules import PAGING_RULES

_Values = dict[tuple[int, date], float | None]


def list_episodes(metric: Metric, *, segment: str = "", limit: int = 20) -> list[SignalEpisode]:
    """The metric's signals, open ones first and then the newest; one query."""
    return _in_order(_read(metric, segment, Q(), 10 * limit))[:limit]


def list_episodes_as_of(metric: Metric, at: datetime, *, segment: str = "", limit: int = 20) -> list[SignalEpisode]:
    """The metric's signals as they were known at `at`; two queries.

    Those detected later are left out, those closed later are open, and weeks that had not ended are no part of them:
    neither their values nor their rules. What contributed is known of whole signals only. The rows are not to be saved.
    """
    rows = _read(metric, segment, Q(detected_at__lte=at), 10 * limit)
    values = _values_at(rows, at)
    return _in_order(row for row in rows if _turn_back(row, at, values))[:limit]


def open_at(at: datetime) -> Q:
    """The signals that were detected by `at` and open then."""
    return Q(detected_at__lte=at) & (Q(closed_at__isnull=True) | Q(closed_at__gt=at))


def _read(metric: Metric, segment: str, where: Q, limit: int) -> list[SignalEpisode]:
    """The open ones and those closed last."""
    rows = SignalEpisode.objects.filter(where, baseline__version__metric=metric, baseline__segment=segment)
    order = (F("closed_at").desc(nulls_first=True), "-opened_on", "-pk")
    return list(rows.select_related("baseline__version").order_by(*order)[:limit])


def _in_order(rows: Iterable[SignalEpisode]) -> list[SignalEpisode]:
    return sorted(rows, key=lambda row: (row.closed_at is not None, -row.opened_on.toordinal(), row.pk))


def _values_at(rows: Sequence[SignalEpisode], at: datetime) -> _Values:
    """What the signals' points were believed to be."""
    if not rows:
        return {}
    baselines = [row.baseline for row in rows]
    where = Q(
        version__in={baseline.version_id for baseline in baselines},
        grain__in={baseline.grain for baseline in baselines},
        segment=baselines[0].segment,
        start__in={_start(point) for row in rows for point in row.points},
    )
    return {place: revision.value for place, revision in Cut(at).latest(where).items()}


def _turn_back(row: SignalEpisode, at: datetime, values: _Values) -> bool:
    """Make the row what it was at `at`; whether there was any of it."""
    known = [point for point in _points_at(row, at, values) if point["value"] is not None]
    if not known:
        return False
    whole, row.points = len(row.points), known
    if row.closed_at is not None and row.closed_at > at:
        row.state, row.closed_at = EpisodeState.OPEN, None
    if len(known) < whole:
        broken = {rule for point in known for rule in point["rules"]}
        rules = [rule for rule in row.rules.split() if rule in broken]
        row.rules, row.is_paging = " ".join(rules), not PAGING_RULES.isdisjoint(rules)
        row.opened_on, row.last_on, row.contributors = _start(known[0]), _start(known[-1]), []
    return True


def _points_at(row: SignalEpisode, at: datetime, values: _Values) -> list[dict[str, Any]]:
    """The signal's weeks that had ended, each with the value of then."""
    baseline = row.baseline
    calendar = calendar_for(baseline.version)
    ended = [point for point in row.points if calendar.is_complete(_start(point), baseline.grain, at)]
    # A week without a revision was empty then as it is now.
    return [point | {"value": values.get((baseline.version_id, _start(point)), point["value"])} for point in ended]


def _start(point: dict[str, Any]) -> date:
    return date.fromisoformat(point["start"])
