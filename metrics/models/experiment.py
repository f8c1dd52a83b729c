from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse

from foundation.append_only import protect_table
from foundation.constraints import in_range, not_blank, one_of, paired
from foundation.states import TonedChoices
from metrics.models.hypothesis import Hypothesis, Movement, Verdict


class ExperimentState(TonedChoices):
    DRAFT = "draft", "none", "Draft"
    RUNNING = "running", "open", "Running"
    ENDED = "ended", "watch", "Ended, undecided"
    DECIDED = "decided", "done", "Decided"


class MeasureKind(TonedChoices):
    """How a unit's rows become its value: any at all, their sum, or the sum over the sum of denominators."""

    PROPORTION = "proportion", "none", "Proportion of units"
    MEAN = "mean", "none", "Mean per unit"
    RATIO = "ratio", "none", "Ratio of sums"


class MeasureSource(TonedChoices):
    OUTCOMES = "outcomes", "none", "Outcomes sent for the experiment"
    EVENTS = "events", "none", "Product events"


class Experiment(models.Model):
    """A planned comparison of arms. Its plan is locked at the start; later edits are logged and mark the result."""

    key = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    hypothesis = models.ForeignKey(
        Hypothesis, on_delete=models.PROTECT, null=True, blank=True, related_name="experiments"
    )
    unit = models.CharField(max_length=40, default="account", help_text="What is assigned to an arm, in one word.")
    metric_name = models.CharField(max_length=80, help_text="The name of the outcome or event that decides.")
    metric_kind = models.CharField(max_length=20, choices=MeasureKind.choices, default=MeasureKind.PROPORTION)
    metric_source = models.CharField(max_length=20, choices=MeasureSource.choices, default=MeasureSource.OUTCOMES)
    direction = models.CharField(max_length=10, choices=Movement.choices, default=Movement.UP)
    minimum_effect = models.FloatField(
        null=True, blank=True, help_text="The smallest difference worth having, absolute, in the metric's unit."
    )
    alpha = models.FloatField(default=0.05, validators=[MinValueValidator(0.0001), MaxValueValidator(0.5)])
    power = models.FloatField(default=0.8, validators=[MinValueValidator(0.5), MaxValueValidator(0.9999)])
    planned_n = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(2)], help_text="Units per arm that the plan needs."
    )
    guardrails = models.JSONField(
        default=list, blank=True, help_text='A list of {"name", "kind", "source", "direction", "margin"}.'
    )
    secondaries = models.JSONField(
        default=list, blank=True, help_text='A list of {"name", "kind", "source", "direction"}.'
    )
    covariate_name = models.CharField(
        max_length=80, blank=True, help_text="Outcome or event counted before the exposure, to reduce variance (CUPED)."
    )
    covariate_days = models.PositiveSmallIntegerField(
        default=28, validators=[MinValueValidator(1), MaxValueValidator(365)]
    )
    planned_end_on = models.DateField(null=True, blank=True)
    salt = models.CharField(max_length=64, editable=False)
    state = models.CharField(
        max_length=10, choices=ExperimentState.choices, default=ExperimentState.DRAFT, editable=False
    )
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    started_at = models.DateTimeField(null=True, blank=True, editable=False)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)
    verdict = models.CharField(max_length=20, choices=Verdict.choices, blank=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)
    decision_note = models.CharField(max_length=500, blank=True, editable=False)
    result = models.JSONField(
        default=dict, blank=True, editable=False, help_text="The analysis as it was when the verdict was given."
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["-started_at", "key"]
        constraints = [
            not_blank("name", model="experiment"),
            not_blank("unit", model="experiment"),
            not_blank("metric_name", model="experiment"),
            one_of("metric_kind", MeasureKind, model="experiment"),
            one_of("metric_source", MeasureSource, model="experiment"),
            one_of("direction", Movement, model="experiment"),
            one_of("state", ExperimentState, model="experiment"),
            in_range("minimum_effect", 0, None, model="experiment"),
            in_range("alpha", 0.0001, 0.5, model="experiment"),
            in_range("power", 0.5, 0.9999, model="experiment"),
            in_range("planned_n", 2, None, model="experiment"),
            in_range("covariate_days", 1, 365, model="experiment"),
            paired("started_by", "started_at", model="experiment"),
            paired("ended_by", "ended_at", model="experiment"),
            paired("decided_by", "decided_at", model="experiment"),
            models.CheckConstraint(
                name="experiment_verdict_valid",
                condition=Q(verdict="") | Q(verdict__in=Verdict.values),
                violation_error_message=f"verdict must be one of: {', '.join(Verdict.values)}.",
            ),
            models.CheckConstraint(
                name="experiment_state_fits",
                condition=~Q(state__in=ExperimentState.values)
                | Q(state="draft", started_at__isnull=True, ended_at__isnull=True, decided_at__isnull=True)
                | Q(state="running", started_at__isnull=False, ended_at__isnull=True, decided_at__isnull=True)
                | Q(state="ended", started_at__isnull=False, ended_at__isnull=False, decided_at__isnull=True)
                | (
                    Q(state="decided", started_at__isnull=False, ended_at__isnull=False, decided_at__isnull=False)
                    & ~Q(verdict="")
                ),
                violation_error_message="The state must agree with what has been started, ended and decided.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The experiment's page."""
        return reverse("experiments:experiment", args=[self.key])


class ExperimentArm(models.Model):
    """One variant of an experiment; its weight says how many units it gets beside the others, 0 none."""

    experiment = models.ForeignKey(Experiment, on_delete=models.PROTECT, related_name="arms")
    key = models.SlugField(max_length=40)
    name = models.CharField(max_length=80)
    weight = models.PositiveIntegerField(default=1, validators=[MaxValueValidator(1_000_000)])
    is_control = models.BooleanField(default=False)

    class Meta:
        ordering = ["experiment", "-is_control", "pk"]
        constraints = [
            not_blank("name", model="experimentarm"),
            in_range("weight", 0, 1_000_000, model="experimentarm"),
            models.UniqueConstraint(fields=["experiment", "key"], name="experimentarm_key_unique"),
            models.UniqueConstraint(
                fields=["experiment"], condition=Q(is_control=True), name="experimentarm_one_control"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ExperimentPlanEdit(models.Model):
    """One change of a plan after its start, with the reason; append-only, and it marks the result."""

    experiment = models.ForeignKey(Experiment, on_delete=models.PROTECT, related_name="plan_edits")
    field = models.CharField(max_length=40)
    old = models.JSONField(null=True)
    new = models.JSONField(null=True)
    reason = models.CharField(max_length=300)
    edited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    edited_at = models.DateTimeField()

    class Meta:
        ordering = ["experiment", "edited_at", "pk"]
        constraints = [
            not_blank("field", model="experimentplanedit"),
            not_blank("reason", model="experimentplanedit"),
        ]

    def __str__(self) -> str:
        return f"{self.experiment}: {self.field}"


protect_table("metrics_experimentplanedit")
