"""Which segments moved a metric: sums and counts compared, never averages of averages.

For a quotient of sums V = ΣN/ΣD, a segment's excess over the centre c is (N_s − c·D_s)/ΣD. The excesses of a
dimension's segments add up to V − c exactly, whatever the sizes of the segments, so that a shift of the mix and a
change within a segment are both counted once (no Simpson's paradox). A segment's effect is its excess over the
signal's periods less its excess over the baseline's, so that one which was always high does not take the blame.
Counts, sums and stocks compare the level a period; percentiles count rows above the centre, of which a share of 1 − q
is expected.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from metrics.columns import unpack_column
from metrics.kinds import KINDS, Cell
from metrics.models import Baseline, DayCell, Kind, MetricVersion, PeriodValue
from metrics.selectors.values import calendar_for

SHOWN = 3
_BY_ROWS, _BY_DENOMINATOR = {Kind.MEAN}, {Kind.RATIO, Kind.SHARE, Kind.INTERVAL_SHARE}
_LEVELS = {Kind.COUNT, Kind.SUM, Kind.STOCK}


@dataclass
class _Sums:
    """What one segment adds up to over some periods."""

    numerator: float = 0.0
    denominator: float = 0.0
    n: int = 0


def find_contributors(baseline: Baseline, starts: Collection[date]) -> list[dict[str, Any]]:
    """The three segments that moved the metric furthest to where it is in these periods, the greatest first.

    Each is {"segment", "share" of the distance moved, "effect" in the metric's unit or None, "n" rows}. Empty where the
    kind does not add up from segments, or nothing is kept by segment.
    """
    version = baseline.version
    if baseline.segment or not version.dimensions or baseline.last_period is None or baseline.centre is None:
        return []
    before = _weeks(baseline.first_period, baseline.last_period)
    if version.kind in _LEVELS:
        now, then = _levels(version, starts), _levels(version, before)
        return _greatest(now, {name: _excess(sums, 1.0, 0.0) for name, sums in then.items()}, 0.0, 1.0, scale=1.0)
    if version.kind not in _BY_ROWS | _BY_DENOMINATOR | {Kind.PERCENTILE}:
        return []
    now, then = _sums(version, starts, baseline.centre), _sums(version, before, baseline.centre)
    return _compare(version, baseline.centre, now, then)


def _compare(
    version: MetricVersion, centre: float, now: Mapping[str, _Sums], then: Mapping[str, _Sums]
) -> list[dict[str, Any]]:
    whole_now, whole_then = now.get("", _Sums()), then.get("", _Sums())
    if not whole_now.denominator or not whole_then.denominator:
        return []
    if version.kind == Kind.PERCENTILE:
        expected, scale = 1.0 - float(version.formula["quantile"]), None
    else:
        scale = _factor(version)
        expected = centre / scale if scale else 0.0
    was = {name: _excess(sums, whole_then.denominator, expected) for name, sums in then.items()}
    return _greatest(now, was, expected, whole_now.denominator, scale=scale)


def _greatest(
    now: Mapping[str, _Sums], was: Mapping[str, float], expected: float, denominator: float, *, scale: float | None
) -> list[dict[str, Any]]:
    effects = {
        name: _excess(now.get(name, _Sums()), denominator, expected) - was.get(name, 0.0) for name in {*now, *was}
    }
    distance = effects.pop("", 0.0)
    shares = {name: effect / distance for name, effect in effects.items()} if distance else {}
    best = sorted((name for name in shares if shares[name] > 0), key=lambda name: (-shares[name], name))[:SHOWN]
    return [
        {
            "segment": name,
            "share": round(shares[name], 4),
            "effect": None if scale is None else effects[name] * scale,
            "n": now.get(name, _Sums()).n,
        }
        for name in best
    ]


def _excess(sums: _Sums, denominator: float, expected: float) -> float:
    return (sums.numerator - expected * sums.denominator) / denominator


def _factor(version: MetricVersion) -> float:
    """What turns the quotient of sums into the metric's unit."""
    return KINDS[version.kind].combine([Cell(n=1, total=1, denominator=1)], version.formula).value or 0.0


def _weeks(first: date, last: date) -> set[date]:
    return {first + timedelta(weeks=i) for i in range((last - first).days // 7 + 1)}


def _sums(version: MetricVersion, starts: Collection[date], centre: float) -> dict[str, _Sums]:
    """Numerators and denominators by segment over these weeks, from the day cells."""
    has_data = version.kind == Kind.PERCENTILE
    columns = ("segment", "day", "n", "total", "denominator", *(["data"] if has_data else []))
    calendar, found = calendar_for(version), defaultdict[str, _Sums](_Sums)
    rows = DayCell.objects.filter(version=version, day__range=(min(starts), max(starts) + timedelta(days=6)))
    wanted, limit = set(starts), centre * version.formula.get("scale", 1)
    for segment, day, n, total, denominator, *data in rows.order_by().values_list(*columns):
        if calendar.period_start(day, "week") not in wanted:
            continue
        sums = found[segment]
        sums.n += n
        if has_data:
            column = unpack_column(bytes(data[0]))
            sums.numerator += len(column) - int(np.searchsorted(column, limit, side="right"))
            sums.denominator += len(column)
        else:
            sums.numerator += float(total)
            sums.denominator += n if version.kind in _BY_ROWS else float(denominator)
    return found


def _levels(version: MetricVersion, starts: Collection[date]) -> dict[str, _Sums]:
    """The mean level a week by segment; a week without a value counts as nothing."""
    found = defaultdict[str, _Sums](_Sums)
    rows = PeriodValue.objects.filter(version=version, grain="week", start__in=list(starts), value__isnull=False)
    for segment, value, n in rows.values_list("segment", "value", "n"):
        found[segment].numerator += (value or 0.0) / len(starts)
        found[segment].n += n
    return found
