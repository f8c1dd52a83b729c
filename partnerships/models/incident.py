from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from foundation.constraints import not_blank, one_of, ordered, paired
from foundation.states import TonedChoices
from partnerships.models.integration import Integration, Tier


class IncidentState(TonedChoices):
    DECLARED = "declared", "bad", "Declared"
    INVESTIGATING = "investigating", "bad", "Investigating"
    IDENTIFIED = "identified", "watch", "Identified"
    MONITORING = "monitoring", "watch", "Monitoring"
    RESOLVED = "resolved", "good", "Resolved"
    REVIEW = "review", "open", "In review"
    CLOSED = "closed", "done", "Closed"


OPEN_INCIDENT_STATES = (
    IncidentState.DECLARED,
    IncidentState.INVESTIGATING,
    IncidentState.IDENTIFIED,
    IncidentState.MONITORING,
)
_ENDED = (IncidentState.RESOLVED, IncidentState.REVIEW)


class Level(TonedChoices):
    HIGH = "high", "bad", "High"
    MEDIUM = "medium", "watch", "Medium"
    LOW = "low", "none", "Low"


class Severity(TonedChoices):
    SEV1 = "sev1", "bad", "SEV1"
    SEV2 = "sev2", "bad", "SEV2"
    SEV3 = "sev3", "watch", "SEV3"
    SEV4 = "sev4", "none", "SEV4"


class Fault(TonedChoices):
    UNKNOWN = "unknown", "open", "Not known"
    OURS = "ours", "watch", "Ours"
    THEIRS = "theirs", "none", "Theirs"
    BOTH = "both", "watch", "Both"


class Incident(models.Model):
    """One incident, from its declaration to its closing; it changes only through services, each with an event.

    `started_at` is when the trouble began, as far as anybody knows, `restored_at` when it was over; the other instants
    are those of the server.
    """

    title = models.CharField(max_length=200)
    state = models.CharField(max_length=20, choices=IncidentState.choices, default=IncidentState.DECLARED)
    impact = models.CharField(max_length=20, choices=Level.choices, default=Level.MEDIUM)
    urgency = models.CharField(max_length=20, choices=Level.choices, default=Level.MEDIUM)
    tier = models.CharField(
        max_length=20,
        choices=Tier.choices,
        default=Tier.PRODUCTION,
        help_text="Production as soon as one affected integration is; it moves the severity.",
    )
    severity = models.CharField(max_length=20, choices=Severity.choices, default=Severity.SEV3)
    integration = models.ForeignKey(
        Integration,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="incidents",
        help_text="The one that it is about first; all of them are among the affected ones.",
    )
    is_automatic = models.BooleanField(default=False, help_text="Opened by a check, not by a person.")
    fault = models.CharField(
        max_length=20,
        choices=Fault.choices,
        default=Fault.UNKNOWN,
        help_text="Whose trouble it was, by a person's judgement.",
    )
    is_drill = models.BooleanField(default=False)
    started_at = models.DateTimeField(null=True, blank=True)
    detected_at = models.DateTimeField()
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    restored_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    update_due_at = models.DateTimeField(null=True, blank=True, help_text="By when our own people hear more.")
    external_update_due_at = models.DateTimeField(null=True, blank=True, help_text="By when those outside hear more.")
    summary = models.TextField(blank=True)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged_incidents"
    )
    reopen_count = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["-opened_at", "-pk"]
        constraints = [
            not_blank("title", model="incident"),
            one_of("state", IncidentState, model="incident"),
            one_of("impact", Level, model="incident"),
            one_of("urgency", Level, model="incident"),
            one_of("tier", Tier, model="incident"),
            one_of("severity", Severity, model="incident"),
            one_of("fault", Fault, model="incident"),
            ordered("started_at", "detected_at", model="incident", strict=False),
            ordered("detected_at", "opened_at", model="incident", strict=False),
            ordered("opened_at", "acknowledged_at", model="incident", strict=False),
            ordered("started_at", "restored_at", model="incident", strict=False),
            ordered("opened_at", "resolved_at", model="incident", strict=False),
            ordered("resolved_at", "closed_at", model="incident", strict=False),
            paired("acknowledged_at", "acknowledged_by", model="incident"),
            models.UniqueConstraint(
                fields=["integration"],
                condition=Q(is_automatic=True, resolved_at__isnull=True),
                name="incident_one_automatic",
                violation_error_message="There is an open automatic incident of this integration.",
            ),
            models.CheckConstraint(
                name="incident_automatic_has_cause",
                condition=Q(is_automatic=False)
                | Q(integration__isnull=False, opened_by__isnull=True, started_at__isnull=False),
                violation_error_message="An automatic incident has an integration and a beginning, and no declarer.",
            ),
            models.CheckConstraint(
                name="incident_ends_fit_state",
                condition=(
                    Q(
                        state__in=[state.value for state in OPEN_INCIDENT_STATES],
                        restored_at__isnull=True,
                        resolved_at__isnull=True,
                        closed_at__isnull=True,
                    )
                    | Q(
                        state__in=[state.value for state in _ENDED],
                        restored_at__isnull=False,
                        resolved_at__isnull=False,
                        closed_at__isnull=True,
                    )
                    | Q(state=IncidentState.CLOSED.value, resolved_at__isnull=False, closed_at__isnull=False)
                    | ~Q(state__in=IncidentState.values)  # The list of states has a constraint of its own.
                ),
                violation_error_message="The instants of the end must fit the state.",
            ),
            models.CheckConstraint(
                name="incident_merged_is_closed",
                condition=Q(merged_into__isnull=True) | (Q(state=IncidentState.CLOSED.value) & ~Q(merged_into=F("id"))),
                violation_error_message="A merged incident is closed and leads to another one.",
            ),
        ]
        indexes = [
            models.Index(fields=["opened_at"], name="incident_opened"),  # Opened per day; the list, newest first.
            models.Index(fields=["restored_at"], name="incident_restored"),  # Times to recover by UTC bounds.
            # The clock of updates.
            models.Index(
                fields=["update_due_at"], name="incident_update_due", condition=Q(update_due_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("incidents:incident", kwargs={"pk": self.pk})

    @property
    def reference(self) -> str:
        """What people call it: INC-12."""
        return f"INC-{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_INCIDENT_STATES
