"""Checks with ninety days of intervals and the days made of them, read as bars and as windows."""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from statistics import median
from typing import Any

from benchmarks.jobs.setup import make_checks, run

NOW = datetime(2026, 3, 2, 14, 21, 7, tzinfo=UTC)
DAYS = 90
_DAY = timedelta(days=1)


def measure(*, count: int, outages: int, rounds: int) -> dict[str, Any]:
    """Median seconds of bars and of windows, whole and in the database; windows must equal those from intervals."""
    from django.db import connection

    from partnerships.health.uptime import STANDARD
    from partnerships.models import HealthCheck
    from partnerships.selectors.day_bars import list_day_bars
    from partnerships.selectors.uptime_days import get_window_tallies

    make_checks([f"http://127.0.0.1/{number}" for number in range(count)], interval_seconds=60)
    _add_past(outages)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    checks = list(HealthCheck.objects.order_by("pk"))
    groups = {check.integration_id: [check] for check in checks}
    start = NOW - DAYS * _DAY

    def bars_from_days() -> Any:
        return list_day_bars(groups, days=DAYS, at=NOW, accounting=STANDARD)

    def bars_from_intervals() -> Any:
        return _bars_from_intervals(groups, start - _DAY)

    def windows() -> Any:
        return get_window_tallies(checks, start=start, end=NOW, at=NOW)

    if windows() != _from_intervals(checks, start):
        raise RuntimeError("uptime from days is not that from intervals")
    if bars_from_days() != bars_from_intervals():
        raise RuntimeError("bars from days are not those from intervals")
    bars = _times(bars_from_days, rounds)
    interval_bars = _times(bars_from_intervals, rounds)
    found = _times(windows, rounds)
    intervals = _times(lambda: _from_intervals(checks, start), rounds)
    return {
        "bars": bars[0],
        "bars_sql": bars[1],
        "interval_bars": interval_bars[0],
        "interval_bars_sql": interval_bars[1],
        "windows": found[0],
        "windows_sql": found[1],
        "intervals": intervals[0],
    }


def _add_past(outages: int) -> None:
    """As many outages of one to thirty minutes for each check, anywhere in ninety days and one."""
    from partnerships.models import HealthCheck, StatusInterval, UptimeDay

    begun = NOW - (DAYS + 1) * _DAY
    for check in HealthCheck.objects.order_by("pk"):
        rng = Random(check.pk)
        minutes = sorted(rng.sample(range(60, (DAYS + 1) * 1440 - 60, 31), outages))
        cuts = [begun]
        for minute in minutes:
            cuts += [begun + timedelta(minutes=minute), begun + timedelta(minutes=minute + rng.randint(1, 30))]
        ends = [*cuts[1:], None]
        states = ["up", "down"] * outages + ["up"]
        StatusInterval.objects.bulk_create(
            StatusInterval(health_check=check, state=state, started_at=low, ended_at=high)
            for low, high, state in zip(cuts, ends, states, strict=True)
        )
        UptimeDay.objects.bulk_create(_days(check, cuts, ends, states))
        check.monitored_from, check.rolled_up_to, check.state = begun, NOW, "up"
        check.stale_at, check.state_since = NOW + _DAY, begun
        check.save()


def _days(check: Any, cuts: list[datetime], ends: list[Any], states: list[str]) -> Iterator[Any]:
    from partnerships.health.uptime import Span, Window, tally, to_us
    from partnerships.models import UptimeDay

    day, now = cuts[0].replace(hour=0, minute=0, second=0), to_us(NOW)
    spans = [Span(to_us(low), high and to_us(high), state) for low, high, state in zip(cuts, ends, states, strict=True)]
    while day < NOW:
        low, high = to_us(day), to_us(day + _DAY)
        near = spans[bisect_right(cuts, day) - 1 if day > cuts[0] else 0 : bisect_right(cuts, day + _DAY)]
        counted = tally(near, Window(low, high, now, spans[0].start))
        yield UptimeDay(
            health_check=check, day_on=day.date(), tier="production", up_us=counted.up, down_us=counted.down
        )
        day += _DAY


def _bars_from_intervals(groups: dict[int, list[Any]], start: datetime) -> Any:
    from partnerships.selectors.pages_timelines import day_states, joined, load_check_timelines

    checks = [check for found in groups.values() for check in found]
    timelines = load_check_timelines(checks, start=start, at=NOW).measured
    return {key: day_states(joined(found, timelines), days=DAYS, at=NOW) for key, found in groups.items()}


def _from_intervals(checks: list[Any], start: datetime) -> Any:
    from partnerships.health.uptime import Tally, Window, tally, to_us
    from partnerships.selectors.spans import get_spans_by_check

    spans = get_spans_by_check([check.pk for check in checks], start=start, end=NOW)
    window = Window(to_us(start), to_us(NOW), to_us(NOW))
    return {check.pk: (tally(spans[check.pk], window), Tally()) for check in checks}


def _times(what: Callable[[], Any], rounds: int) -> tuple[float, float]:
    """Median seconds of the whole and of its statements."""
    from django.db import connection

    whole, sql = [], []
    for _ in range(rounds + 1):
        spent = _Spent()
        began = time.perf_counter()
        with connection.execute_wrapper(spent):
            what()
        whole.append(time.perf_counter() - began)
        sql.append(spent.seconds)
    return median(whole[1:]), median(sql[1:])


class _Spent:
    """Seconds within statements."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self, execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.seconds += time.perf_counter() - began


if __name__ == "__main__":
    run(measure)
