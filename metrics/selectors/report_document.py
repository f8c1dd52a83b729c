"""The document of a report, derived from nothing that can change: revisions, definitions, targets, closed months.

What can change, such as a metric's name, is taken down in the report's parameters when it is made.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from metrics.models import Grain, MetricVersion, PeriodClose, Target
from metrics.periods import add_months
from metrics.selectors.as_of import Cut, list_series_as_of, list_versions_at
from metrics.selectors.values import Point, calendar_for


@dataclass(frozen=True, slots=True)
class Frozen:
    """A month's value as it was when the month was closed, and by which definition."""

    value: float | None
    n: int
    version: int
    closed_at: datetime


def build_document(kind: str, params: Mapping[str, Any], *, cut: Cut) -> dict[str, Any]:
    """What a report says, as plain JSON values; the same for ever for the same arguments.

    `params`: metrics (keys in order), labels by key, segment, weeks and months (how many of each).
    """
    versions = list_versions_at(cut.at, params["metrics"])
    chosen = [versions[key] for key in params["metrics"] if key in versions]
    closes = list(PeriodClose.objects.filter(closed_at__lte=cut.at, revisions_to__lte=cut.last).order_by("month"))
    frozen = _frozen(chosen, closes, params, cut)
    return {
        "kind": kind,
        "as_of": _instant(cut.at),
        "revisions_to": cut.last,
        "segment": params["segment"],
        "closed_months": [{"month": str(row.month), "closed_at": _instant(row.closed_at)} for row in closes],
        "metrics": [_metric(version, params, frozen, cut) for version in chosen],
    }


def canonical_json(document: Mapping[str, Any]) -> bytes:
    """The one way to write a document: sorted members, no spaces, UTF-8, a newline at the end."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return f"{text}\n".encode()


def _metric(
    version: MetricVersion, params: Mapping[str, Any], frozen: Mapping[tuple[str, date], Frozen], cut: Cut
) -> dict[str, Any]:
    key = version.metric.key
    return {
        **params["labels"][key],
        "key": key,
        "version": version.number,
        "kind": version.kind,
        "source": version.source,
        "formula": version.formula,
        "definition_hash": version.hash,
        "time_zone": version.time_zone,
        "target": _target(version, params["segment"], cut),
        "weeks": [_point(point) for point in _points(version, Grain.WEEK, params, cut)],
        "months": [
            _point(point, frozen.get((key, point.start))) for point in _points(version, Grain.MONTH, params, cut)
        ],
    }


def _points(version: MetricVersion, grain: str, params: Mapping[str, Any], cut: Cut) -> Sequence[Point]:
    """The last periods of a grain, the running one included."""
    count = params["weeks" if grain == Grain.WEEK else "months"]
    calendar = calendar_for(version)
    today = calendar.day_of(cut.at)
    if not count:
        return []
    start = calendar.period_start(today, grain)
    first = start - timedelta(weeks=count) if grain == Grain.WEEK else add_months(start, -count)
    series = list_series_as_of([version], grain, first, today, cut=cut, segment=params["segment"])
    return series[version.metric.key].points


def _frozen(
    versions: Sequence[MetricVersion], closes: Sequence[PeriodClose], params: Mapping[str, Any], cut: Cut
) -> dict[tuple[str, date], Frozen]:
    """What closed months had been when they were closed, by metric key and month, for the months a report shows."""
    found = {}
    first = add_months(calendar_for(versions[0]).day_of(cut.at), -params["months"]) if versions else date.max
    for close in closes:
        if close.month < first:
            continue
        then = list_versions_at(close.closed_at, [version.metric.key for version in versions])
        at_close = Cut(close.closed_at, close.revisions_to)
        month = (Grain.MONTH, close.month, close.month)
        series = list_series_as_of(list(then.values()), *month, cut=at_close, segment=params["segment"])
        for key, shown in series.items():
            point = shown.points[0]
            found[key, close.month] = Frozen(point.value, point.n, shown.version.number, close.closed_at)
    return found


def _target(version: MetricVersion, segment: str, cut: Cut) -> dict[str, Any] | None:
    """The target that held then."""
    targets = Target.objects.filter(metric=version.metric_id, segment=segment, set_at__lte=cut.at)
    target = targets.order_by("set_at", "pk").last()
    if target is None:
        return None
    return {
        "shape": target.shape,
        "baseline_value": target.baseline_value,
        "target_value": target.target_value,
        "start_on": str(target.start_on),
        "due_on": str(target.due_on) if target.due_on else None,
    }


def _point(point: Point, frozen: Frozen | None = None) -> dict[str, Any]:
    """One period. A closed one shows its frozen value, and what it is now where that differs."""
    now = {"value": point.value, "n": point.n, "computed_at": _instant(point.computed_at)}
    last = point.end - timedelta(days=1) if point.end else point.start
    body = {"start": str(point.start), "last_day": str(last), "complete": point.complete}
    if frozen is None:
        return {**body, **now, "closed_at": None, "restated": None}
    same = (frozen.value, frozen.n) == (point.value, point.n)
    return {
        **body,
        "value": frozen.value,
        "n": frozen.n,
        "computed_at": None if not same else now["computed_at"],
        "version": frozen.version,
        "closed_at": _instant(frozen.closed_at),
        "restated": None if same else now,
    }


def _instant(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat()
