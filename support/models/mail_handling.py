from django.conf import settings
from django.db import models
from django.db.models import Q

from foundation.append_only import protect_table
from foundation.constraints import one_of
from foundation.states import TonedChoices
from support.models.event import TicketEvent
from support.models.mail import InboundMail


class MailVerdict(TonedChoices):
    OPENED = "opened", "good", "Opened a ticket"
    PUT_ON = "put_on", "good", "Put on a ticket"
    DISCARDED = "discarded", "none", "Discarded"


class MailHandling(models.Model):
    """What a person made of a mail that was kept aside, once and for ever; append-only."""

    mail = models.OneToOneField(InboundMail, on_delete=models.PROTECT, related_name="handling")
    verdict = models.CharField(max_length=20, choices=MailVerdict.choices)
    event = models.OneToOneField(
        TicketEvent, on_delete=models.PROTECT, null=True, blank=True, related_name="mail_handling"
    )
    reason = models.CharField(max_length=300, blank=True)
    handled_at = models.DateTimeField()
    handled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-pk"]
        constraints = [
            one_of("verdict", MailVerdict, model="mailhandling"),
            models.CheckConstraint(
                name="mailhandling_taken_or_discarded",
                condition=(
                    Q(verdict=MailVerdict.DISCARDED.value, event__isnull=True) & ~Q(reason="")
                    | (~Q(verdict=MailVerdict.DISCARDED.value) & Q(event__isnull=False))
                ),
                violation_error_message="What was taken in has its event, what was discarded a reason.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mail}: {self.get_verdict_display().lower()}"


protect_table("support_mailhandling")
