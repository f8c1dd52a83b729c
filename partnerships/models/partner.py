from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from foundation.append_only import protect_table
from foundation.constraints import not_blank, one_of
from foundation.states import TonedChoices


class PartnerKind(TonedChoices):
    APP_PROVIDER = "app_provider", "none", "App provider"
    VENDOR = "vendor", "none", "Vendor"
    SUPPLIER = "supplier", "none", "Supplier"


class PartnerStage(TonedChoices):
    PROSPECT = "prospect", "open", "Prospect"
    NEGOTIATING = "negotiating", "open", "Negotiating"
    ACTIVE = "active", "good", "Active"
    PAUSED = "paused", "watch", "Paused"
    ENDED = "ended", "none", "Ended"


RESERVED_SLUGS = ("experiments",)
"""Words that are pages of their own below /partners/."""


class Partner(models.Model):
    """One company that we depend on: an app provider such as Asana or Slack, a vendor, or a supplier.

    After the first one its stage changes only through its service, each time with a PartnerStageChange.
    """

    name = models.CharField(max_length=120, unique=True)
    slug = models.SlugField(max_length=120, unique=True)
    kind = models.CharField(max_length=20, choices=PartnerKind.choices, default=PartnerKind.APP_PROVIDER)
    stage = models.CharField(
        max_length=20,
        choices=PartnerStage.choices,
        default=PartnerStage.PROSPECT,
        help_text="Where it begins; later it is changed on the partner's page, step by step and with a reason.",
    )
    website = models.URLField(blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="partners"
    )
    notes = models.TextField(blank=True)
    added_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When it was first recorded; empty where nobody knows."
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["name"]
        constraints = [
            not_blank("name", model="partner"),
            one_of("kind", PartnerKind, model="partner"),
            one_of("stage", PartnerStage, model="partner"),
            models.CheckConstraint(
                name="partner_slug_free",
                condition=~Q(slug__in=RESERVED_SLUGS),
                violation_error_message="This slug is the address of another page.",
            ),
        ]
        indexes = [models.Index(fields=["added_at"], name="partner_added")]  # The metric's read by UTC bounds.

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The partner's page."""
        return reverse("partners:partner", args=[self.slug])


class PartnerStageChange(models.Model):
    """One step of a partner from one stage to another; append-only."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="stage_changes")
    old_stage = models.CharField(max_length=20, choices=PartnerStage.choices)
    new_stage = models.CharField(max_length=20, choices=PartnerStage.choices)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500)

    class Meta:
        ordering = ["-changed_at", "-pk"]
        constraints = [
            one_of("old_stage", PartnerStage, model="partnerstagechange"),
            one_of("new_stage", PartnerStage, model="partnerstagechange"),
            not_blank("reason", model="partnerstagechange"),
        ]
        indexes = [models.Index(fields=["partner", "changed_at"], name="partnerstagechange_log")]

    def __str__(self) -> str:
        return f"{self.partner}: {self.old_stage} to {self.new_stage}"


protect_table("partnerships_partnerstagechange")
