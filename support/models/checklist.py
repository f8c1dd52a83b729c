from django.conf import settings
from django.db import models

from operations.models import PlaybookRun
from support.models.ticket import Ticket


class TicketChecklist(models.Model):
    """A playbook that is carried out on a ticket: its steps are those of the run."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="checklists")
    run = models.OneToOneField(PlaybookRun, on_delete=models.PROTECT, related_name="ticket_checklist")
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["added_at", "pk"]

    def __str__(self) -> str:
        return f"{self.run} on {self.ticket_id}"
