"""Judging metrics: limits are frozen once they are due, and signals become rows that people are told about."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from metrics.models import Baseline, EpisodeState, Metric, SignalEpisode, Target
from metrics.selectors.phases import Phase
from metrics.selectors.standings import Standing, known_of, list_standings
from metrics.services.baselines import freeze_if_due
from metrics.services.contributors import find_contributors
from metrics.statistics.rules import RUN_LENGTH, Episode, find_episodes, find_signals

JUDGED_WEEKS = 104
"""How far back history is judged again; older episodes stay as they are."""
_COMPARED = ("rules", "is_paging", "is_improving", "opened_on", "last_on", "points", "state")


@dataclass(frozen=True)
class Judgement:
    """What one run changed: limits frozen, episodes opened, changed and withdrawn."""

    frozen: int
    opened: int
    changed: int
    withdrawn: int


@dataclass(frozen=True)
class _Found:
    """An episode as it should be stored."""

    baseline: Baseline
    side: str
    fields: dict[str, Any]

    def overlaps(self, row: SignalEpisode) -> bool:
        """Whether the row tells of the same excursion."""
        if (row.baseline_id, row.side) != (self.baseline.pk, self.side):
            return False
        return bool(row.opened_on <= self.fields["last_on"] and self.fields["opened_on"] <= row.last_on)

    def differs(self, row: SignalEpisode) -> bool:
        """Whether the row says something else."""
        return any(getattr(row, name) != self.fields[name] for name in _COMPARED)


def judge_signals(*, at: datetime) -> Judgement:
    """Freeze the limits that are due and bring the stored episodes in line with the values; what changed.

    Whole populations are judged, and segments that somebody set a target or limits for. Only complete weeks count.
    Idempotent; of two workers at once the second finds nothing left to do.
    """
    frozen = opened = changed = withdrawn = 0
    for segment in _judged_segments():
        standings = list_standings(at=at, weeks=JUDGED_WEEKS, segment=segment)
        rows = [freeze_if_due(standing, segment=segment, at=at) for standing in standings]
        if any(rows):
            frozen += sum(row is not None for row in rows)
            standings = list_standings(at=at, weeks=JUDGED_WEEKS, segment=segment)
        for key in _list_unlike(standings, segment):
            counts = _reconcile(key, segment, at=at)
            opened, changed, withdrawn = opened + counts[0], changed + counts[1], withdrawn + counts[2]
    return Judgement(frozen, opened, changed, withdrawn)


def _judged_segments() -> list[str]:
    asked = {*Target.objects.values_list("segment", flat=True).distinct().order_by()}
    return sorted({"", *asked, *Baseline.objects.values_list("segment", flat=True).distinct().order_by()})


def _list_unlike(standings: Sequence[Standing], segment: str) -> list[str]:
    """The keys of metrics whose stored episodes are not what their values say."""
    metrics = [standing.metric for standing in standings]
    rows = SignalEpisode.objects.filter(baseline__version__metric__in=metrics, baseline__segment=segment)
    by_metric: dict[int, list[SignalEpisode]] = {metric.pk: [] for metric in metrics}
    for row in rows.select_related("baseline__version"):
        by_metric[row.baseline.version.metric_id].append(row)
    unlike = []
    for standing in standings:
        pairs, gone = _match(standing, by_metric[standing.metric.pk])
        if gone or any(row is None or found.differs(row) for found, row in pairs):
            unlike.append(standing.metric.key)
    return unlike


def _reconcile(key: str, segment: str, *, at: datetime) -> tuple[int, int, int]:
    """Bring one metric's episodes in line, alone with it; how many were opened, changed and withdrawn."""
    with transaction.atomic():
        Metric.objects.select_for_update(no_key=True).get(key=key)
        (standing,) = list_standings(at=at, keys=[key], weeks=JUDGED_WEEKS, segment=segment)
        stored = SignalEpisode.objects.filter(baseline__version__metric=standing.metric, baseline__segment=segment)
        pairs, gone = _match(standing, list(stored.order_by("opened_on", "pk")))
        for lost in gone:
            _store(lost, {"state": EpisodeState.WITHDRAWN}, at=at)
        opened = changed = 0
        for found, row in pairs:
            if row is None or found.differs(row):
                starts = [date.fromisoformat(point["start"]) for point in found.fields["points"]]
                fields = found.fields | {"contributors": find_contributors(found.baseline, starts)}
                opened, changed = opened + (row is None), changed + (row is not None)
                _store(row or SignalEpisode(baseline=found.baseline, side=found.side, detected_at=at), fields, at=at)
    return opened, changed, len(gone)


def _store(row: SignalEpisode, fields: dict[str, Any], *, at: datetime) -> None:
    for name, value in fields.items():
        setattr(row, name, value)
    if row.state == EpisodeState.OPEN:
        row.closed_at = None
    else:
        row.closed_at = row.closed_at or at
    row.save()


_Pairs = list[tuple[_Found, SignalEpisode | None]]


def _match(standing: Standing, rows: Sequence[SignalEpisode]) -> tuple[_Pairs, list[SignalEpisode]]:
    """Each episode of the values with its row, if any; and the rows whose episode is gone.

    A row is taken again where it overlaps, a live one before a withdrawn one, so that a restatement which moves an
    excursion by a week does not tell of it twice.
    """
    since = standing.weeks[0].start + timedelta(weeks=RUN_LENGTH) if standing.weeks else date.max
    free = sorted(rows, key=lambda row: (row.state == EpisodeState.WITHDRAWN, row.opened_on, row.pk))
    pairs: _Pairs = []
    for found in _episodes_of(standing):
        row: SignalEpisode | None = next((one for one in free if found.overlaps(one)), None)
        if row is not None:
            free.remove(row)
        elif found.fields["opened_on"] < since and len(standing.weeks) >= JUDGED_WEEKS:
            continue  # Cut off by the window: what broke the rule may lie before it.
        pairs.append((found, row))
    gone = [
        one
        for one in free
        if one.state != EpisodeState.WITHDRAWN and (one.opened_on >= since or len(standing.weeks) < JUDGED_WEEKS)
    ]
    return pairs, gone


def _episodes_of(standing: Standing) -> Iterable[_Found]:
    for phase in standing.phases:
        if phase.baseline is None or not phase.is_frozen or phase.limits is None:
            continue
        where, values = known_of(phase, standing.weeks)
        rules: dict[int, list[str]] = {}
        for signal in find_signals(values, phase.limits):
            rules.setdefault(signal.index, []).append(signal.rule)
        for episode in find_episodes(values, phase.limits):
            yield _found(standing, phase, phase.baseline, episode, where, rules)


def _found(
    standing: Standing,
    phase: Phase,
    baseline: Baseline,
    episode: Episode,
    where: Sequence[int],
    rules: dict[int, list[str]],
) -> _Found:
    weeks = [standing.weeks[where[i]] for i in episode.points]
    is_open = episode.is_open and phase is standing.phases[-1]
    fields = {
        "rules": " ".join(episode.rules),
        "is_paging": episode.is_paging,
        "is_improving": standing.is_improving(episode.side),
        "opened_on": weeks[0].start,
        "last_on": weeks[-1].start,
        "points": [
            {"start": week.start.isoformat(), "value": week.value, "rules": rules[i]}
            for week, i in zip(weeks, episode.points, strict=True)
        ],
        "state": EpisodeState.OPEN if is_open else EpisodeState.CLOSED,
    }
    return _Found(baseline, episode.side, fields)
