from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse

from foundation.constraints import in_range, not_blank, one_of, ordered, paired
from foundation.states import TonedChoices
from metrics.models.metric import Metric


class HypothesisKind(TonedChoices):
    PRODUCT = "product", "none", "Product"
    PARTNERSHIP = "partnership", "none", "Partnership"
    PROCESS = "process", "none", "Process"
    SUPPORT = "support", "none", "Support"


class HypothesisState(TonedChoices):
    DRAFT = "draft", "none", "Draft"
    TESTING = "testing", "open", "Testing"
    DECIDED = "decided", "done", "Decided"


class Verdict(TonedChoices):
    """A refuted expectation is a learning as much as a validated one; the other two are not."""

    VALIDATED = "validated", "good", "Validated"
    REFUTED = "refuted", "watch", "Refuted"
    INCONCLUSIVE = "inconclusive", "none", "Inconclusive"
    INVALID = "invalid", "bad", "Invalid"


class Movement(TonedChoices):
    UP = "up", "none", "Up"
    DOWN = "down", "none", "Down"


LEARNED = (Verdict.VALIDATED, Verdict.REFUTED)


class Hypothesis(models.Model):
    """Because X we expect a metric to move by so much, for a segment, by a date; decided by a person.

    Locked when testing begins: the value before is frozen then, the value after when the verdict is given.
    """

    key = models.SlugField(max_length=80, unique=True)
    because = models.CharField(max_length=500, help_text="Why the metric should move: because …")
    kind = models.CharField(max_length=20, choices=HypothesisKind.choices, default=HypothesisKind.PRODUCT)
    metric = models.ForeignKey(Metric, on_delete=models.PROTECT, related_name="hypotheses")
    direction = models.CharField(max_length=10, choices=Movement.choices, default=Movement.UP)
    expected_change = models.FloatField(
        validators=[MinValueValidator(0)], help_text="By how much it moves at least, in the metric's unit; positive."
    )
    segment = models.CharField(max_length=200, blank=True, help_text="dimension=word; empty for all.")
    before_start_on = models.DateField(null=True, blank=True, help_text="First day of the window before.")
    before_end_on = models.DateField(null=True, blank=True, help_text="Last day of the window before.")
    due_on = models.DateField(help_text="By when the metric will have moved.")
    minimum_n = models.PositiveIntegerField(
        default=30, validators=[MinValueValidator(1)], help_text="Fewer rows after are inconclusive."
    )
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(
        max_length=10, choices=HypothesisState.choices, default=HypothesisState.DRAFT, editable=False
    )
    before_value = models.FloatField(null=True, blank=True, editable=False)
    before_n = models.PositiveBigIntegerField(null=True, blank=True, editable=False)
    locked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    locked_at = models.DateTimeField(null=True, blank=True, editable=False)
    after_value = models.FloatField(null=True, blank=True, editable=False)
    after_n = models.PositiveBigIntegerField(null=True, blank=True, editable=False)
    verdict = models.CharField(max_length=20, choices=Verdict.choices, blank=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)
    decision_note = models.CharField(max_length=500, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["-due_on", "key"]
        verbose_name_plural = "hypotheses"
        constraints = [
            not_blank("because", model="hypothesis"),
            one_of("kind", HypothesisKind, model="hypothesis"),
            one_of("direction", Movement, model="hypothesis"),
            one_of("state", HypothesisState, model="hypothesis"),
            in_range("expected_change", 0, None, model="hypothesis"),
            in_range("minimum_n", 1, None, model="hypothesis"),
            paired("before_start_on", "before_end_on", model="hypothesis"),
            ordered("before_start_on", "before_end_on", model="hypothesis", strict=False),
            ordered("before_end_on", "due_on", model="hypothesis"),
            paired("locked_by", "locked_at", model="hypothesis"),
            paired("decided_by", "decided_at", model="hypothesis"),
            models.CheckConstraint(
                name="hypothesis_verdict_valid",
                condition=Q(verdict="") | Q(verdict__in=Verdict.values),
                violation_error_message=f"verdict must be one of: {', '.join(Verdict.values)}.",
            ),
            models.CheckConstraint(
                name="hypothesis_state_fits",
                condition=~Q(state__in=HypothesisState.values)
                | Q(state="draft", locked_at__isnull=True, decided_at__isnull=True, verdict="")
                | Q(state="testing", locked_at__isnull=False, decided_at__isnull=True, verdict="")
                | (Q(state="decided", locked_at__isnull=False, decided_at__isnull=False) & ~Q(verdict="")),
                violation_error_message="A draft is not locked, what is tested is, and what is decided has a verdict.",
            ),
        ]
        indexes = [models.Index(fields=["decided_at"], name="hypothesis_event")]

    def __str__(self) -> str:
        return self.key

    def get_absolute_url(self) -> str:
        """The hypothesis's page."""
        return reverse("experiments:hypothesis", args=[self.key])
