from django.conf import settings
from django.db import models
from django.db.models import F, Q

from foundation.constraints import not_blank, one_of, ordered, paired
from foundation.states import TonedChoices
from partnerships.models.check import HealthCheck


class AdjustedTo(TonedChoices):
    UP = "up", "good", "Up"
    DEGRADED = "degraded", "watch", "Degraded"
    DOWN = "down", "bad", "Down"
    UNKNOWN = "unknown", "none", "Unknown"
    MAINTENANCE = "maintenance", "none", "Maintenance"


class AdjustmentQuerySet(models.QuerySet["Adjustment"]):
    def in_force(self) -> "AdjustmentQuerySet":
        """Those that were approved and not taken back."""
        return self.filter(approved_at__isnull=False, rejected_at__isnull=True)


class Adjustment(models.Model):
    """One correction of what a check's time counts as; what was measured stays beside it.

    It counts once somebody other than who asked for it approves it, until it is rejected.
    """

    health_check = models.ForeignKey(
        HealthCheck, on_delete=models.PROTECT, related_name="adjustments", db_column="check_id"
    )
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    adjusted_to = models.CharField(max_length=20, choices=AdjustedTo.choices)
    reason = models.CharField(max_length=300)
    requested_at = models.DateTimeField(editable=False)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )
    approved_at = models.DateTimeField(null=True, blank=True, editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    rejected_at = models.DateTimeField(null=True, blank=True, editable=False)
    rejected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = AdjustmentQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-pk"]
        constraints = [
            one_of("adjusted_to", AdjustedTo, model="adjustment"),
            not_blank("reason", model="adjustment"),
            ordered("started_at", "ended_at", model="adjustment"),
            paired("approved_at", "approved_by", model="adjustment"),
            paired("rejected_at", "rejected_by", model="adjustment"),
            models.CheckConstraint(
                name="adjustment_approved_by_another",
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("requested_by")),
                violation_error_message="approved_by must be somebody other than requested_by.",
            ),
        ]
        indexes = [
            # What lies over the intervals of some checks.
            models.Index(
                fields=["health_check", "started_at"],
                name="adjustment_in_force",
                condition=Q(approved_at__isnull=False, rejected_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.health_check_id} {self.adjusted_to} from {self.started_at:%Y-%m-%d %H:%M:%S}"

    @property
    def state(self) -> str:
        """rejected, approved or proposed."""
        if self.rejected_at is not None:
            return "rejected"
        return "proposed" if self.approved_at is None else "approved"
