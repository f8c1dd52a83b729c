from django.db import models
from django.utils.functional import cached_property

from foundation.constraints import in_range, one_of
from foundation.states import TonedChoices
from operations.business_time.engine import BusinessTime
from operations.selectors.calendars import get_business_time


class MaintenanceRule(TonedChoices):
    EXCLUDE = "exclude", "none", "Excluded"
    MEASURED = "measured", "none", "Counted as measured"
    UP = "up", "none", "Counted as up"


class UnknownRule(TonedChoices):
    EXCLUDE = "exclude", "none", "Excluded"
    DOWN = "down", "none", "Counted as down"
    UP = "up", "none", "Counted as up"


class AccountingProfile(models.Model):
    """One version of a named rule set by which uptime is counted; printed with every uptime figure."""

    name = models.CharField(max_length=60)
    version = models.PositiveSmallIntegerField(default=1)
    maintenance = models.CharField(max_length=20, choices=MaintenanceRule.choices, default=MaintenanceRule.EXCLUDE)
    unknown = models.CharField(max_length=20, choices=UnknownRule.choices, default=UnknownRule.EXCLUDE)
    degraded_weight = models.DecimalField(
        max_digits=4, decimal_places=3, default=0, help_text="Share of degraded time that counts as downtime, 0 to 1."
    )
    min_outage_seconds = models.PositiveIntegerField(
        default=0, help_text="A shorter gap is not an outage in the outage counts; it stays in the uptime."
    )
    service_hours = models.ForeignKey(
        "operations.BusinessCalendar",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Time outside these hours is neither good nor bad; empty: every second counts.",
    )
    is_default = models.BooleanField(default=False)

    class Meta:
        ordering = ["name", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["name", "version"], name="profile_name_version_unique"),
            models.UniqueConstraint(
                fields=["is_default"], condition=models.Q(is_default=True), name="profile_one_default"
            ),
            one_of("maintenance", MaintenanceRule, model="profile"),
            one_of("unknown", UnknownRule, model="profile"),
            in_range("degraded_weight", 0, 1, model="profile"),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"

    @cached_property
    def open_time(self) -> BusinessTime | None:
        """The engine of the service hours, kept for many questions; None where every second counts."""
        return get_business_time(self.service_hours_id) if self.service_hours_id else None
