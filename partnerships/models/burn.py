from django.db import models

from foundation.append_only import protect_table
from foundation.constraints import in_range, not_blank, one_of, one_open, ordered
from foundation.states import TonedChoices
from partnerships.health import burn as rules
from partnerships.models.check import HealthCheck
from partnerships.models.slo import SLO


class BurnSeverity(TonedChoices):
    PAGE = rules.PAGE, "bad", "Page"
    TICKET = rules.TICKET, "watch", "Ticket"


class BurnAlert(models.Model):
    """One time that a rule of an objective fired, until its long window was quiet again.

    With `suppressed_by` nobody was told: a check that the integration depends on was down.
    """

    slo = models.ForeignKey(SLO, on_delete=models.PROTECT, related_name="alerts")
    rule = models.CharField(max_length=40, help_text="The rule's key, such as page-burn-60.")
    severity = models.CharField(max_length=20, choices=BurnSeverity.choices)
    condition = models.CharField(max_length=120, help_text="The rule in words.")
    threshold = models.DecimalField(max_digits=16, decimal_places=4)
    long_seconds = models.PositiveIntegerField()
    short_seconds = models.PositiveIntegerField(help_text="More than a twelfth of the long one: widened for 5 probes.")
    long_burn = models.DecimalField(max_digits=16, decimal_places=4, help_text="When it fired, rounded down.")
    short_burn = models.DecimalField(max_digits=16, decimal_places=4, help_text="When it fired, rounded down.")
    suppressed_by = models.ForeignKey(
        HealthCheck, on_delete=models.PROTECT, null=True, blank=True, related_name="suppressed_alerts"
    )
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["-started_at", "-pk"]
        constraints = [
            one_of("severity", BurnSeverity, model="burnalert"),
            not_blank("rule", model="burnalert"),
            ordered("started_at", "ended_at", model="burnalert", strict=False),
            one_open(["slo", "rule"], model="burnalert"),
            in_range("long_seconds", 60, None, model="burnalert"),
        ]
        indexes = [
            # The last time that a rule fired.
            models.Index(fields=["slo", "rule", "started_at"], name="burnalert_last"),
        ]

    def __str__(self) -> str:
        return f"{self.slo}: {self.condition}"


class SLOEventKind(TonedChoices):
    STATUS = "status", "none", "Status changed"
    FIRED = "fired", "bad", "Alert fired"
    SUPPRESSED = "suppressed", "none", "Alert suppressed"
    RESOLVED = "resolved", "good", "Alert resolved"
    POLICY = "policy", "watch", "Policy step reached"


class SLOEvent(models.Model):
    """One thing that happened to an objective: a new status, an alert's beginning or end, a step of its policy."""

    slo = models.ForeignKey(SLO, on_delete=models.PROTECT, related_name="events")
    alert = models.ForeignKey(BurnAlert, on_delete=models.PROTECT, null=True, blank=True, related_name="events")
    kind = models.CharField(max_length=20, choices=SLOEventKind.choices)
    happened_at = models.DateTimeField()
    text = models.CharField(max_length=300)
    spent_ratio = models.DecimalField(
        max_digits=12, decimal_places=4, null=True, blank=True, help_text="Share of the budget, rounded down."
    )

    class Meta:
        verbose_name = "SLO event"
        ordering = ["-happened_at", "-pk"]
        constraints = [
            one_of("kind", SLOEventKind, model="sloevent"),
            not_blank("text", model="sloevent"),
        ]
        indexes = [
            models.Index(fields=["slo", "-happened_at"], name="sloevent_timeline"),  # An objective's latest events.
        ]

    def __str__(self) -> str:
        return f"{self.slo}: {self.text}"


protect_table("partnerships_sloevent")
