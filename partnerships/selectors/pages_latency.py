"""Latency of an integration by local day, from the hours' histograms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from foundation.words import local
from metrics.histogram import RELATIVE_ERROR, histogram_quantile, merge_histograms
from partnerships.models import LatencyHour
from partnerships.selectors.pages_figures import midnight
from partnerships.selectors.pages_timelines import list_days

RECENT_DAYS = 7


@dataclass(frozen=True, slots=True)
class LatencyDays:
    """Median and 95th percentile by day in milliseconds, None where nothing was measured; `error` is relative.

    `recent` and `before` are the 95th percentiles of the last 7 days and of those before, over all their measurements.
    """

    days: Sequence[date]
    p50: Sequence[float | None]
    p95: Sequence[float | None]
    n: int
    recent: float | None
    before: float | None
    error: float = RELATIVE_ERROR

    @property
    def rise(self) -> float | None:
        """By which share the recent 95th percentile differs from the one before."""
        if self.recent is None or not self.before:
            return None
        return self.recent / self.before - 1


def get_latency_days(check_ids: Iterable[int], *, days: int, at: datetime) -> LatencyDays:
    """The last `days` local days of these checks together. One query; an hour counts to the day that it begins in."""
    dates = list_days(days, at)
    rows = LatencyHour.objects.filter(
        health_check__in=list(check_ids), hour__gte=midnight(dates[0]) - timedelta(hours=1), hour__lte=at
    )
    found: dict[date, list[Mapping[str, int]]] = defaultdict(list)
    for hour, buckets in rows.values_list("hour", "buckets"):
        found[local(hour).date()].append(buckets)
    by_day = [merge_histograms(found[day]) for day in dates]
    return LatencyDays(
        days=dates,
        p50=[_milliseconds(buckets, 0.5) for buckets in by_day],
        p95=[_milliseconds(buckets, 0.95) for buckets in by_day],
        n=sum(sum(buckets.values()) for buckets in by_day),
        recent=_milliseconds(merge_histograms(by_day[-RECENT_DAYS:]), 0.95),
        before=_milliseconds(merge_histograms(by_day[:-RECENT_DAYS]), 0.95),
    )


def _milliseconds(buckets: Mapping[str, int], quantile: float) -> float | None:
    value = histogram_quantile(buckets, quantile)
    return None if value is None else value / 1000
