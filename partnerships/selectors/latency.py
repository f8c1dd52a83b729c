"""Latencies over time, from the hourly histograms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from metrics.histogram import histogram_quantile, merge_histograms
from partnerships.models import Integration, LatencyHour


@dataclass(frozen=True, slots=True)
class LatencyPoint:
    """Latencies of [start, next start): how many, and percentiles in ms within 1 %; None where there are none."""

    start: datetime
    n: int
    p50_ms: float | None
    p95_ms: float | None


def list_latency_hours(*, integration: Integration, start: datetime, end: datetime) -> list[LatencyPoint]:
    """One point for each UTC hour with measurements, oldest first."""
    by_hour: dict[datetime, list[Mapping[str, int]]] = defaultdict(list)
    for hour, buckets in _rows(integration, start=start, end=end):
        by_hour[hour].append(buckets)
    return [_point(hour, histograms) for hour, histograms in sorted(by_hour.items())]


def list_latency_parts(*, integration: Integration, edges: Sequence[datetime]) -> list[LatencyPoint]:
    """One point between each pair of neighbouring edges; an hour belongs to the part it begins in."""
    rows = list(_rows(integration, start=edges[0], end=edges[-1]))
    return [_point(low, [buckets for hour, buckets in rows if low <= hour < high]) for low, high in pairwise(edges)]


def _rows(integration: Integration, *, start: datetime, end: datetime) -> Iterable[tuple[datetime, Mapping[str, int]]]:
    return LatencyHour.objects.filter(
        health_check__integration=integration,
        health_check__counts_for_uptime=True,
        hour__gte=start,
        hour__lt=end,
    ).values_list("hour", "buckets")


def _point(start: datetime, histograms: Iterable[Mapping[str, int]]) -> LatencyPoint:
    merged = merge_histograms(histograms)
    return LatencyPoint(
        start=start,
        n=sum(merged.values()),
        p50_ms=_milliseconds(histogram_quantile(merged, 0.5)),
        p95_ms=_milliseconds(histogram_quantile(merged, 0.95)),
    )


def _milliseconds(microseconds: float | None) -> float | None:
    return None if microseconds is None else microseconds / 1000
