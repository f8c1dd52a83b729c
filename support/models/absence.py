"""Who is out, who stands in, and which tickets went to whom because of it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from foundation.constraints import one_of, ordered, paired
from foundation.states import TonedChoices
from support.models.event import TicketEvent
from support.models.ticket import Ticket


class AbsenceKind(TonedChoices):
    VACATION = "vacation", "none", "Vacation"
    SICK = "sick", "none", "Sick"
    TRAINING = "training", "none", "Training"
    OTHER = "other", "none", "Other"


class Handover(TonedChoices):
    """Which tickets somebody else is given when an absence begins."""

    NONE = "none", "none", "None"
    NEW_ONLY = "new_only", "none", "What arrives for them"
    URGENT = "urgent", "none", "Urgent and high ones, and what arrives"
    ALL = "all", "none", "All open ones, and what arrives"


class Absence(models.Model):
    """One person out from an instant to another, with who stands in.

    `next_step_at` is when its begin or its end is to be carried out, empty once both are; `begun_at` and `over_at` are
    when they were.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="absences")
    kind = models.CharField(max_length=20, choices=AbsenceKind.choices, default=AbsenceKind.VACATION)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    substitute = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="stands_in_for"
    )
    handover = models.CharField(
        max_length=20, choices=Handover.choices, default=Handover.NEW_ONLY, help_text="Which tickets go to others."
    )
    is_given_back = models.BooleanField(
        "given back at the end", default=True, help_text="Tickets that nobody worked on come back when it is over."
    )
    next_step_at = models.DateTimeField(null=True, blank=True, editable=False)
    begun_at = models.DateTimeField(null=True, blank=True, editable=False)
    over_at = models.DateTimeField(null=True, blank=True, editable=False)
    cancelled_at = models.DateTimeField(null=True, blank=True, editable=False)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["-starts_at", "-pk"]
        constraints = [
            one_of("kind", AbsenceKind, model="absence"),
            one_of("handover", Handover, model="absence"),
            ordered("starts_at", "ends_at", model="absence"),
            ordered("begun_at", "over_at", model="absence", strict=False),
            paired("cancelled_at", "cancelled_by", model="absence"),
            models.CheckConstraint(
                name="absence_substitute_is_another",
                condition=Q(substitute__isnull=True) | ~Q(substitute=F("user")),
                violation_error_message="Nobody stands in for themselves.",
            ),
            models.CheckConstraint(
                name="absence_done_has_no_next_step",
                condition=Q(next_step_at__isnull=True) | Q(over_at__isnull=True, cancelled_at__isnull=True),
                violation_error_message="An absence that is over or cancelled has no further step.",
            ),
        ]
        indexes = [
            # What is to begin or to end.
            models.Index(fields=["next_step_at"], condition=Q(next_step_at__isnull=False), name="absence_due"),
            models.Index(fields=["user", "ends_at"], name="absence_of_user"),  # Who is out at an instant.
        ]

    def __str__(self) -> str:
        return f"Absence {self.pk} from {self.starts_at:%Y-%m-%d}"

    @property
    def is_cancelled(self) -> bool:
        return self.cancelled_at is not None


class AbsenceHandover(models.Model):
    """One ticket that went to somebody else because of one absence; `event` is the last hand-over in its history.

    `given_to` is empty where it went back to its team's queue. `returned_at` is when its owner had it again.
    """

    absence = models.ForeignKey(Absence, on_delete=models.PROTECT, related_name="handovers")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="handovers")
    given_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    event = models.ForeignKey(TicketEvent, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    returned_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["absence", "given_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["absence", "ticket"], name="absencehandover_once"),
            ordered("given_at", "returned_at", model="absencehandover", strict=False),
        ]

    def __str__(self) -> str:
        return f"Ticket {self.ticket_id} for absence {self.absence_id}"
