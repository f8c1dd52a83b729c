from django.db import models

from foundation.constraints import in_range, one_of
from partnerships.models.check import HealthCheck
from partnerships.models.integration import Tier

_NOT_ALL_UP = (
    models.Q(degraded_us__gt=0)
    | models.Q(down_us__gt=0)
    | models.Q(unknown_us__gt=0)
    | models.Q(paused_us__gt=0)
    | models.Q(is_planned=True)
)


class UptimeHour(models.Model):
    """Microseconds by state of one check in one UTC hour while its integration was in one tier.

    Time inside and outside planned maintenance has rows of its own, so that it can be counted by any rule. Set from the
    intervals and what overlays them in the transaction that changes either, never added to.
    """

    health_check = models.ForeignKey(HealthCheck, on_delete=models.PROTECT, related_name="+", db_column="check_id")
    hour = models.DateTimeField()
    tier = models.CharField(max_length=20, choices=Tier.choices)
    is_planned = models.BooleanField(default=False, help_text="Whether this is time inside planned maintenance.")
    up_us = models.BigIntegerField(default=0)
    degraded_us = models.BigIntegerField(default=0)
    down_us = models.BigIntegerField(default=0)
    unknown_us = models.BigIntegerField(default=0)
    paused_us = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["health_check", "hour"]
        constraints = [
            models.UniqueConstraint(fields=["health_check", "hour", "tier", "is_planned"], name="uptimehour_unique"),
            one_of("tier", Tier, model="uptimehour"),
            *(
                in_range(f"{kind}_us", 0, 3_600_000_000, model="uptimehour")
                for kind in ("up", "degraded", "down", "unknown", "paused")
            ),
        ]
        indexes = [
            models.Index(fields=["hour"], name="uptimehour_hour"),  # The metrics' read by UTC bounds.
            # Bars by local days: the hours in which anything was not up, which are few.
            models.Index(fields=["hour"], name="uptimehour_not_up", condition=_NOT_ALL_UP),
        ]

    def __str__(self) -> str:
        return f"{self.health_check_id} {self.hour:%Y-%m-%d %H:00}"


class UptimeDay(models.Model):
    """Microseconds by state of one check on one UTC day while its integration was in one tier.

    The sum of its hours, set in the same transaction, so that long windows read days and two edges.
    """

    health_check = models.ForeignKey(HealthCheck, on_delete=models.PROTECT, related_name="+", db_column="check_id")
    day_on = models.DateField()
    tier = models.CharField(max_length=20, choices=Tier.choices)
    is_planned = models.BooleanField(default=False, help_text="Whether this is time inside planned maintenance.")
    up_us = models.BigIntegerField(default=0)
    degraded_us = models.BigIntegerField(default=0)
    down_us = models.BigIntegerField(default=0)
    unknown_us = models.BigIntegerField(default=0)
    paused_us = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["health_check", "day_on"]
        constraints = [
            models.UniqueConstraint(fields=["health_check", "day_on", "tier", "is_planned"], name="uptimeday_unique"),
            one_of("tier", Tier, model="uptimeday"),
            *(
                in_range(f"{kind}_us", 0, 86_400_000_000, model="uptimeday")
                for kind in ("up", "degraded", "down", "unknown", "paused")
            ),
        ]
        indexes = [
            # Bars by days of UTC: those on which anything was not up, which are few.
            models.Index(fields=["day_on"], name="uptimeday_not_up", condition=_NOT_ALL_UP),
        ]

    def __str__(self) -> str:
        return f"{self.health_check_id} {self.day_on:%Y-%m-%d}"


class LatencyHour(models.Model):
    """Latencies of one check's successful measurements in one UTC hour, as a log histogram.

    `buckets` maps the bucket index (a string, JSON has no other keys) to a count; see metrics.histogram for the bounds.
    """

    health_check = models.ForeignKey(HealthCheck, on_delete=models.PROTECT, related_name="+", db_column="check_id")
    hour = models.DateTimeField()
    n = models.PositiveIntegerField(default=0)
    total_us = models.BigIntegerField(default=0)
    buckets = models.JSONField(default=dict)

    class Meta:
        ordering = ["health_check", "hour"]
        constraints = [models.UniqueConstraint(fields=["health_check", "hour"], name="latencyhour_unique")]
        indexes = [models.Index(fields=["hour"], name="latencyhour_hour")]  # The metrics' read by UTC bounds.

    def __str__(self) -> str:
        return f"{self.health_check_id} {self.hour:%Y-%m-%d %H:00}"
