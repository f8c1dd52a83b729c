"""Where metrics stand: the last complete week against its limits and its path. What tiles, lists and pages share."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from django.db.models import Min, Q

from metrics.models import (
    Baseline,
    DirtyMark,
    EpisodeState,
    Grain,
    Lane,
    Metric,
    MetricVersion,
    SignalEpisode,
    Target,
)
from metrics.selectors.as_of import Cut, believed, list_versions_at
from metrics.selectors.episodes import open_at
from metrics.selectors.phases import Phase, list_phases
from metrics.selectors.standing import TREND_WEEKS, Standing, last_day
from metrics.selectors.targets import PathStatus, get_current_targets, judge_value
from metrics.selectors.values import Point, Series, calendar_for, get_current_versions, list_series
from metrics.statistics.rules import Signal, find_signals
from metrics.statistics.xmr import XmrLimits

__all__ = ["TREND_WEEKS", "WEEKS", "Standing", "last_day", "list_standings"]

WEEKS = 52


@dataclass(frozen=True, slots=True)
class _Around:
    """What is stored beside the values of several metrics."""

    baselines: Mapping[int, Sequence[Baseline]]
    episodes: Mapping[int, Sequence[SignalEpisode]]
    targets: Mapping[int, Target]
    waiting: Mapping[str, timedelta]


def list_standings(
    *,
    at: datetime,
    keys: Iterable[str] | None = None,
    weeks: int = WEEKS,
    segment: str = "",
    is_believed: bool = False,
) -> list[Standing]:
    """The approved metrics in scorecard order; seven queries however many, and one more where a definition changed.

    With `is_believed` they are where they were believed to stand at `at`: values, limits and targets of then, by the
    definitions of then, and the signals that were open then.
    """
    current = get_current_versions(keys)
    versions = list((list_versions_at(at, current) if is_believed else current).values())
    if not versions:
        return []
    today = calendar_for(versions[0]).day_of(at)
    read = believed(Cut(at)) if is_believed else None
    series = list_series(versions, Grain.WEEK, today - timedelta(weeks=weeks), today, at=at, segment=segment, read=read)
    around = _load_around(versions, segment, at, is_believed=is_believed)
    return [_standing(series[version.metric.key], around) for version in versions]


def _load_around(versions: Sequence[MetricVersion], segment: str, at: datetime, *, is_believed: bool) -> _Around:
    metrics = [version.metric for version in versions]
    baselines: dict[int, list[Baseline]] = defaultdict(list)
    rows = Baseline.objects.filter(version__metric__in=metrics, segment=segment, grain=Grain.WEEK, frozen_at__lte=at)
    for row in rows.order_by("pk"):
        baselines[row.version_id].append(row)
    episodes: dict[int, list[SignalEpisode]] = defaultdict(list)
    is_open = open_at(at) if is_believed else Q(state=EpisodeState.OPEN, detected_at__lte=at)
    found = SignalEpisode.objects.filter(is_open, baseline__version__metric__in=metrics, baseline__segment=segment)
    for episode in found.select_related("baseline__version").order_by("opened_on"):
        episodes[episode.baseline.version.metric_id].append(episode)
    return _Around(
        baselines=baselines,
        episodes=episodes,
        targets=get_current_targets(metrics, segment=segment, at=at),
        waiting=_waiting_by_source({version.source for version in versions}, at),
    )


def _waiting_by_source(sources: set[str], at: datetime) -> dict[str, timedelta]:
    """How long the oldest changed row of each source has waited; sources without one are left out.

    A backfill is no change: what is shown stays right while it goes on.
    """
    marks = DirtyMark.objects.filter(source__in=sources, lane=Lane.ROWS).order_by()
    rows = marks.values("source").annotate(oldest=Min("created_at"))
    return {row["source"]: at - row["oldest"] for row in rows}


def _standing(series: Series, around: _Around) -> Standing:
    complete = list(takewhile(lambda point: point.complete, series.points))
    begun = next((i for i, point in enumerate(complete) if point.value is not None), len(complete))
    weeks = complete[begun:]
    phases = list_phases(series, weeks, around.baselines)
    limits = phases[-1].limits if phases and phases[-1].end == len(weeks) - 1 else None
    target = around.targets.get(series.metric.pk)
    return Standing(
        version=series.version,
        weeks=weeks,
        running=next((point for point in series.points if not point.complete), None),
        phases=phases,
        signals=[signal for phase in phases for signal in signals_of(phase, weeks)],
        episodes=around.episodes.get(series.metric.pk, ()),
        target=target,
        judged=_judge(series.metric, weeks, target, limits),
        waiting=around.waiting.get(series.version.source),
    )


def known_of(phase: Phase, weeks: Sequence[Point]) -> tuple[list[int], list[float]]:
    """The indices and values of a phase's weeks that have one."""
    known = [(i, value) for i in range(phase.start, phase.end + 1) if (value := weeks[i].value) is not None]
    return [i for i, _ in known], [value for _, value in known]


def signals_of(phase: Phase, weeks: Sequence[Point]) -> list[Signal]:
    """The signals of a phase, counted in all weeks; none without limits."""
    if phase.limits is None:
        return []
    where, values = known_of(phase, weeks)
    return [Signal(where[s.index], s.rule, s.side) for s in find_signals(values, phase.limits)]


def _judge(
    metric: Metric, weeks: Sequence[Point], target: Target | None, limits: XmrLimits | None
) -> PathStatus | None:
    if target is None or not weeks or weeks[-1].value is None:
        return None
    mean_range = limits.mean_range if limits else None
    return judge_value(target, weeks[-1].value, last_day(weeks[-1]), direction=metric.direction, mean_range=mean_range)
