from django.conf import settings
from django.db import models
from django.urls import reverse

from foundation.constraints import not_blank, one_of, one_open, ordered
from foundation.states import TonedChoices
from partnerships.models.partner import Partner


class Tier(TonedChoices):
    PRODUCTION = "production", "none", "Production"
    EXPERIMENTAL = "experimental", "none", "Experimental"


class Integration(models.Model):
    """One integration with a partner's product that customers can put on a dashboard."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="integrations")
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=120, unique=True)
    description = models.TextField(blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="integrations"
    )
    tier = models.CharField(
        max_length=20,
        choices=Tier.choices,
        default=Tier.EXPERIMENTAL,
        help_text="The tier now; its history is in the tier periods, and only the tier service changes both.",
    )
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["partner", "name"], name="integration_partner_name_unique"),
            not_blank("name", model="integration"),
            one_of("tier", Tier, model="integration"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("partnerships:integration", kwargs={"slug": self.slug})


class TierPeriod(models.Model):
    """One stretch of time an integration spent in one tier: half-open, contiguous, at most one open."""

    integration = models.ForeignKey(Integration, on_delete=models.PROTECT, related_name="tier_periods")
    tier = models.CharField(max_length=20, choices=Tier.choices)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(max_length=300, blank=True)
    checklist = models.JSONField(
        default=list, blank=True, help_text="Of a promotion: each requirement, its evidence and whether it was met."
    )
    override_reason = models.CharField(
        max_length=300, blank=True, help_text="Why it was promoted though the checklist was not met."
    )

    class Meta:
        ordering = ["integration", "started_at"]
        constraints = [
            one_of("tier", Tier, model="tierperiod"),
            ordered("started_at", "ended_at", model="tierperiod"),
            one_open(["integration"], model="tierperiod"),
            models.UniqueConstraint(fields=["integration", "started_at"], name="tierperiod_start_unique"),
            models.UniqueConstraint(fields=["integration", "ended_at"], name="tierperiod_end_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.integration}: {self.tier} from {self.started_at:%Y-%m-%d}"
