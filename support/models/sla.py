from django.conf import settings
from django.db import models

from foundation.append_only import protect_table
from foundation.constraints import in_range, not_blank
from operations.models import BusinessCalendar

MAX_GRACE = 7 * 86_400


class SlaPolicy(models.Model):
    """One promise of support, looked at in the order of `position`: a ticket gets the first whose conditions it meets.

    What it promises are its versions. A ticket keeps the version it got until policies are applied to it anew.
    """

    name = models.CharField(max_length=120, unique=True)
    position = models.PositiveIntegerField(default=100, help_text="Policies are tried from the lowest on.")
    is_active = models.BooleanField(default=True, help_text="An inactive one is given to no ticket any more.")
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = "SLA policy"
        verbose_name_plural = "SLA policies"
        constraints = [not_blank("name", model="slapolicy")]

    def __str__(self) -> str:
        return self.name


class SlaPolicyVersion(models.Model):
    """What one policy promises to whom, from the moment it was written; never changed."""

    policy = models.ForeignKey(SlaPolicy, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    conditions = models.JSONField(
        default=dict,
        blank=True,
        help_text='All must hold, each for any of its values: {"priority": ["urgent", "high"]}. Empty for every '
        "ticket. Keys: priority, category, channel, product, integration, team (slug), segment, tier, city.",
    )
    targets = models.JSONField(
        help_text='By clock: {"first_reply": {"seconds": 3600, "hours": "business"}}; hours are business or calendar.'
    )
    calendar = models.ForeignKey(
        BusinessCalendar,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Whose open time business hours are; empty for the organisation's.",
    )
    counts_vendor_hold = models.BooleanField(
        default=False, help_text="Whether the customer's wait goes on while a vendor is waited for."
    )
    grace_seconds = models.PositiveIntegerField(
        default=3600, help_text="What is left at least to solve a ticket that comes back."
    )
    reason = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["policy", "-number"]
        verbose_name = "version of an SLA policy"
        verbose_name_plural = "versions of SLA policies"
        constraints = [
            models.UniqueConstraint(fields=["policy", "number"], name="slapolicyversion_number_unique"),
            in_range("number", 1, None, model="slapolicyversion"),
            in_range("grace_seconds", 0, MAX_GRACE, model="slapolicyversion"),
        ]

    def __str__(self) -> str:
        return f"{self.policy}, version {self.number}"


protect_table("support_slapolicyversion")
