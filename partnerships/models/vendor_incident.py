from django.conf import settings
from django.db import models

from foundation.append_only import protect_table
from foundation.constraints import not_blank, one_of, ordered, paired
from foundation.states import TonedChoices
from partnerships.models.check import HealthCheck
from partnerships.models.incident import Incident
from partnerships.models.partner import Partner


class VendorIncident(models.Model):
    """One incident that a partner tells of on its own status page, as it was last read there.

    `started_at` is when it began by their account, `announced_at` when they first told of it.
    """

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="vendor_incidents")
    external_id = models.CharField(max_length=120)
    health_check = models.ForeignKey(
        HealthCheck, on_delete=models.PROTECT, related_name="+", help_text="The feed that tells of it."
    )
    title = models.CharField(max_length=300)
    status = models.CharField(max_length=60, help_text="The word of the feed.")
    impact = models.CharField(max_length=60, blank=True, help_text="The word of the feed.")
    url = models.CharField("URL", max_length=500, blank=True)
    started_at = models.DateTimeField()
    announced_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    is_end_inferred = models.BooleanField(
        default=False, help_text="It was no longer listed: it ended before, at some time since it was last seen."
    )
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["partner", "external_id"], name="vendorincident_unique"),
            not_blank("external_id", model="vendorincident"),
            not_blank("title", model="vendorincident"),
            ordered("started_at", "ended_at", model="vendorincident", strict=False),
            ordered("first_seen_at", "last_seen_at", model="vendorincident", strict=False),
        ]
        indexes = [
            # Those that overlap an incident of ours.
            models.Index(fields=["partner", "started_at"], name="vendorincident_overlap"),
        ]

    def __str__(self) -> str:
        return self.title


class VendorIncidentUpdate(models.Model):
    """One wording of one update of a partner's incident; partners edit, so each wording is a row. Append-only."""

    vendor_incident = models.ForeignKey(VendorIncident, on_delete=models.PROTECT, related_name="updates")
    external_id = models.CharField(max_length=120)
    status = models.CharField(max_length=60, blank=True)
    body = models.TextField(blank=True)
    body_sha256 = models.CharField(max_length=64)
    said_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ["vendor_incident", "said_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["vendor_incident", "external_id", "body_sha256"], name="vendorincidentupdate_unique"
            ),
            not_blank("external_id", model="vendorincidentupdate"),
        ]

    def __str__(self) -> str:
        return f"{self.vendor_incident_id} {self.status} {self.said_at:%Y-%m-%d %H:%M}"


protect_table("partnerships_vendorincidentupdate")


class LinkState(TonedChoices):
    PROPOSED = "proposed", "open", "Proposed"
    CONFIRMED = "confirmed", "good", "Confirmed"
    REJECTED = "rejected", "none", "Rejected"


class IncidentLink(models.Model):
    """That an incident of ours and one of a partner's may be the same: proposed by times, decided by a person."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="vendor_links")
    vendor_incident = models.ForeignKey(VendorIncident, on_delete=models.PROTECT, related_name="links")
    state = models.CharField(max_length=20, choices=LinkState.choices, default=LinkState.PROPOSED)
    proposed_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["incident", "proposed_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["incident", "vendor_incident"], name="incidentlink_unique"),
            one_of("state", LinkState, model="incidentlink"),
            paired("decided_at", "decided_by", model="incidentlink"),
            models.CheckConstraint(
                name="incidentlink_state_fits",
                condition=models.Q(state=LinkState.PROPOSED.value, decided_at__isnull=True)
                | (~models.Q(state=LinkState.PROPOSED.value) & models.Q(decided_at__isnull=False)),
                violation_error_message="A link is proposed, or decided by somebody.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} and theirs {self.vendor_incident_id}"
