from django.db import models
from django.db.models import Q

from foundation.constraints import not_blank
from operations.models import Playbook
from support.models.ticket import Priority, TicketState


class Macro(models.Model):
    """What is often done to a ticket, in one step: words to the customer or among us, fields, tags, a
    checklist, a state.

    In `body` stand {customer}, {ticket} and {agent} for who asks, the ticket's number and who helps.
    """

    name = models.CharField(max_length=80, unique=True)
    body = models.TextField(blank=True, max_length=10_000, help_text="{customer}, {ticket} and {agent} are filled in.")
    is_note = models.BooleanField("only for us", default=False)
    priority = models.CharField(max_length=20, choices=Priority.choices, blank=True)
    category = models.CharField(max_length=120, blank=True)
    tags = models.CharField(max_length=300, blank=True, help_text="Added; with spaces between them.")
    state = models.CharField(
        max_length=20,
        choices=[
            (state.value, state.label) for state in (TicketState.OPEN, TicketState.PENDING_CUSTOMER, TicketState.SOLVED)
        ],
        blank=True,
    )
    playbook = models.ForeignKey(
        Playbook,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Put on the ticket as a checklist, unless it is there.",
    )
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["name"]
        constraints = [
            not_blank("name", model="macro"),
            models.CheckConstraint(
                name="macro_priority_valid",
                condition=Q(priority__in=["", *Priority.values]),
                violation_error_message="Give a priority or none.",
            ),
            models.CheckConstraint(
                name="macro_state_valid",
                condition=Q(
                    state__in=["", TicketState.OPEN.value, TicketState.PENDING_CUSTOMER.value, TicketState.SOLVED.value]
                ),
                violation_error_message="Give open, pending customer, solved or none.",
            ),
            models.CheckConstraint(
                name="macro_does_something",
                condition=~Q(body="", priority="", category="", tags="", state="", playbook__isnull=True),
                violation_error_message="A macro says or changes something.",
            ),
        ]

    def __str__(self) -> str:
        return self.name
