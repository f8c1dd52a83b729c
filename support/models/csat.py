from django.conf import settings
from django.db import models

from foundation.append_only import protect_table
from foundation.constraints import in_range, ordered, paired
from support.models.event import TicketEvent
from support.models.ticket import Ticket

BEST_SCORE = 5


class CsatRequest(models.Model):
    """One question to a customer how a ticket was solved; once a solve. The score is that of the last response.

    `agent` is the person who solved it; empty where a tool or nobody did.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="csat_requests")
    event = models.OneToOneField(TicketEvent, on_delete=models.PROTECT, related_name="csat_request")
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    score = models.PositiveSmallIntegerField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        permissions = [("oversee_csatrequest", "Can see what customers say of everybody")]
        constraints = [
            in_range("score", 1, BEST_SCORE, model="csatrequest"),
            paired("score", "answered_at", model="csatrequest"),
            ordered("asked_at", "expires_at", model="csatrequest"),
            ordered("asked_at", "answered_at", model="csatrequest", strict=False),
        ]
        indexes = [
            models.Index(fields=["asked_at"], name="csatrequest_asked"),  # The response rate by UTC bounds.
            models.Index(fields=["answered_at"], name="csatrequest_answered"),  # Satisfaction by UTC bounds.
        ]

    def __str__(self) -> str:
        return f"Question about {self.ticket_id} of {self.asked_at:%Y-%m-%d}"


class CsatResponse(models.Model):
    """One answer to a question; append-only, the last one counts."""

    request = models.ForeignKey(CsatRequest, on_delete=models.PROTECT, related_name="responses")
    score = models.PositiveSmallIntegerField()
    comment = models.TextField(blank=True, max_length=2_000)
    answered_at = models.DateTimeField()

    class Meta:
        ordering = ["-pk"]
        constraints = [in_range("score", 1, BEST_SCORE, model="csatresponse")]

    def __str__(self) -> str:
        return f"{self.score} of {BEST_SCORE}"


protect_table("support_csatresponse")
