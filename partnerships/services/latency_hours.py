"""Latencies by check and UTC hour as log histograms, counted in with the results that measured them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from foundation.bulk_rows import insert_rows
from metrics.histogram import add_to_histogram
from partnerships.models import LatencyHour
from partnerships.services.uptime_hours import hour_of

Key = tuple[int, datetime]
Counted = tuple[int, int, Mapping[str, int]]
NOTHING: Counted = (0, 0, {})


def add_latencies(measured: Iterable[tuple[int, datetime, int]]) -> None:
    """Counts (check id, instant, latency in µs) into their hours; the caller holds the checks' locks."""
    by_hour: dict[Key, list[int]] = defaultdict(list)
    for check_id, moment, latency_us in measured:
        by_hour[check_id, hour_of(moment)].append(latency_us)
    if not by_hour:
        return
    rows = (
        LatencyHour.objects.filter(
            health_check__in={check_id for check_id, _ in by_hour}, hour__in={hour for _, hour in by_hour}
        )
        .order_by()  # the usual order would join the checks and their integrations
        .values_list("health_check_id", "hour", "n", "total_us", "buckets")
    )
    known: dict[Key, Counted] = {(check_id, hour): (n, total, buckets) for check_id, hour, n, total, buckets in rows}
    insert_rows(
        LatencyHour,
        ("health_check_id", "hour", "n", "total_us", "buckets"),
        [(*key, *_counted(known.get(key, NOTHING), latencies)) for key, latencies in by_hour.items()],
        unique=("health_check_id", "hour"),
    )


def _counted(known: Counted, latencies: list[int]) -> Counted:
    n, total_us, buckets = known
    return n + len(latencies), total_us + sum(latencies), add_to_histogram(buckets, latencies)
