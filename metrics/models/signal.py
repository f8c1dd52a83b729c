"""Frozen control limits, and the signals that operations escalate from."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from foundation.append_only import protect_table
from foundation.constraints import in_range, not_blank, one_of, ordered
from foundation.states import TonedChoices
from metrics.models.metric import MetricVersion
from metrics.models.value import Grain
from metrics.statistics.xmr import BASELINE, MEAN, MEDIAN, MIN_BASELINE, XmrLimits

MAX_BASELINE = 104
_NUMBERS = ("centre", "lower", "upper", "mean_range", "range_limit")
_FULL = Q(n__gte=MIN_BASELINE, last_period__isnull=False, **{f"{name}__isnull": False for name in _NUMBERS})
_WAITING = Q(n=0, last_period__isnull=True, **{f"{name}__isnull": True for name in _NUMBERS})


class LimitMethod(TonedChoices):
    MEAN = MEAN, "none", "Mean moving range"
    MEDIAN = MEDIAN, "none", "Median moving range, for skewed data"


class Baseline(models.Model):
    """The control limits of one definition, frozen from its first periods or from a person's rebase; append-only.

    They hold from `first_period` on until a newer row. One without numbers declares that a new phase began and waits
    for `wanted` complete periods. Frozen by nobody means by the system.
    """

    version = models.ForeignKey(MetricVersion, on_delete=models.PROTECT, related_name="baselines")
    segment = models.CharField(max_length=200, blank=True)
    grain = models.CharField(max_length=10, choices=Grain.choices, default=Grain.WEEK)
    method = models.CharField(max_length=10, choices=LimitMethod.choices, default=LimitMethod.MEAN)
    first_period = models.DateField(help_text="First day of the first period the limits are made of and hold for.")
    last_period = models.DateField(null=True, blank=True)
    wanted = models.PositiveSmallIntegerField(default=BASELINE, help_text="From how many complete periods; 12 or more.")
    n = models.PositiveSmallIntegerField(default=0)
    centre = models.FloatField(null=True, blank=True)
    lower = models.FloatField(null=True, blank=True)
    upper = models.FloatField(null=True, blank=True)
    mean_range = models.FloatField(null=True, blank=True)
    range_limit = models.FloatField(null=True, blank=True)
    reason = models.CharField(max_length=300)
    frozen_at = models.DateTimeField()
    frozen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )

    class Meta:
        ordering = ["version", "segment", "grain", "-pk"]
        constraints = [
            one_of("grain", Grain, model="baseline"),
            one_of("method", LimitMethod, model="baseline"),
            ordered("first_period", "last_period", model="baseline"),
            in_range("wanted", MIN_BASELINE, MAX_BASELINE, model="baseline"),
            not_blank("reason", model="baseline"),
            models.UniqueConstraint(
                fields=["version", "segment", "grain"],
                condition=Q(supersedes__isnull=True),
                name="baseline_one_first",
                violation_error_message="A further baseline supersedes the one before.",
            ),
            models.CheckConstraint(
                name="baseline_full_or_waiting",
                condition=_FULL | _WAITING,
                violation_error_message="A baseline has all of its numbers, or none while it waits for periods.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} from {self.first_period}"

    @property
    def limits(self) -> XmrLimits | None:
        """The frozen limits; None while it waits for periods."""
        if not self.n:
            return None
        numbers: dict[str, float] = {name: getattr(self, name) for name in _NUMBERS}
        return XmrLimits(n=self.n, method=self.method, **numbers)


protect_table("metrics_baseline")


class EpisodeState(TonedChoices):
    OPEN = "open", "bad", "Open"
    CLOSED = "closed", "none", "Closed"
    WITHDRAWN = "withdrawn", "none", "Withdrawn"


class Side(TonedChoices):
    HIGH = "high", "none", "Above"
    LOW = "low", "none", "Below"


class SignalEpisode(models.Model):
    """One excursion that common cause does not explain: which rules broke where, and what contributed most.

    Open until two points in a row lie inside again; withdrawn when restated history no longer shows it. `points` are
    {"start", "value", "rules"} a period; `contributors` {"segment", "share", "effect", "n"}, the greatest first.
    """

    baseline = models.ForeignKey(Baseline, on_delete=models.PROTECT, related_name="episodes")
    side = models.CharField(max_length=10, choices=Side.choices)
    rules = models.CharField(max_length=20, help_text="The rules broken, such as R1 R2.")
    is_paging = models.BooleanField(help_text="Whether R1 or R2 is among the rules.")
    is_improving = models.BooleanField(help_text="Whether this side is the metric's good one.")
    opened_on = models.DateField(help_text="First day of the first period that broke a rule.")
    last_on = models.DateField(help_text="First day of the last period that broke a rule.")
    points = models.JSONField(default=list, blank=True)
    contributors = models.JSONField(default=list, blank=True)
    state = models.CharField(max_length=10, choices=EpisodeState.choices, default=EpisodeState.OPEN)
    detected_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-opened_on", "-pk"]
        constraints = [
            one_of("side", Side, model="signalepisode"),
            one_of("state", EpisodeState, model="signalepisode"),
            not_blank("rules", model="signalepisode"),
            ordered("opened_on", "last_on", model="signalepisode", strict=False),
            models.UniqueConstraint(
                fields=["baseline", "side", "opened_on"],
                condition=~Q(state=EpisodeState.WITHDRAWN.value),
                name="signalepisode_once",
            ),
            models.CheckConstraint(
                name="signalepisode_open_is_not_closed",
                condition=Q(state=EpisodeState.OPEN.value, closed_at__isnull=True)
                | (~Q(state=EpisodeState.OPEN.value) & Q(closed_at__isnull=False)),
                violation_error_message="Exactly the open episodes have no closing time.",
            ),
        ]
        indexes = [
            # Open episodes: standings and escalation ask for them all the time.
            models.Index(fields=["baseline"], condition=Q(state=EpisodeState.OPEN.value), name="signalepisode_open"),
        ]

    def __str__(self) -> str:
        return f"{self.baseline.version.metric}: {self.rules} {self.side} since {self.opened_on}"
