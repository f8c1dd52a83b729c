"""Escalations, how far they climbed, and all that happened to them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from foundation.append_only import protect_table
from foundation.constraints import in_range, not_blank, one_of, one_open, paired
from foundation.states import TonedChoices
from operations.models.escalation_policy import EscalationKind, EscalationPolicy
from operations.models.notification import Severity


class EscalationState(TonedChoices):
    RAISED = "raised", "bad", "Raised"
    DECLINED = "declined", "bad", "Declined"
    ACKNOWLEDGED = "acknowledged", "watch", "Acknowledged"
    IN_PROGRESS = "in_progress", "watch", "In progress"
    DECIDED = "decided", "open", "Decided"
    RESOLVED = "resolved", "good", "Resolved"
    CLOSED = "closed", "done", "Closed"


UNANSWERED = (EscalationState.RAISED, EscalationState.DECLINED)
ANSWERED = (EscalationState.ACKNOWLEDGED, EscalationState.IN_PROGRESS)
OPEN_STATES = (*UNANSWERED, *ANSWERED, EscalationState.DECIDED)
_OPEN = Q(state__in=[state.value for state in OPEN_STATES])
_DECISION = ~Q(decision="") & Q(owner__isnull=False, due_on__isnull=False, follow_up_on__isnull=False)


def _person(related_name: str = "+") -> "models.ForeignKey[models.Model | None, models.Model | None]":
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name=related_name
    )


class Escalation(models.Model):
    """One matter that somebody has to answer for: at most one is open per subject and kind.

    `subject` is a key such as "incident:12". Raised by nobody means by the system.
    """

    kind = models.CharField(max_length=20, choices=EscalationKind.choices)
    subject = models.CharField(max_length=120)
    title = models.CharField(max_length=200)
    reason = models.TextField(blank=True)
    url = models.CharField(max_length=500, blank=True, help_text="Where the matter itself is shown.")
    severity = models.CharField(max_length=20, choices=Severity.choices, default=Severity.NORMAL)
    state = models.CharField(max_length=20, choices=EscalationState.choices, default=EscalationState.RAISED)
    owner = _person("escalations")
    raised_at = models.DateTimeField()
    raised_by = _person()
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = _person()
    decision = models.TextField(blank=True)
    due_on = models.DateField(null=True, blank=True)
    follow_up_on = models.DateField(null=True, blank=True, help_text="When somebody looks whether it helped.")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = _person()
    ended_at = models.DateTimeField(null=True, blank=True, help_text="When it was resolved or closed.")
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["-raised_at", "-pk"]
        constraints = [
            one_of("kind", EscalationKind, model="escalation"),
            one_of("severity", Severity, model="escalation"),
            one_of("state", EscalationState, model="escalation"),
            not_blank("subject", model="escalation"),
            not_blank("title", model="escalation"),
            paired("acknowledged_at", "acknowledged_by", model="escalation"),
            paired("decided_at", "decided_by", model="escalation"),
            one_open(["subject", "kind"], model="escalation"),
            models.CheckConstraint(
                name="escalation_open_has_no_end",
                condition=(_OPEN & Q(ended_at__isnull=True)) | (~_OPEN & Q(ended_at__isnull=False)),
                violation_error_message="Exactly the open ones have no end.",
            ),
            models.CheckConstraint(
                name="escalation_closed_is_decided",
                condition=~Q(state=EscalationState.CLOSED.value) | _DECISION,
                violation_error_message="To close it needs a decision, an owner, a due date and a follow-up date.",
            ),
        ]
        indexes = [
            models.Index(fields=["raised_at"], name="escalation_raised"),  # Escalations of a stretch of time.
            models.Index(fields=["subject"], name="escalation_subject"),  # All there ever were of one matter.
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("escalations:escalation", kwargs={"pk": self.pk})

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something."""
        return self.state in OPEN_STATES


class RunStatus(TonedChoices):
    ACTIVE = "active", "bad", "Climbing"
    HELD = "held", "watch", "Answered"
    ENDED = "ended", "done", "Ended"


