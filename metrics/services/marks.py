"""Marks that people and installations ask for; changes of rows leave theirs by trigger."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from metrics.frame import EPOCH
from metrics.models import DayCell, DirtyMark, Lane
from metrics.services.cells import group_by_zone, list_days, list_families
from metrics.sources import MetricSource


def mark_all_days(source: MetricSource) -> int:
    """Mark every day the source has rows or cells on for backfill; how many days."""
    moments: set[datetime] = set()
    for calendar, families in group_by_zone(list_families(source.key)).items():
        owners = [family.owner for family in families]
        stored = DayCell.objects.filter(version__in=owners).order_by().values_list("day", flat=True).distinct()
        moments.update(calendar.midnight(day) + timedelta(hours=1) for day in {*stored, *list_days(source, calendar)})
    mark_moments(source.key, moments, lane=Lane.BACKFILL)
    return len(moments)


def mark_moments(source_key: str, moments: Iterable[datetime], *, lane: int = Lane.ROWS) -> None:
    """Mark the UTC hours these moments lie in; no edits stand behind the marks."""
    hours = sorted({(moment - EPOCH) // timedelta(hours=1) for moment in moments})
    with transaction.atomic():
        DirtyMark.objects.bulk_create(
            [DirtyMark(source=source_key, utc_hour=hour, lane=lane) for hour in hours], batch_size=500
        )
