from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from foundation.constraints import in_range, one_of, one_open, ordered
from foundation.states import TonedChoices
from partnerships.health import slo as rules
from partnerships.models.integration import Integration, Tier
from partnerships.models.profile import AccountingProfile

MAX_WINDOW_DAYS = 366


class WindowKind(TonedChoices):
    ROLLING = rules.ROLLING, "none", "Rolling days"
    MONTH = rules.MONTH, "none", "Calendar month"


class SLOStatus(TonedChoices):
    HEALTHY = rules.HEALTHY, "good", "Healthy"
    AT_RISK = rules.AT_RISK, "watch", "At risk"
    EXHAUSTED = rules.EXHAUSTED, "bad", "Exhausted"
    NO_DATA = rules.NO_DATA, "none", "No data"
    PAUSED = rules.PAUSED, "none", "Paused"


def default_policy() -> list[dict[str, Any]]:
    """What is done where nobody decided otherwise."""
    return [
        {"spent_percent": 50, "action": "Ask the partner what they do about it"},
        {"spent_percent": 100, "action": "Freeze the rollout until the budget recovers"},
    ]


class SLO(models.Model):
    """One version of the service level objective of an integration in one tier; a change ends it and begins another."""

    integration = models.ForeignKey(Integration, on_delete=models.PROTECT, related_name="slos")
    tier = models.CharField(max_length=20, choices=Tier.choices, help_text="It holds while the integration is in it.")
    number = models.PositiveIntegerField(default=1, editable=False)
    target_ratio = models.DecimalField(
        max_digits=7, decimal_places=6, help_text="Share of the counted time that is to be good: 0.999 for 99.9 %."
    )
    window_kind = models.CharField(max_length=20, choices=WindowKind.choices, default=WindowKind.ROLLING)
    window_days = models.PositiveSmallIntegerField(
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_WINDOW_DAYS)],
        help_text="Of a rolling window; a calendar month does not use it.",
    )
    time_zone = models.CharField(max_length=60, default="UTC", help_text="In which a calendar month begins and ends.")
    profile = models.ForeignKey(AccountingProfile, on_delete=models.PROTECT, related_name="slos")
    reason = models.CharField(max_length=300, blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    rules = models.JSONField(
        default=list,
        blank=True,
        help_text="When to tell: severity, kind, budget_percent and window_minutes each; none for the standard ones.",
    )
    policy = models.JSONField(
        default=default_policy,
        blank=True,
        help_text="What is done as the budget is spent: spent_percent and action each.",
    )

    # Judged once a minute; due-ness lives here, never in a message.
    status = models.CharField(max_length=20, choices=SLOStatus.choices, default=SLOStatus.NO_DATA, editable=False)
    status_since = models.DateTimeField(null=True, blank=True, editable=False)
    policy_percent = models.PositiveIntegerField(
        default=0, editable=False, help_text="The highest step of the policy that was reached."
    )
    judge_due_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "SLO"
        verbose_name_plural = "SLOs"
        ordering = ["integration", "tier", "-number"]
        constraints = [
            one_of("tier", Tier, model="slo"),
            one_of("window_kind", WindowKind, model="slo"),
            one_of("status", SLOStatus, model="slo"),
            in_range("window_days", 1, MAX_WINDOW_DAYS, model="slo"),
            ordered("started_at", "ended_at", model="slo"),
            one_open(["integration", "tier"], model="slo"),
            models.UniqueConstraint(fields=["integration", "tier", "number"], name="slo_number_unique"),
            models.CheckConstraint(
                name="slo_target_ratio_below_one",
                condition=Q(target_ratio__gt=0, target_ratio__lt=1),
                violation_error_message="target_ratio must be above 0 and below 1.",
            ),
        ]
        indexes = [
            # The judge's claim: versions in force, in order.
            models.Index(fields=["judge_due_at"], name="slo_judge_due", condition=Q(ended_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.integration}, {self.tier}, v{self.number}"