class EscalationRun(models.Model):
    """How one escalation climbs: the ladder frozen at its start, where it stands, and when its next step is due.

    `level` and `loop` are the last step that was taken, `next_level` and `next_loop` the one due at `next_due_at`.
    Whoever changes the escalation locks this row first.
    """

    escalation = models.OneToOneField(Escalation, on_delete=models.PROTECT, related_name="run")
    policy = models.ForeignKey(EscalationPolicy, on_delete=models.PROTECT, null=True, blank=True, related_name="runs")
    policy_snapshot = models.JSONField()
    status = models.CharField(max_length=10, choices=RunStatus.choices, default=RunStatus.ACTIVE)
    level = models.PositiveSmallIntegerField(default=0)
    loop = models.PositiveSmallIntegerField(default=0)
    next_level = models.PositiveSmallIntegerField(default=1)
    next_loop = models.PositiveSmallIntegerField(default=0)
    reached_level = models.PositiveSmallIntegerField(default=0, help_text="The highest that was told.")
    step_count = models.PositiveIntegerField(default=0)
    next_due_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            one_of("status", RunStatus, model="escalationrun"),
            in_range("next_level", 1, None, model="escalationrun"),
            models.CheckConstraint(
                name="escalationrun_step_due_while_climbing",
                condition=(Q(status=RunStatus.ACTIVE.value) & Q(next_due_at__isnull=False))
                | Q(status=RunStatus.HELD.value)
                | (Q(status=RunStatus.ENDED.value) & Q(next_due_at__isnull=True)),
                violation_error_message="A climbing one has a next step, an ended one has none.",
            ),
        ]
        indexes = [
            # What is due, for the workers and for the watchdog.
            models.Index(fields=["next_due_at"], condition=~Q(status=RunStatus.ENDED.value), name="escalationrun_due"),
        ]

    def __str__(self) -> str:
        return f"{self.escalation}, level {self.level}"


class EscalationEventKind(TonedChoices):
    RAISED = "raised", "bad", "Raised"
    TRIGGERED = "triggered", "bad", "Raised again"
    SEVERITY = "severity", "bad", "Made critical"
    NOTIFIED = "notified", "watch", "Level told"
    HOLE = "hole", "bad", "Nobody at this level"
    ACKNOWLEDGED = "acknowledged", "open", "Acknowledged"
    EXPIRED = "expired", "bad", "Acknowledgement expired"
    SNOOZED = "snoozed", "none", "Snoozed"
    TAKEN = "taken", "open", "Taken"
    DECLINED = "declined", "watch", "Declined"
    DECIDED = "decided", "open", "Decided"
    RESOLVED = "resolved", "good", "Resolved"
    CLOSED = "closed", "done", "Closed"


class EscalationEvent(models.Model):
    """One thing that happened to one escalation; append-only. `details` holds whom a step told and how late it was."""

    escalation = models.ForeignKey(Escalation, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=20, choices=EscalationEventKind.choices)
    at = models.DateTimeField()
    actor = _person()
    level = models.PositiveSmallIntegerField(default=0)
    loop = models.PositiveSmallIntegerField(default=0)
    text = models.TextField(blank=True)
    details = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["escalation", "pk"]
        constraints = [one_of("kind", EscalationEventKind, model="escalationevent")]

    def __str__(self) -> str:
        return f"{self.escalation_id} {self.kind} {self.at:%Y-%m-%d %H:%M}"


class EscalationTrigger(models.Model):
    """One occasion on which a matter was raised: the first, and each repetition while it was open; append-only."""

    escalation = models.ForeignKey(Escalation, on_delete=models.PROTECT, related_name="triggers")
    at = models.DateTimeField()
    actor = _person()
    title = models.CharField(max_length=200)
    reason = models.TextField(blank=True)
    url = models.CharField(max_length=500, blank=True)
    severity = models.CharField(max_length=20, choices=Severity.choices, default=Severity.NORMAL)

    class Meta:
        ordering = ["escalation", "pk"]
        constraints = [one_of("severity", Severity, model="escalationtrigger")]

    def __str__(self) -> str:
        return self.title


protect_table("operations_escalationevent")
protect_table("operations_escalationtrigger")
