"""Uptime by check, UTC day and tier: the sums of the hours, set in the transaction that sets those."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from django.db.models import Sum
from django.db.models.functions import TruncDate

from partnerships.models import HealthCheck, UptimeDay, UptimeHour

_ONE_DAY = timedelta(days=1)
_MICROSECOND = timedelta(microseconds=1)
_KINDS = ("up_us", "degraded_us", "down_us", "unknown_us", "paused_us")


def set_uptime_days(checks: Sequence[HealthCheck], *, start: datetime, until: datetime) -> None:
    """Sets the days that [start, until) touches from all their hours; the caller holds the checks' locks."""
    first, last = start.astimezone(UTC).date(), (until - _MICROSECOND).astimezone(UTC).date()
    begin = datetime.combine(first, time(), UTC)
    hours = UptimeHour.objects.filter(
        health_check__in=checks, hour__gte=begin, hour__lt=datetime.combine(last, time(), UTC) + _ONE_DAY
    )
    sums = (
        hours.order_by()
        .annotate(day=TruncDate("hour", tzinfo=UTC))
        .values_list("health_check_id", "day", "tier", "is_planned")
        .annotate(*(Sum(kind) for kind in _KINDS))
    )
    rows = [
        UptimeDay(
            health_check_id=check_id,
            day_on=day,
            tier=tier,
            is_planned=is_planned,
            **dict(zip(_KINDS, spent, strict=True)),
        )
        for check_id, day, tier, is_planned, *spent in sums
    ]
    UptimeDay.objects.filter(health_check__in=checks, day_on__gte=first, day_on__lte=last).delete()
    UptimeDay.objects.bulk_create(rows, batch_size=1000)
