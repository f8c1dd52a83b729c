from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.urls import reverse

from foundation.append_only import protect_table
from foundation.constraints import in_range, not_blank, one_of, ordered
from foundation.states import TonedChoices


class Direction(TonedChoices):
    UP = "up", "none", "Up is good"
    DOWN = "down", "none", "Down is good"
    BAND = "band", "none", "Within a band"


class MetricStatus(TonedChoices):
    DRAFT = "draft", "open", "Draft"
    APPROVED = "approved", "good", "Approved"
    RETIRED = "retired", "none", "Retired"


class Kind(TonedChoices):
    COUNT = "count", "none", "Count"
    SUM = "sum", "none", "Sum"
    MEAN = "mean", "none", "Mean"
    PERCENTILE = "percentile", "none", "Percentile"
    RATIO = "ratio", "none", "Ratio"
    SHARE = "share", "none", "Share of rows"
    STOCK = "stock", "none", "Stock at period end"
    INTERVAL_SHARE = "interval_share", "none", "Share of time"
    SURVIVAL = "survival", "none", "Survival"
    DERIVED = "derived", "none", "Derived from other metrics"
    ENTERED = "entered", "none", "Entered"
    HISTOGRAM_PERCENTILE = "histogram_percentile", "none", "Percentile of a log histogram"


class Cadence(TonedChoices):
    DAY = "day", "none", "Daily"
    WEEK = "week", "none", "Weekly"
    MONTH = "month", "none", "Monthly"
    QUARTER = "quarter", "none", "Quarterly"


class Flow(TonedChoices):
    INPUT = "input", "none", "Input: we act on it directly"
    OUTPUT = "output", "none", "Output: what our work leads to"


KEY_RULE = RegexValidator(
    r"\A[a-z][a-z0-9_]*\Z", "Use lower-case letters, digits and underscores, beginning with a letter."
)


class Metric(models.Model):
    """One number the company steers by: what it answers, who owns it and which way is good."""

    key = models.SlugField(
        max_length=80,
        unique=True,
        validators=[KEY_RULE],
        help_text="Names the metric in addresses and in the expressions of derived metrics; it never changes.",
    )
    name = models.CharField(max_length=120)
    question = models.CharField(max_length=300, help_text="The question the metric answers.")
    purpose = models.TextField(blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="metrics"
    )
    unit = models.CharField(
        max_length=20, blank=True, help_text='As shown beside values, such as h; "ratio" is shown in %.'
    )
    decimals = models.PositiveSmallIntegerField(default=1)
    direction = models.CharField(max_length=10, choices=Direction.choices)
    status = models.CharField(max_length=10, choices=MetricStatus.choices, default=MetricStatus.DRAFT)
    freshness_seconds = models.PositiveIntegerField(
        default=900, help_text="Older than this with marks waiting, the metric is shown as stale."
    )
    position = models.PositiveIntegerField(default=100, help_text="Order on the scorecard.")
    cadence = models.CharField(
        max_length=10, choices=Cadence.choices, default=Cadence.WEEK, help_text="How often it is looked at."
    )
    flow = models.CharField(max_length=10, choices=Flow.choices, default=Flow.OUTPUT)
    parents = models.ManyToManyField(
        "self", symmetrical=False, blank=True, related_name="inputs", help_text="The metrics that this one drives."
    )
    lower_spec = models.FloatField(null=True, blank=True, help_text="Lowest value that is still within specification.")
    upper_spec = models.FloatField(null=True, blank=True, help_text="Highest value that is still within specification.")
    waits_for = models.CharField(
        max_length=200, blank=True, help_text="What a draft still lacks: the source that its values are to come from."
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["position", "key"]
        constraints = [
            not_blank("name", model="metric"),
            not_blank("question", model="metric"),
            one_of("direction", Direction, model="metric"),
            one_of("status", MetricStatus, model="metric"),
            in_range("decimals", 0, 9, model="metric"),
            one_of("cadence", Cadence, model="metric"),
            one_of("flow", Flow, model="metric"),
            ordered("lower_spec", "upper_spec", model="metric"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("metrics:metric", kwargs={"key": self.key})


class MetricVersion(models.Model):
    """One immutable definition of a metric. Values always belong to a version.

    `formula` is what the kind reads from the source: {"measure": …, "quantile": …, "filter": {…}, "numerator": …}.
    """

    metric = models.ForeignKey(Metric, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=30, choices=Kind.choices)
    source = models.CharField(max_length=80)
    formula = models.JSONField(default=dict)
    dimensions = models.JSONField(default=list, blank=True, help_text="Dimensions whose segments are kept as well.")
    time_zone = models.CharField(max_length=60, help_text="The organisation's zone that days are cut in.")
    week_start = models.PositiveSmallIntegerField(default=0, help_text="0 is Monday.")
    fiscal_year_start = models.PositiveSmallIntegerField(default=1, help_text="The month a year begins in, 1 to 12.")
    rolling_days = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Rolling periods of so many days are kept as well, one beginning every day."
    )
    hash = models.CharField(max_length=64, editable=False)
    effective_from = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    is_retroactive = models.BooleanField(
        default=False, help_text="Its values stand for all periods; else only from the day it took effect."
    )

    class Meta:
        ordering = ["metric", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["metric", "number"], name="metricversion_number_unique"),
            one_of("kind", Kind, model="metricversion"),
            in_range("week_start", 0, 6, model="metricversion"),
            in_range("fiscal_year_start", 1, 12, model="metricversion"),
            in_range("rolling_days", 2, 366, model="metricversion"),
            models.CheckConstraint(
                name="metricversion_approver_has_time",
                condition=models.Q(approved_by__isnull=True) | models.Q(approved_at__isnull=False),
                violation_error_message="An approval has its time.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.metric} v{self.number}"


protect_table("metrics_metricversion")
