"""Latencies by check and UTC hour as log histograms, counted in with the results that measured them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from metrics.histogram import add_to_histogram
from partnerships.models import LatencyHour
from partnerships.services.uptime_hours import hour_of

Key = tuple[int, datetime]


def add_latencies(measured: Iterable[tuple[int, datetime, int]]) -> None:
    """Counts (check id, instant, latency in µs) into their hours; the caller holds the checks' locks."""
    by_hour: dict[Key, list[int]] = defaultdict(list)
    for check_id, moment, latency_us in measured:
        by_hour[check_id, hour_of(moment)].append(latency_us)
    if not by_hour:
        return
    rows = LatencyHour.objects.filter(
        health_check__in={check_id for check_id, _ in by_hour}, hour__in={hour for _, hour in by_hour}
    )
    known: dict[Key, LatencyHour] = {(row.health_check_id, row.hour): row for row in rows}
    LatencyHour.objects.bulk_create(
        [_counted(known.get(key), key, latencies) for key, latencies in by_hour.items()],
        update_conflicts=True,
        unique_fields=["health_check", "hour"],
        update_fields=["n", "total_us", "buckets"],
    )


def _counted(known: LatencyHour | None, key: Key, latencies: list[int]) -> LatencyHour:
    return LatencyHour(
        health_check_id=key[0],
        hour=key[1],
        n=(known.n if known else 0) + len(latencies),
        total_us=(known.total_us if known else 0) + sum(latencies),
        buckets=add_to_histogram(known.buckets if known else {}, latencies),
    )
