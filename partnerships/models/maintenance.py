from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q

from foundation.constraints import in_range, not_blank, one_of, ordered, paired
from foundation.states import TonedChoices
from partnerships.health.maintenance import LONGEST, Plan
from partnerships.models.check import HealthCheck
from partnerships.models.integration import Integration
from partnerships.models.partner import Partner

SHORTEST_SECONDS = 60
LONGEST_SECONDS = int(LONGEST.total_seconds())


class MaintenanceKind(TonedChoices):
    ONCE = "once", "none", "Once"
    WEEKLY = "weekly", "none", "Weekly"
    CRON = "cron", "none", "By a cron expression"


class MaintenanceSource(TonedChoices):
    OURS = "ours", "none", "Ours"
    VENDOR = "vendor", "none", "Announced by the partner"


class Maintenance(models.Model):
    """One plan of maintenance of some checks. It overlays their states, which stay as they were measured.

    It counts once it is approved. Its checks are those named, all of the integrations named and all of the partner's.
    """

    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=MaintenanceKind.choices, default=MaintenanceKind.ONCE)
    source = models.CharField(max_length=10, choices=MaintenanceSource.choices, default=MaintenanceSource.OURS)
    time_zone = models.CharField(max_length=60, help_text="IANA name of the zone whose clock it is planned by.")
    starts_at = models.DateTimeField(help_text="When it begins; of a recurring one: from when on it is in force.")
    ends_at = models.DateTimeField(
        null=True, blank=True, help_text="Of a recurring one: none begins from then on; empty for no end."
    )
    weekdays = models.JSONField(default=list, blank=True, help_text="Of a weekly one: mon to sun.")
    local_start = models.TimeField(null=True, blank=True, help_text="Of a weekly one: when it begins on that clock.")
    cron = models.CharField(max_length=60, blank=True, help_text="Minute, hour, day of month, month, day of week.")
    duration_seconds = models.PositiveIntegerField(help_text="Elapsed time, also where clocks change.")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, null=True, blank=True, related_name="maintenances")
    integrations = models.ManyToManyField(Integration, blank=True, related_name="maintenances")
    checks = models.ManyToManyField(HealthCheck, blank=True, related_name="maintenances")
    reason = models.CharField(max_length=300, blank=True)
    vendor = models.ForeignKey(
        Partner,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="announced_maintenances",
        editable=False,
        help_text="Of one read from a partner's feed: whose. Title and times follow what they announce.",
    )
    external_id = models.CharField(max_length=120, blank=True, editable=False, help_text="The partner's own id of it.")
    feeds = models.ManyToManyField(
        HealthCheck, blank=True, related_name="+", editable=False, help_text="The feeds that list it."
    )
    withdrawn_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When no feed listed it any more before its end."
    )
    planned_at = models.DateTimeField(editable=False)
    planned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    approved_at = models.DateTimeField(null=True, blank=True, editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    cancelled_at = models.DateTimeField(null=True, blank=True, editable=False)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    cancelled_from = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="From then on nothing of it counts."
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["-starts_at", "-pk"]
        constraints = [
            not_blank("title", model="maintenance"),
            not_blank("time_zone", model="maintenance"),
            one_of("kind", MaintenanceKind, model="maintenance"),
            one_of("source", MaintenanceSource, model="maintenance"),
            ordered("starts_at", "ends_at", model="maintenance"),
            in_range("duration_seconds", SHORTEST_SECONDS, LONGEST_SECONDS, model="maintenance"),
            paired("approved_at", "approved_by", model="maintenance"),
            paired("cancelled_at", "cancelled_by", model="maintenance"),
            models.UniqueConstraint(
                fields=["vendor", "external_id"],
                name="maintenance_announced_once",
                violation_error_message="There is a maintenance of this partner with this external_id.",
            ),
            models.CheckConstraint(
                name="maintenance_announced_by_its_vendor",
                condition=Q(vendor__isnull=True, external_id="", withdrawn_at__isnull=True)
                | (Q(vendor__isnull=False, source="vendor") & ~Q(external_id="")),
                violation_error_message="vendor and external_id go together, and only of one the partner announced.",
            ),
            models.CheckConstraint(
                name="maintenance_cancelled_from_with_its_cause",
                condition=Q(cancelled_from__isnull=True, cancelled_at__isnull=True, withdrawn_at__isnull=True)
                | Q(cancelled_from__isnull=False, cancelled_at__isnull=False)
                | Q(cancelled_from__isnull=False, vendor__isnull=False),
                violation_error_message="cancelled_from must be given where it was cancelled, and only there.",
            ),
            models.CheckConstraint(
                name="maintenance_has_the_rule_of_its_kind",
                condition=(~Q(kind="once") | Q(local_start__isnull=True, cron="", ends_at__isnull=True))
                & (~Q(kind="weekly") | Q(local_start__isnull=False, cron=""))
                & (~Q(kind="cron") | (Q(local_start__isnull=True) & ~Q(cron=""))),
                violation_error_message=(
                    "kind must agree with the rest: weekly has a local_start, cron an expression, once neither and "
                    "no ends_at."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def plan(self) -> Plan:
        """When it takes place."""
        return Plan(
            kind=self.kind,
            zone=self.time_zone,
            starts_at=self.starts_at,
            duration=timedelta(seconds=self.duration_seconds),
            ends_at=self.ends_at,
            weekdays=frozenset(self.weekdays),
            local_start=self.local_start,
            cron=self.cron,
            cancelled_from=self.cancelled_from,
        )

    @property
    def is_called_off(self) -> bool:
        """Whether somebody cancelled it, or the partner took it back."""
        return self.cancelled_at is not None or self.withdrawn_at is not None

    @property
    def is_approved(self) -> bool:
        return self.approved_at is not None
