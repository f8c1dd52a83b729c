from datetime import UTC, datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from foundation.constraints import one_of, ordered
from foundation.states import TonedChoices
from support.models.customer import Customer
from support.models.tag import Tag
from support.models.team import Team


class TicketState(TonedChoices):
    NEW = "new", "open", "New"
    OPEN = "open", "open", "Open"
    PENDING_CUSTOMER = "pending_customer", "none", "Pending customer"
    ON_HOLD_VENDOR = "on_hold_vendor", "none", "On hold, vendor"
    ON_HOLD_INTERNAL = "on_hold_internal", "none", "On hold, internal"
    SOLVED = "solved", "good", "Solved"
    CLOSED = "closed", "done", "Closed"
    MERGED = "merged", "none", "Merged"
    SPAM = "spam", "none", "Spam"


OPEN_STATES = (
    TicketState.NEW,
    TicketState.OPEN,
    TicketState.PENDING_CUSTOMER,
    TicketState.ON_HOLD_VENDOR,
    TicketState.ON_HOLD_INTERNAL,
)


DUE_PAUSED = datetime(8000, 1, 1, tzinfo=UTC)
NEVER_DUE = datetime(9000, 1, 1, tzinfo=UTC)
"""Where tickets whose promises are all paused, and those without a promise, stand in the order of what is due."""


class Priority(TonedChoices):
    URGENT = "urgent", "bad", "Urgent"
    HIGH = "high", "watch", "High"
    NORMAL = "normal", "none", "Normal"
    LOW = "low", "none", "Low"


class Ticket(models.Model):
    """One request for help. Its state changes only through the ticket services, each with a TicketEvent.

    `resolved_at` is the last solve and empty while the ticket is open; `closed_at` is when it was closed for good.
    """

    external_source = models.CharField(max_length=60, blank=True, help_text="Which system it was imported from.")
    external_id = models.CharField(max_length=120, blank=True)
    subject = models.CharField(max_length=300)
    state = models.CharField(max_length=20, choices=TicketState.choices, default=TicketState.NEW)
    priority = models.CharField(max_length=20, choices=Priority.choices, default=Priority.NORMAL)
    category = models.CharField(max_length=120, blank=True)
    channel = models.CharField(max_length=60, blank=True)
    product = models.CharField(max_length=120, blank=True)
    integration = models.SlugField(max_length=120, blank=True, help_text="The integration it is about, by its slug.")
    incident = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="The number of the partner incident that it comes from."
    )
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, null=True, blank=True, related_name="tickets")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="tickets")
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="tickets"
    )
    opened_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    wake_at = models.DateTimeField(null=True, blank=True, help_text="When a ticket on hold comes back.")
    queue_reason = models.CharField(
        max_length=200,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text="Why it was given to nobody automatically.",
    )
    due_order = models.DateTimeField(
        default=NEVER_DUE,
        db_default=NEVER_DUE,
        editable=False,
        help_text="When the promise that is due first is broken; 8000 where all are paused, 9000 where there is none.",
    )
    reopen_count = models.PositiveIntegerField(default=0)
    tags = models.ManyToManyField(Tag, blank=True, related_name="tickets")
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged", editable=False
    )
    follow_up_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="follow_ups", editable=False
    )
    is_external_sla_met = models.BooleanField(
        null=True,
        blank=True,
        help_text="What the system it was imported from says of its promise; empty where it says nothing.",
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["-opened_at", "-pk"]
        constraints = [
            one_of("state", TicketState, model="ticket"),
            one_of("priority", Priority, model="ticket"),
            ordered("opened_at", "resolved_at", model="ticket", strict=False),
            ordered("opened_at", "closed_at", model="ticket", strict=False),
            models.UniqueConstraint(
                fields=["external_source", "external_id"],
                condition=~Q(external_id=""),
                name="ticket_external_id_unique",
            ),
            models.CheckConstraint(
                name="ticket_open_has_no_end",
                condition=~Q(state__in=[s.value for s in OPEN_STATES])
                | Q(resolved_at__isnull=True, closed_at__isnull=True),
                violation_error_message="An open ticket has no resolution or closing time.",
            ),
            models.CheckConstraint(
                name="ticket_ended_has_end",
                condition=~Q(state__in=[TicketState.SOLVED.value, TicketState.CLOSED.value])
                | Q(resolved_at__isnull=False)
                | Q(closed_at__isnull=False),
                violation_error_message="A solved or closed ticket needs its resolution or closing time.",
            ),
            models.CheckConstraint(
                name="ticket_merged_goes_on_elsewhere",
                condition=Q(merged_into__isnull=True) | (Q(state=TicketState.MERGED.value) & ~Q(merged_into=F("id"))),
                violation_error_message="Only a merged ticket goes on in another one.",
            ),
        ]
        indexes = [
            models.Index(fields=["opened_at"], name="ticket_opened"),  # Opened per day, newest first lists.
            models.Index(fields=["resolved_at"], name="ticket_resolved"),  # Resolution metrics by UTC bounds.
            models.Index(fields=["closed_at"], name="ticket_closed"),  # Backlog of tickets closed without solving.
            models.Index(fields=["state", "-opened_at", "-id"], name="ticket_queue"),  # The queue's tabs.
            models.Index(
                fields=["state", "assignee", "priority", "reopen_count", "opened_at"], name="ticket_counts"
            ),  # How many are open, of which kinds: counted on every page, without reading the tickets.
            models.Index(
                fields=["external_id"], condition=~Q(external_id=""), name="ticket_external_id"
            ),  # Search by the number that people know.
            models.Index(fields=["customer", "opened_at"], name="ticket_customer_opened"),  # Who asks again.
            models.Index(fields=["due_order", "id"], name="ticket_due"),  # The queue by what is due first.
            models.Index(fields=["team", "-opened_at", "-id"], name="ticket_team"),  # All of one team, newest first.
            models.Index(fields=["category", "-opened_at", "-id"], name="ticket_category"),  # All of one area.
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.subject}"

    def get_absolute_url(self) -> str:
        return reverse("support:ticket", kwargs={"pk": self.pk})

    @property
    def reference(self) -> str:
        """What people call the ticket: its number in the system it came from, else ours."""
        return self.external_id or f"T-{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def due_at(self) -> datetime | None:
        """When the promise that is due first is, or was, broken; None where none runs. Kept by the clocks."""
        return self.due_order if self.due_order < DUE_PAUSED else None

    @property
    def is_due_paused(self) -> bool:
        """Whether there are promises of which all are paused."""
        return self.due_order == DUE_PAUSED


ENDED_AT = models.functions.Coalesce(F("resolved_at"), F("closed_at"))
"""When a ticket left the backlog: its resolution, else its closing; NULL while it is in the backlog."""
