"""Which signals of metrics are escalated, how, and which of them were."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce

from foundation.constraints import one_of, ordered
from metrics.models import Metric, SignalEpisode
from operations.models.escalation import Escalation
from operations.models.escalation_policy import EscalationKind, EscalationPolicy
from operations.models.notification import Severity


class EscalationRule(models.Model):
    """What becomes of a paging signal of one metric, of one owner's metrics, or of all that no other rule names."""

    metric = models.ForeignKey(
        Metric,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="escalation_rules",
        help_text="Its signals. Goes before a rule of its owner.",
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="escalation_rules",
        help_text="Signals of the metrics this person owns. With neither: of all other metrics.",
    )
    is_raised = models.BooleanField(
        "escalate", default=True, help_text="Off: these signals are only shown on the pages of the metrics."
    )
    kind = models.CharField(max_length=20, choices=EscalationKind.choices, default=EscalationKind.PROCESS_FAILURE)
    severity = models.CharField(
        max_length=20, choices=Severity.choices, default=Severity.NORMAL, help_text="Critical knows no quiet hours."
    )
    policy = models.ForeignKey(
        EscalationPolicy,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="rules",
        help_text="Empty: the default policy of the kind.",
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["pk"]
        constraints = [
            one_of("kind", EscalationKind, model="escalationrule"),
            one_of("severity", Severity, model="escalationrule"),
            models.CheckConstraint(
                name="escalationrule_metric_or_owner",
                condition=Q(metric__isnull=True) | Q(owner__isnull=True),
                violation_error_message="Name a metric or an owner, not both.",
            ),
            models.UniqueConstraint(
                fields=["metric"],
                name="escalationrule_one_per_metric",
                violation_error_message="There is a rule for this metric.",
            ),
            models.UniqueConstraint(
                fields=["owner"],
                name="escalationrule_one_per_owner",
                violation_error_message="There is a rule for this owner.",
            ),
            models.UniqueConstraint(
                Coalesce("metric", 0),
                condition=Q(metric__isnull=True, owner__isnull=True),
                name="escalationrule_one_for_others",
                violation_error_message="There is a rule for all other metrics.",
            ),
        ]

    def __str__(self) -> str:
        if self.metric is not None:
            return str(self.metric)
        return f"Metrics of {self.owner}" if self.owner is not None else "All other metrics"


class SignalEscalation(models.Model):
    """That one signal was escalated; its key lets no signal be escalated twice, whoever tries at once."""

    episode = models.OneToOneField(SignalEpisode, on_delete=models.PROTECT, related_name="escalation")
    escalation = models.ForeignKey(Escalation, on_delete=models.PROTECT, related_name="signals")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True, help_text="When the signal was over.")

    class Meta:
        ordering = ["-pk"]
        constraints = [ordered("started_at", "ended_at", model="signalescalation", strict=False)]
        indexes = [
            # Signals whose end is waited for.
            models.Index(fields=["episode"], condition=Q(ended_at__isnull=True), name="signalescalation_open"),
        ]

    def __str__(self) -> str:
        return str(self.episode)
