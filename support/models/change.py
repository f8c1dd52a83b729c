from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from foundation.append_only import protect_table
from foundation.constraints import in_range, not_blank, one_of, ordered, paired
from foundation.states import TonedChoices
from metrics.models import Hypothesis, Metric
from metrics.models.hypothesis import Movement
from support.models.insight import Insight

MOST_CHANGE = 1e12
"""More than any measured number moves by; a larger one was mistyped."""


class ChangeKind(TonedChoices):
    PRODUCT = "product", "none", "Product backlog item"
    PROCESS = "process", "none", "Process change"
    PARTNER = "partner", "none", "Partner fix"
    TRAINING = "training", "none", "Training"
    ARTICLE = "article", "none", "Article"


class ChangeVerdict(TonedChoices):
    CONFIRMED = "confirmed", "good", "Confirmed"
    REFUTED = "refuted", "done", "Refuted"
    INCONCLUSIVE = "inconclusive", "none", "Inconclusive"


class Change(models.Model):
    """What is done about an insight, with what is expected of it; the plan is fixed once it has shipped.

    Measured by `metric`, or without one by the contact rate: tickets of the insight's cause per 100 tickets opened.
    """

    insight = models.ForeignKey(Insight, on_delete=models.PROTECT, related_name="changes")
    kind = models.CharField(max_length=20, choices=ChangeKind.choices)
    title = models.CharField(max_length=200)
    statement = models.CharField(max_length=500, help_text="Because of what it is expected to help.")
    metric = models.ForeignKey(
        Metric,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty: tickets of the cause per 100 tickets opened.",
    )
    hypothesis = models.ForeignKey(
        Hypothesis, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="If one tests it."
    )
    before_start_on = models.DateField(help_text="First day of the window before.")
    before_end_on = models.DateField(help_text="Last day of the window before.")
    direction = models.CharField(max_length=10, choices=Movement.choices, default=Movement.DOWN)
    expected_change = models.FloatField(
        validators=[MinValueValidator(0), MaxValueValidator(MOST_CHANGE)],
        help_text="By how much it moves at least, in its unit; positive.",
    )
    check_on = models.DateField(help_text="When before and after are compared.")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(max_length=300, blank=True, help_text="Backlog item, document or address.")
    created_at = models.DateTimeField(editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    shipped_at = models.DateTimeField(null=True, blank=True, editable=False)
    shipped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    measured_at = models.DateTimeField(null=True, blank=True, editable=False)
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)
    verdict = models.CharField(max_length=20, choices=ChangeVerdict.choices, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            not_blank("title", model="change"),
            not_blank("statement", model="change"),
            one_of("kind", ChangeKind, model="change"),
            one_of("direction", Movement, model="change"),
            in_range("expected_change", 0, None, model="change"),
            ordered("before_start_on", "before_end_on", model="change", strict=False),
            ordered("before_end_on", "check_on", model="change"),
            paired("shipped_by", "shipped_at", model="change"),
            ordered("shipped_at", "measured_at", model="change", strict=False),
            models.CheckConstraint(
                name="change_verdict_valid",
                condition=Q(verdict="") | Q(verdict__in=ChangeVerdict.values),
                violation_error_message=f"verdict must be one of: {', '.join(ChangeVerdict.values)}.",
            ),
            models.CheckConstraint(
                name="change_steps_follow",
                condition=(Q(measured_at__isnull=True) | Q(shipped_at__isnull=False))
                & (
                    Q(decided_at__isnull=True, verdict="")
                    | (Q(decided_at__isnull=False, measured_at__isnull=False) & ~Q(verdict=""))
                ),
                violation_error_message="What is measured has shipped, and what is decided was measured.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["check_on"],
                condition=Q(shipped_at__isnull=False, measured_at__isnull=True),
                name="change_to_check",  # What the worker compares next.
            ),
            models.Index(fields=["shipped_at"], name="change_shipped"),  # Metrics of shipped changes.
            models.Index(fields=["decided_at"], name="change_decided"),  # Metrics of decided changes.
        ]

    def __str__(self) -> str:
        return self.title


class ChangeOutcome(models.Model):
    """Before and after of one change, frozen on its check date and never written again.

    `n` are the rows a value is made of: tickets opened in the window for the contact rate. `count` are those of the
    cause among them, empty for another metric.
    """

    change = models.OneToOneField(Change, on_delete=models.PROTECT, related_name="outcome")
    measure = models.CharField(max_length=200, help_text="What was measured, in words.")
    unit = models.CharField(max_length=60, blank=True)
    before_start_on = models.DateField()
    before_end_on = models.DateField()
    before_value = models.FloatField(null=True, blank=True)
    before_n = models.PositiveBigIntegerField()
    before_count = models.PositiveBigIntegerField(null=True, blank=True)
    after_start_on = models.DateField()
    after_end_on = models.DateField()
    after_value = models.FloatField(null=True, blank=True)
    after_n = models.PositiveBigIntegerField()
    after_count = models.PositiveBigIntegerField(null=True, blank=True)
    frozen_at = models.DateTimeField()

    class Meta:
        ordering = ["-frozen_at", "-pk"]
        constraints = [
            ordered("before_start_on", "before_end_on", model="changeoutcome", strict=False),
            ordered("before_end_on", "after_start_on", model="changeoutcome"),
        ]

    def __str__(self) -> str:
        return f"Outcome of {self.change_id}"


class OutcomeVerdict(models.Model):
    """What a person concluded from one outcome; append-only."""

    outcome = models.OneToOneField(ChangeOutcome, on_delete=models.PROTECT, related_name="verdict")
    verdict = models.CharField(max_length=20, choices=ChangeVerdict.choices)
    note = models.CharField(max_length=500, help_text="What was learnt.")
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-decided_at", "-pk"]
        constraints = [
            one_of("verdict", ChangeVerdict, model="outcomeverdict"),
            not_blank("note", model="outcomeverdict"),
        ]

    def __str__(self) -> str:
        return self.get_verdict_display()


protect_table("support_changeoutcome")
protect_table("support_outcomeverdict")
