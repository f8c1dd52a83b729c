from django.conf import settings
from django.db import models

from foundation.append_only import protect_table
from foundation.constraints import one_of, one_open, ordered
from foundation.states import TonedChoices
from partnerships.models.check import HealthCheck
from partnerships.models.incident import Incident
from partnerships.models.integration import Integration


class RoleKind(TonedChoices):
    COMMANDER = "commander", "none", "Commander"
    COMMS_LEAD = "comms_lead", "none", "Communications lead"
    SCRIBE = "scribe", "none", "Scribe"
    LIAISON = "liaison", "none", "Liaison"


class IncidentRole(models.Model):
    """One person's stretch of time in one role of one incident; each role has one holder at a time."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="roles")
    role = models.CharField(max_length=20, choices=RoleKind.choices)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="incident_roles")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["incident", "started_at", "pk"]
        constraints = [
            one_of("role", RoleKind, model="incidentrole"),
            ordered("started_at", "ended_at", model="incidentrole", strict=False),
            one_open(["incident", "role"], model="incidentrole"),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} of incident {self.incident_id}"


class IncidentEventKind(TonedChoices):
    OPENED = "opened", "bad", "Opened"
    STATE = "state", "none", "State changed"
    SEVERITY = "severity", "none", "Severity"
    ROLE = "role", "none", "Role"
    AFFECTED = "affected", "none", "Affected integrations"
    CHECK = "check", "none", "Check"
    EFFECT = "effect", "watch", "Effect"
    NOTE = "note", "none", "Note"
    DETAILS = "details", "none", "Details changed"
    COMMUNICATION = "communication", "none", "Communication"
    EVIDENCE = "evidence", "none", "Evidence"
    REVIEW = "review", "none", "Post-mortem"
    MERGED = "merged", "none", "Merged"
    REOPENED = "reopened", "watch", "Reopened"


class IncidentEvent(models.Model):
    """One thing that happened in one incident; append-only. It is told with when it happened and when that was written.

    `key` names what a worker recorded, so that it is recorded once.
    """

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=20, choices=IncidentEventKind.choices)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    text = models.TextField(blank=True)
    old_state = models.CharField(max_length=20, blank=True)
    new_state = models.CharField(max_length=20, blank=True)
    changes = models.JSONField(default=dict, blank=True, help_text="Field to [old, new].")
    key = models.CharField(max_length=120, blank=True)
    suppressed_by = models.ForeignKey(
        HealthCheck,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Of an effect: the check further up that explains it, so that it has no incident of its own.",
    )

    class Meta:
        ordering = ["incident", "occurred_at", "pk"]
        constraints = [
            one_of("kind", IncidentEventKind, model="incidentevent"),
            ordered("occurred_at", "recorded_at", model="incidentevent", strict=False),
            models.CheckConstraint(
                name="incidentevent_state_has_states",
                condition=~models.Q(kind=IncidentEventKind.STATE.value) | ~models.Q(new_state=""),
                violation_error_message="A change of state names the new state.",
            ),
            models.CheckConstraint(
                name="incidentevent_effect_has_cause",
                condition=models.Q(kind=IncidentEventKind.EFFECT.value, suppressed_by__isnull=False)
                | (~models.Q(kind=IncidentEventKind.EFFECT.value) & models.Q(suppressed_by__isnull=True)),
                violation_error_message="Exactly an effect names the check that explains it.",
            ),
            models.UniqueConstraint(fields=["key"], condition=~models.Q(key=""), name="incidentevent_key_unique"),
        ]
        indexes = [models.Index(fields=["incident", "occurred_at"], name="incidentevent_timeline")]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.kind} {self.occurred_at:%Y-%m-%d %H:%M}"


protect_table("partnerships_incidentevent")


class Effect(TonedChoices):
    DOWN = "down", "bad", "Down"
    DEGRADED = "degraded", "watch", "Degraded"
    AT_RISK = "at_risk", "open", "At risk"


class AffectedIntegration(models.Model):
    """One stretch of time in which one incident affected one integration; at most one of a pair is open."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="affected")
    integration = models.ForeignKey(Integration, on_delete=models.PROTECT, related_name="affected_by")
    effect = models.CharField("impact", max_length=20, choices=Effect.choices, default=Effect.DOWN)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["incident", "started_at", "pk"]
        constraints = [
            one_of("effect", Effect, model="affectedintegration"),
            ordered("started_at", "ended_at", model="affectedintegration", strict=False),
            one_open(["incident", "integration"], model="affectedintegration"),
        ]

    def __str__(self) -> str:
        return f"{self.integration} {self.effect} from {self.started_at:%Y-%m-%d %H:%M}"
