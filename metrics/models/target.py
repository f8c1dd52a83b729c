from django.conf import settings
from django.db import models

from foundation.append_only import protect_table
from foundation.constraints import one_of, ordered
from foundation.states import TonedChoices
from metrics.models.bounds import DAYS, NUMBERS
from metrics.models.metric import Metric


class TargetShape(TonedChoices):
    LINEAR = "linear", "none", "Linear"
    LEVEL = "level", "none", "Level, from the first day"
    STEP = "step", "none", "Step, done by the due day"
    S_CURVE = "s_curve", "none", "S-curve"
    MILESTONES = "milestones", "none", "Milestones"


_DUE_SHAPES = [shape.value for shape in TargetShape if shape != TargetShape.LEVEL]


class Target(models.Model):
    """Where a metric is to go and by when, as a path from a baseline; append-only, the newest row per segment holds."""

    metric = models.ForeignKey(Metric, on_delete=models.PROTECT, related_name="targets")
    segment = models.CharField(max_length=200, blank=True)
    shape = models.CharField(max_length=10, choices=TargetShape.choices, default=TargetShape.LINEAR)
    baseline_value = models.FloatField(validators=NUMBERS, null=True, blank=True)
    baseline_note = models.CharField(max_length=300, blank=True, help_text="The period and evidence of the baseline.")
    baseline_evidence = models.JSONField(
        default=dict, blank=True, editable=False, help_text="The stored value the baseline was taken from, frozen."
    )
    target_value = models.FloatField(
        validators=NUMBERS, help_text="Where to go; for a metric that should stay in a band its lower end."
    )
    upper_value = models.FloatField(
        validators=NUMBERS, null=True, blank=True, help_text="The upper end of a band; only for such metrics."
    )
    milestones = models.JSONField(
        default=list,
        blank=True,
        help_text='For the shape milestones: [{"day": "2027-03-31", "value": 20}, …], in order.',
    )
    start_on = models.DateField(validators=DAYS)
    due_on = models.DateField(validators=DAYS, null=True, blank=True)
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
            ordered("target_value", "upper_value", model="target"),
            models.CheckConstraint(
                name="target_path_is_complete",
                condition=~models.Q(shape__in=_DUE_SHAPES)
                | models.Q(baseline_value__isnull=False, due_on__isnull=False),
                violation_error_message="This shape needs its baseline value and its due date.",
            ),
            models.CheckConstraint(
                name="target_band_is_a_level",
                condition=models.Q(upper_value__isnull=True) | models.Q(shape=TargetShape.LEVEL.value),
                violation_error_message="A band holds from the first day: choose the shape level.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.metric}: {self.target_value:g}"


protect_table("metrics_target")
