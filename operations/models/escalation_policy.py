"""Whom escalations go to, and when they climb."""

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Q

from foundation.constraints import in_range, not_blank
from foundation.states import TonedChoices
from operations.models.calendar import BusinessCalendar

MIN_WAIT, MAX_WAIT = 60, 30 * 86_400
MIN_ACK, MAX_ACK = 300, 4 * 86_400
MAX_REPEAT, MAX_LEVELS = 9, 8


class EscalationKind(TonedChoices):
    DISRUPTION = "disruption", "bad", "Operational disruption"
    CONFLICT = "conflict", "watch", "Conflict between departments"
    PROCESS_FAILURE = "process_failure", "bad", "Process failure"
    VENDOR_DISPUTE = "vendor_dispute", "watch", "Vendor or partner dispute"
    COMPLIANCE = "compliance", "bad", "Compliance"
    RESOURCE = "resource", "watch", "Resource conflict"
    STRATEGIC = "strategic", "open", "Strategic initiative"


class EscalationPolicy(models.Model):
    """Whom an escalation climbs to, and how long each level waits; those that run keep the copy they began with.

    Its levels are those below the COO, who is always the last: that level cannot be left out.
    """

    name = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=20, choices=EscalationKind.choices, blank=True, help_text="Empty for any kind.")
    is_default = models.BooleanField(default=False, help_text="Taken for its kind where no policy is named.")
    calendar = models.ForeignKey(
        BusinessCalendar,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="policies",
        help_text="Waits of normal ones count its open time; empty for all hours. Critical ones count all hours.",
    )
    has_quiet_hours = models.BooleanField(default=False, help_text="Normal ones begin when the calendar next opens.")
    repeat_count = models.PositiveSmallIntegerField(default=0, help_text="How many passes follow the first.")
    final_wait_seconds = models.PositiveIntegerField(default=14_400, help_text="How often the COO is told again.")
    ack_expires_seconds = models.PositiveIntegerField(
        null=True, blank=True, default=86_400, help_text="Without activity for so long, it climbs again. Empty: never."
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["name"]
        constraints = [
            not_blank("name", model="escalationpolicy"),
            models.CheckConstraint(
                name="escalationpolicy_kind_valid",
                condition=Q(kind__in=["", *EscalationKind.values]),
                violation_error_message=f"kind must be empty or one of: {', '.join(EscalationKind.values)}.",
            ),
            models.UniqueConstraint(
                fields=["kind"],
                condition=Q(is_default=True),
                name="escalationpolicy_one_default",
                violation_error_message="There is a default policy for this kind.",
            ),
            in_range("repeat_count", 0, MAX_REPEAT, model="escalationpolicy"),
            in_range("final_wait_seconds", MIN_WAIT, MAX_WAIT, model="escalationpolicy"),
            in_range("ack_expires_seconds", MIN_ACK, MAX_ACK, model="escalationpolicy"),
            models.CheckConstraint(
                name="escalationpolicy_quiet_needs_calendar",
                condition=Q(has_quiet_hours=False) | Q(calendar__isnull=False),
                violation_error_message="Quiet hours need a calendar that says when they are.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class EscalationLevel(models.Model):
    """One level of one policy, below the COO: whom it tells, and how long it waits before the next one is told."""

    policy = models.ForeignKey(EscalationPolicy, on_delete=models.PROTECT, related_name="levels")
    number = models.PositiveSmallIntegerField(help_text="Its place, from 1.")
    name = models.CharField(max_length=60, help_text="Such as Team lead.")
    groups = models.ManyToManyField(Group, blank=True, related_name="+", help_text="Everybody with these roles.")
    users = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="+")
    wait_seconds = models.PositiveIntegerField(default=900)

    class Meta:
        ordering = ["policy", "number"]
        constraints = [
            not_blank("name", model="escalationlevel"),
            in_range("number", 1, MAX_LEVELS, model="escalationlevel"),
            in_range("wait_seconds", MIN_WAIT, MAX_WAIT, model="escalationlevel"),
            models.UniqueConstraint(
                fields=["policy", "number"],
                name="escalationlevel_number_unique",
                violation_error_message="The policy has a level with this number.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy}, {self.number}: {self.name}"
