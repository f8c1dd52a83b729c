from django.db import models
from django.db.models import Q

from foundation.append_only import protect_table
from foundation.constraints import in_range, not_blank, one_of
from foundation.states import TonedChoices
from support.models.event import TicketEvent
from support.models.ticket import Ticket


class MailOutcome(TonedChoices):
    CREATED = "created", "good", "Opened a ticket"
    APPENDED = "appended", "good", "Added to a ticket"
    NOTED = "noted", "none", "Kept as a note"
    IGNORED = "ignored", "watch", "Ignored"
    REFUSED = "refused", "bad", "Refused"


_TAKEN = [MailOutcome.CREATED.value, MailOutcome.APPENDED.value, MailOutcome.NOTED.value]
_ASIDE = [MailOutcome.IGNORED.value, MailOutcome.REFUSED.value]


class InboundMail(models.Model):
    """One mail that reached us and what came of it; append-only.

    `message_key` is its Message-ID, or else the fingerprint of its bytes: the same mail is one row however often it
    comes. `text` is all of its words, also where only what is new in them was put on the ticket.
    """

    mailbox = models.CharField(max_length=254)
    message_key = models.CharField(max_length=300)
    message_id = models.CharField(max_length=300, blank=True)
    sender = models.CharField(max_length=254, blank=True, help_text="As the mail says, which anybody can forge.")
    sender_name = models.CharField(max_length=200, blank=True)
    recipients = models.TextField(blank=True, help_text="To whom and in copy, with spaces between.")
    subject = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    received_at = models.DateTimeField()
    outcome = models.CharField(max_length=20, choices=MailOutcome.choices)
    reason = models.CharField(max_length=300, blank=True)
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, null=True, blank=True, related_name="mails")
    event = models.OneToOneField(TicketEvent, on_delete=models.PROTECT, null=True, blank=True, related_name="mail")
    sha256 = models.CharField("SHA-256", max_length=64)
    size = models.PositiveIntegerField(help_text="In bytes.")

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["mailbox", "message_key"], name="inboundmail_once"),
            not_blank("message_key", model="inboundmail"),
            one_of("outcome", MailOutcome, model="inboundmail"),
            models.CheckConstraint(
                name="inboundmail_taken_has_event",
                condition=Q(outcome__in=_TAKEN, ticket__isnull=False, event__isnull=False)
                | (~Q(outcome__in=_TAKEN) & Q(event__isnull=True) & ~Q(reason="")),
                violation_error_message="A mail that was taken has its event, any other one a reason.",
            ),
        ]
        indexes = [
            models.Index(fields=["sender", "received_at"], name="inboundmail_sender"),  # How many came within an hour.
            # Which ticket a mail belongs to that answers this one.
            models.Index(fields=["message_id"], condition=~Q(message_id=""), name="inboundmail_message_id"),
            models.Index(fields=["-id"], condition=Q(outcome__in=_ASIDE), name="inboundmail_aside"),  # What waits.
        ]

    def __str__(self) -> str:
        return f"{self.sender or 'nobody'}: {self.subject or 'no subject'}"


class TicketAttachment(models.Model):
    """One file that came with one message on a ticket; append-only. The content is kept by its fingerprint."""

    event = models.ForeignKey(TicketEvent, on_delete=models.PROTECT, related_name="attachments")
    name = models.CharField(max_length=130)
    media_type = models.CharField(max_length=100, help_text="By what is in the file, not by what the sender said.")
    size = models.PositiveIntegerField(help_text="In bytes.")
    sha256 = models.CharField("SHA-256", max_length=64)

    class Meta:
        ordering = ["pk"]
        constraints = [
            not_blank("name", model="ticketattachment"),
            in_range("size", 1, None, model="ticketattachment"),
        ]

    def __str__(self) -> str:
        return self.name


protect_table("support_inboundmail")
protect_table("support_ticketattachment")
