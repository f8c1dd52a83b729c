from django.db import models

from foundation.constraints import in_range, one_of
from partnerships.models.check import HealthCheck
from partnerships.models.integration import Tier


class UptimeHour(models.Model):
    """Microseconds by state of one check in one UTC hour while its integration was in one tier.

    Set from the intervals in the transaction that changes them, never added to.
    """

    health_check = models.ForeignKey(HealthCheck, on_delete=models.PROTECT, related_name="+", db_column="check_id")
    hour = models.DateTimeField()
    tier = models.CharField(max_length=20, choices=Tier.choices)
    up_us = models.BigIntegerField(default=0)
    degraded_us = models.BigIntegerField(default=0)
    down_us = models.BigIntegerField(default=0)
    unknown_us = models.BigIntegerField(default=0)
    paused_us = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["health_check", "hour"]
        constraints = [
            models.UniqueConstraint(fields=["health_check", "hour", "tier"], name="uptimehour_unique"),
            one_of("tier", Tier, model="uptimehour"),
            *(
                in_range(f"{kind}_us", 0, 3_600_000_000, model="uptimehour")
                for kind in ("up", "degraded", "down", "unknown", "paused")
            ),
        ]
        indexes = [models.Index(fields=["hour"], name="uptimehour_hour")]  # The metrics' read by UTC bounds.

    def __str__(self) -> str:
        return f"{self.health_check_id} {self.hour:%Y-%m-%d %H:00}"


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
