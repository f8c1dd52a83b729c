"""Durations that still run: followed on to the last midnight, once a day."""

from datetime import UTC, datetime, time

from django.db import transaction

from metrics.models import SourceRun
from metrics.services.marks import mark_moments
from metrics.sources import MetricSource, list_sources


def follow_unsettled_rows(*, at: datetime) -> list[str]:
    """Follow the running rows of every source on to the last UTC midnight; the sources where that was due.

    The new instant and the marks of the rows' hours are stored together: whoever computes sees both or neither.
    """
    midnight = datetime.combine(at.astimezone(UTC).date(), time(), UTC)
    return [source.key for source in list_sources() if source.unsettled and _follow(source, midnight, at=at)]


def _follow(source: MetricSource, midnight: datetime, *, at: datetime) -> bool:
    with transaction.atomic():
        run, _ = SourceRun.objects.select_for_update().get_or_create(source=source.key, defaults={"finished_at": at})
        if source.unsettled is None or (run.followed_at is not None and run.followed_at >= midnight):
            return False
        SourceRun.objects.filter(pk=run.pk).update(followed_at=midnight)
        mark_moments(source.key, source.unsettled(run.followed_at))
    return True
