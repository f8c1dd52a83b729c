from django.conf import settings
from django.db import models

from foundation.append_only import protect_table
from foundation.constraints import not_blank, one_of
from partnerships.models.check import HealthCheck
from partnerships.models.result import Outcome

OWN_PROBE = "local"
"""The name of our own probe, whose results decide the state."""


class VantageResult(models.Model):
    """What a probe elsewhere saw of one check at an instant; append-only, deleted only by retention.

    It corroborates a state that our own probe found, and never counts for uptime.
    """

    health_check = models.ForeignKey(
        HealthCheck, on_delete=models.PROTECT, related_name="vantage_results", db_column="check_id"
    )
    probe = models.CharField(max_length=60, help_text="The name of the probe that saw it, such as eu-west.")
    observed_at = models.DateTimeField()
    outcome = models.CharField(max_length=20, choices=Outcome.choices)
    reason = models.CharField(max_length=60, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["-observed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["health_check", "probe", "observed_at"], name="vantageresult_unique"),
            not_blank("probe", model="vantageresult"),
            models.CheckConstraint(
                name="vantageresult_probe_elsewhere",
                condition=~models.Q(probe=OWN_PROBE),
                violation_error_message=f"{OWN_PROBE} is the name of our own probe.",
            ),
            one_of("outcome", Outcome, model="vantageresult"),
        ]
        indexes = [
            # Retention. What was seen of one check in a stretch of time is found by the unique constraint's index.
            models.Index(fields=["observed_at"], name="vantageresult_retention"),
        ]

    def __str__(self) -> str:
        return f"{self.health_check_id} {self.outcome} {self.observed_at:%Y-%m-%d %H:%M:%S} from {self.probe}"


protect_table("partnerships_vantageresult", deletes=False)
