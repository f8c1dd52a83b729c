"""Marks that people and installations ask for; changes of rows leave theirs by trigger."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction

from metrics.frame import EPOCH
from metrics.models import DayCell, DirtyMark
from metrics.services.cells import calendar_of, list_live_versions
from metrics.sources import MetricSource


def mark_all_days(source: MetricSource) -> int:
    """Mark every day the source has rows or cells on; how many days."""
    versions = list_live_versions(source.key)
    if not versions:
        return 0
    calendar = calendar_of(versions[0])
    days: set[date] = set(DayCell.objects.filter(version__in=versions).values_list("day", flat=True).distinct())
    span = source.span()
    if span:
        first, last = (calendar.day_of(moment) for moment in span)
        days.update(first + timedelta(days=i) for i in range((last - first).days + 1))
    mark_moments(source.key, (calendar.midnight(day) + timedelta(hours=1) for day in days))
    return len(days)


def mark_moments(source_key: str, moments: Iterable[datetime]) -> None:
    """Mark the UTC hours these moments lie in."""
    hours = sorted({(moment - EPOCH) // timedelta(hours=1) for moment in moments})
    with transaction.atomic():
        DirtyMark.objects.bulk_create([DirtyMark(source=source_key, utc_hour=hour) for hour in hours], batch_size=500)
