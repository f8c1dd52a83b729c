"""Server time of pages of many metrics, and SQL time of reading stored values."""

from __future__ import annotations

import math
import time
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from benchmarks.jobs.setup import STORAGES, run, timing

POINTS = 185


def measure(*, metrics: int, paths: list[str], rounds: int) -> dict[str, Any]:
    """Median seconds and queries of each page, and the median SQL seconds of reading 185 days of one metric."""
    from django.test import override_settings
    from django.utils import timezone

    at = timezone.now()
    _fill(metrics, at)
    with override_settings(STORAGES=STORAGES):
        pages = {path: _median_of([_get(path) for _ in range(rounds + 2)][2:]) for path in paths}
    return {"pages": pages, "read": median(_read(at) for _ in range(rounds))}


def _median_of(answers: list[tuple[float, float, int]]) -> dict[str, float]:
    """Of all but the first ones, which load templates."""
    return {
        "seconds": median(seconds for seconds, _, _ in answers),
        "sql": median(sql for _, sql, _ in answers),
        "queries": answers[-1][2],
    }


def _get(path: str) -> tuple[float, float, int]:
    from django.contrib.auth import get_user_model
    from django.test import Client

    client = Client()
    client.force_login(get_user_model().objects.get(email="bench@example.com"))
    sql: list[float] = []
    began = time.perf_counter()
    with timing(sql):
        answer = client.get(path, headers={"host": "127.0.0.1"})
    seconds = time.perf_counter() - began
    if answer.status_code != 200 or b"Benchmark metric 0" not in answer.content:
        raise RuntimeError(f"{path} answered {answer.status_code} without the metrics")
    return seconds, sum(sql), len(sql)


def _read(at: datetime) -> float:
    from metrics.selectors.values import get_series

    sql: list[float] = []
    today = at.date()
    with timing(sql):
        series = get_series("bench_0", "day", today - timedelta(days=POINTS), today - timedelta(days=1), at=at)
    if sum(point.value is not None for point in series.points) != POINTS:
        raise RuntimeError("stored values are missing")
    return sum(sql)


def _fill(metrics: int, at: datetime) -> None:
    """Three years of values of all grains for metrics that replace the shipped ones."""
    from django.contrib.auth import get_user_model
    from django.db import connection

    from metrics.models import Metric, MetricStatus, PeriodValue, Target

    Metric.objects.update(status=MetricStatus.RETIRED)
    owner = get_user_model().objects.create(email="bench@example.com", name="Bench", is_superuser=True, is_staff=True)
    values = []
    for number in range(metrics):
        version = _make_version(number, owner, at)
        Target.objects.create(
            metric=version.metric, baseline_value=32, target_value=8, start_on=at.date() - timedelta(days=200),
            due_on=at.date() + timedelta(days=165), set_at=at,
        )  # fmt: skip
        values += [
            PeriodValue(version=version, grain=grain, start=start, value=_wave(number, start), n=40, computed_at=at)
            for grain, start in _starts(version, at.date())
        ]
    PeriodValue.objects.bulk_create(values, batch_size=2000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _make_version(number: int, owner: Any, at: datetime) -> Any:
    from metrics.models import Metric, MetricStatus
    from metrics.services.versions import Definition, create_version

    metric = Metric.objects.create(
        key=f"bench_{number}", name=f"Benchmark metric {number}", question="How long?", owner=owner, unit="h",
        direction="down", status=MetricStatus.APPROVED, position=number,
    )  # fmt: skip
    formula = {"measure": "resolution", "scale": 3_600_000_000}
    definition = Definition("mean", "tickets_resolved", formula, is_retroactive=True)
    return create_version(metric=metric, definition=definition, reason="Benchmark", at=at)


def _starts(version: Any, today: date) -> list[tuple[str, date]]:
    from metrics.models import Grain
    from metrics.selectors.values import calendar_for

    calendar = calendar_for(version)
    grains = (Grain.DAY, Grain.WEEK, Grain.MONTH, Grain.QUARTER, Grain.YEAR)
    first = today - timedelta(days=3 * 365)
    return [(grain, start) for grain in grains for start in calendar.starts_between(first, today, grain)]


def _wave(number: int, day: date) -> float:
    return 24 + 6 * math.sin(day.toordinal() / 9 + number) + math.sin(day.toordinal() * 1.7)


if __name__ == "__main__":
    run(measure)
