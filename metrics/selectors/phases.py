"""Which definition and which limits hold for which periods of one metric."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from metrics.models import Baseline, Grain, Kind, MetricVersion
from metrics.selectors.values import Point, Series, calendar_for
from metrics.statistics.xmr import BASELINE, MEAN, XmrLimits, xmr_limits

WEEKS_BEFORE = 52
"""How far before its approval the history of a definition without a break is judged."""
_PERCENT, _RATIO = "%", "ratio"


@dataclass(frozen=True, slots=True)
class Phase:
    """Periods, by index from `start` to `end` inclusive, that one set of limits judges.

    Without a frozen baseline the limits are provisional, made of the phase's first known values; None with fewer than
    12. `since` is the day the phase begins, which may lie before the periods given.
    """

    start: int
    end: int
    since: date
    version: MetricVersion
    baseline: Baseline | None
    limits: XmrLimits | None

    @property
    def is_frozen(self) -> bool:
        return self.baseline is not None and bool(self.baseline.n)

    @property
    def wanted(self) -> int:
        """From how many periods its limits are, or will be, frozen."""
        return self.baseline.wanted if self.baseline else BASELINE

    @property
    def method(self) -> str:
        return self.baseline.method if self.baseline else MEAN


def judged_from(version: MetricVersion, grain: str = Grain.WEEK) -> date:
    """The day from which a definition's values are judged: its break, or the year before it where it has none."""
    begun = period_containing(version, calendar_for(version).day_of(version.effective_from), grain)
    has_break = version.number > 1 and not version.is_retroactive
    return begun if has_break else begun - timedelta(weeks=WEEKS_BEFORE)


def current_baselines(rows: Sequence[Baseline]) -> list[Baseline]:
    """The baselines of one definition that hold, by first period: a newer one hides those from its first period on."""
    kept: list[Baseline] = []
    for row in sorted(rows, key=lambda row: row.pk, reverse=True):
        if not kept or row.first_period < kept[-1].first_period:
            kept.append(row)
    return kept[::-1]


def list_phases(series: Series, points: Sequence[Point], baselines: Mapping[int, Sequence[Baseline]]) -> list[Phase]:
    """The phases of points of a series; `baselines` by version in the database. Those without a period are left out."""
    phases: list[Phase] = []
    runs = groupby(range(len(points)), key=lambda i: (points[i].version or series.version).pk)
    for _, run in runs:
        indices = list(run)
        version = points[indices[0]].version or series.version
        phases += _phases_of(version, points, indices, current_baselines(baselines.get(version.pk, ())))
    return phases


def _phases_of(
    version: MetricVersion, points: Sequence[Point], indices: Sequence[int], rows: Sequence[Baseline]
) -> list[Phase]:
    """One definition's phases: from where it is judged, and from each baseline on."""
    begun = judged_from(version)
    starts: list[tuple[date, Baseline | None]] = [(begun, None)] if not rows or begun < rows[0].first_period else []
    starts += [(row.first_period, row) for row in rows]
    ends = [*(start for start, _ in starts[1:]), date.max]
    phases = []
    for (since, row), end in zip(starts, ends, strict=True):
        where = [i for i in indices if since <= points[i].start < end]
        if where:
            phases.append(_phase(points, where, since, version, row))
    return phases


def _phase(
    points: Sequence[Point], where: Sequence[int], since: date, version: MetricVersion, row: Baseline | None
) -> Phase:
    frozen = row.limits if row else None
    values = [value for i in where if (value := points[i].value) is not None]
    method, wanted = (row.method, row.wanted) if row else (MEAN, BASELINE)
    limits = frozen or limits_of(version, values[:wanted], method=method)
    return Phase(where[0], where[-1], since, version, row, limits)


def limits_of(version: MetricVersion, values: Sequence[float], *, method: str = MEAN) -> XmrLimits | None:
    """The limits these values make, cut at the metric's natural bounds; None for fewer than 12."""
    return xmr_limits(values, floor=_floor(values), ceiling=_ceiling(version), method=method)


def _floor(values: Sequence[float]) -> float | None:
    """Nothing we count or time goes below zero; a metric that has been below it has no floor."""
    return 0.0 if values and min(values) >= 0 else None


def _ceiling(version: MetricVersion) -> float | None:
    """The natural upper bound of shares."""
    if version.metric.unit == _PERCENT and version.kind in {Kind.RATIO, Kind.INTERVAL_SHARE}:
        return 100.0
    return 1.0 if version.metric.unit == _RATIO or version.kind == Kind.INTERVAL_SHARE else None


def period_containing(version: MetricVersion, day: date, grain: str = Grain.WEEK) -> date:
    """The first day of the definition's period that holds the day."""
    return calendar_for(version).period_start(day, grain)
