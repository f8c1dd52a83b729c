from django.db import models

from foundation.append_only import protect_table
from foundation.constraints import one_of, ordered
from foundation.states import TonedChoices
from partnerships.models.check import HealthCheck


class Outcome(TonedChoices):
    OK = "ok", "good", "OK"
    DEGRADED = "degraded", "watch", "Degraded"
    FAIL = "fail", "bad", "Failed"
    ERROR = "error", "none", "Could not measure"


class CheckResult(models.Model):
    """What one probe of one check measured; append-only, deleted only by retention.

    `error` means that we could not measure, which is never the partner's downtime.
    """

    health_check = models.ForeignKey(
        HealthCheck, on_delete=models.PROTECT, related_name="results", db_column="check_id"
    )
    scheduled_for = models.DateTimeField()
    attempt = models.PositiveSmallIntegerField(default=1)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    outcome = models.CharField(max_length=20, choices=Outcome.choices)
    reason = models.CharField(max_length=60, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    latency_us = models.PositiveBigIntegerField("latency, µs", null=True, blank=True)
    http_status = models.PositiveSmallIntegerField(null=True, blank=True)
    failed_assertion = models.CharField(max_length=200, blank=True)
    headers = models.JSONField(default=dict, blank=True)
    snippet = models.TextField(blank=True)
    probe = models.CharField(max_length=60, default="local")

    class Meta:
        ordering = ["-finished_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["health_check", "scheduled_for", "attempt"], name="checkresult_slot_unique"
            ),
            one_of("outcome", Outcome, model="checkresult"),
            ordered("started_at", "finished_at", model="checkresult", strict=False),
        ]
        indexes = [
            # The newest results of one check, and retention.
            models.Index(fields=["health_check", "-finished_at"], name="checkresult_recent"),
            models.Index(fields=["finished_at"], name="checkresult_retention"),
        ]

    def __str__(self) -> str:
        return f"{self.health_check_id} {self.outcome} {self.finished_at:%Y-%m-%d %H:%M:%S}"


protect_table("partnerships_checkresult", deletes=False)
