from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from foundation.constraints import not_blank, one_of, ordered, paired
from foundation.states import TonedChoices
from partnerships.incidents.placeholders import list_unknown
from partnerships.models.incident import Incident


class Audience(TonedChoices):
    EXECUTIVES = "executives", "none", "Executives"
    STAFF = "staff", "none", "Staff"
    CUSTOMERS = "customers", "none", "Customers"
    PARTNER = "partner", "none", "Partner"


INTERNAL_AUDIENCES = (Audience.EXECUTIVES, Audience.STAFF)


class Phase(TonedChoices):
    HOLDING = "holding", "bad", "Holding"
    UPDATE = "update", "watch", "Update"
    RESOLVED = "resolved", "good", "Resolved"
    REVIEW = "review", "open", "Review"


class CommunicationState(TonedChoices):
    DRAFT = "draft", "open", "Draft"
    APPROVED = "approved", "watch", "Approved"
    SENT = "sent", "good", "Sent"
    WITHDRAWN = "withdrawn", "none", "Withdrawn"


def validate_placeholders(text: str) -> None:
    """Raise ValidationError naming what no incident can fill in."""
    unknown = list_unknown(text)
    if unknown:
        raise ValidationError(f"There is no such placeholder: {', '.join(unknown)}.", code="placeholder")


class CommunicationTemplate(models.Model):
    """The words with which one audience is told of an incident in one phase; {placeholders} are filled in from it."""

    audience = models.CharField(max_length=20, choices=Audience.choices)
    phase = models.CharField(max_length=20, choices=Phase.choices)
    subject = models.CharField(max_length=200, validators=[validate_placeholders])
    body = models.TextField(validators=[validate_placeholders])
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["audience", "phase"]
        constraints = [
            one_of("audience", Audience, model="communicationtemplate"),
            one_of("phase", Phase, model="communicationtemplate"),
            not_blank("subject", model="communicationtemplate"),
            not_blank("body", model="communicationtemplate"),
            models.UniqueConstraint(fields=["audience", "phase"], name="communicationtemplate_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.get_audience_display()}, {self.get_phase_display().lower()}"


class Communication(models.Model):
    """One message about one incident to one audience, in its final words: drafted, approved by somebody else, sent."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="communications")
    audience = models.CharField(max_length=20, choices=Audience.choices)
    phase = models.CharField(max_length=20, choices=Phase.choices)
    state = models.CharField(max_length=20, choices=CommunicationState.choices, default=CommunicationState.DRAFT)
    subject = models.CharField(max_length=300)
    body = models.TextField()
    recipients = models.TextField(blank=True, help_text="One a line. Our own people are found when it is sent.")
    mailed_to = models.TextField(
        blank=True, help_text="Those of the recipients outside whom it was mailed to, one a line; others by hand."
    )
    drafted_at = models.DateTimeField()
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["incident", "-drafted_at", "-pk"]
        constraints = [
            one_of("audience", Audience, model="communication"),
            one_of("phase", Phase, model="communication"),
            one_of("state", CommunicationState, model="communication"),
            not_blank("subject", model="communication"),
            not_blank("body", model="communication"),
            paired("approved_at", "approved_by", model="communication"),
            paired("sent_at", "sent_by", model="communication"),
            ordered("drafted_at", "approved_at", model="communication", strict=False),
            ordered("approved_at", "sent_at", model="communication", strict=False),
            models.CheckConstraint(
                name="communication_four_eyes",
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("drafted_by")),
                violation_error_message="Somebody else than who wrote it approves a message.",
            ),
            models.CheckConstraint(
                name="communication_steps_fit_state",
                condition=(
                    Q(state=CommunicationState.DRAFT.value, approved_at__isnull=True, sent_at__isnull=True)
                    | Q(state=CommunicationState.APPROVED.value, approved_at__isnull=False, sent_at__isnull=True)
                    | (
                        Q(state=CommunicationState.SENT.value, approved_at__isnull=False, sent_at__isnull=False)
                        & ~Q(recipients="")
                    )
                    | Q(state=CommunicationState.WITHDRAWN.value, sent_at__isnull=True)
                    | ~Q(state__in=CommunicationState.values)  # The list of states has a constraint of its own.
                ),
                violation_error_message="A message is approved before it is sent, and sent to somebody.",
            ),
        ]

    def __str__(self) -> str:
        return self.subject
