"""Marks that people and installations ask for; changes of rows leave theirs by trigger."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from metrics.frame import EPOCH
from metrics.models import DayCell, DirtyMark
from metrics.services.cells import group_by_calendar, list_days, list_live_versions
from metrics.sources import MetricSource


def mark_all_days(source: MetricSource) -> int:
    """Mark every day the source has rows or cells on; how many days."""
    moments: set[datetime] = set()
    for calendar, versions in group_by_calendar(list_live_versions(source.key)).items():
        stored = DayCell.objects.filter(version__in=versions).values_list("day", flat=True).distinct()
        moments.update(calendar.midnight(day) + timedelta(hours=1) for day in {*stored, *list_days(source, calendar)})
    mark_moments(source.key, moments)
    return len(moments)


def mark_moments(source_key: str, moments: Iterable[datetime]) -> None:
    """Mark the UTC hours these moments lie in."""
    hours = sorted({(moment - EPOCH) // timedelta(hours=1) for moment in moments})
    with transaction.atomic():
        DirtyMark.objects.bulk_create([DirtyMark(source=source_key, utc_hour=hour) for hour in hours], batch_size=500)
