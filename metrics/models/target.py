from django.conf import settings
from django.db import models

from foundation.append_only import protect_table
from foundation.constraints import one_of, ordered
from foundation.states import TonedChoices
from metrics.models.metric import Metric


class TargetShape(TonedChoices):
    LINEAR = "linear", "none", "Linear"
    LEVEL = "level", "none", "Level, from the first day"


class Target(models.Model):
    """Where a metric is to go and by when, as a path from a baseline; append-only, the newest row per segment holds."""

    metric = models.ForeignKey(Metric, on_delete=models.PROTECT, related_name="targets")
    segment = models.CharField(max_length=200, blank=True)
    shape = models.CharField(max_length=10, choices=TargetShape.choices, default=TargetShape.LINEAR)
    baseline_value = models.FloatField(null=True, blank=True)
    baseline_note = models.CharField(max_length=300, blank=True, help_text="The period and evidence of the baseline.")
    target_value = models.FloatField()
    start_on = models.DateField()
    due_on = models.DateField(null=True, blank=True)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    set_at = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True)
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )

    class Meta:
        ordering = ["metric", "segment", "-set_at", "-pk"]
        constraints = [
            one_of("shape", TargetShape, model="target"),
            ordered("start_on", "due_on", model="target"),
            models.CheckConstraint(
                name="target_linear_is_complete",
                condition=~models.Q(shape=TargetShape.LINEAR.value)
                | models.Q(baseline_value__isnull=False, due_on__isnull=False),
                violation_error_message="A linear path needs its baseline value and its due date.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.metric}: {self.target_value:g}"


protect_table("metrics_target")
