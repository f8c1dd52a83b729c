from django.conf import settings
from django.db import models

from foundation.append_only import protect_table
from foundation.change_feed import feed_table, transaction_field
from foundation.constraints import one_of
from foundation.states import TonedChoices
from support.models.ticket import Ticket


class EventKind(TonedChoices):
    OPENED = "opened", "open", "Opened"
    STATE = "state", "none", "State changed"
    ASSIGNED = "assigned", "none", "Assigned"
    FIELDS = "fields", "none", "Fields changed"
    REPLY = "reply", "none", "Public reply"
    CUSTOMER = "customer", "none", "Customer message"
    NOTE = "note", "none", "Internal note"
    MERGED = "merged", "none", "Another ticket goes on here"
    POLICY = "policy", "none", "Policy applied"
    CHECKLIST = "checklist", "none", "Checklist"


class Via(TonedChoices):
    UI = "ui", "none", "Page"
    ADMIN = "admin", "none", "Admin"
    API = "api", "none", "API"
    WORKER = "worker", "none", "Worker"
    IMPORT = "import", "none", "Import"
    MAIL = "mail", "none", "E-mail"


class TicketEvent(models.Model):
    """One thing that happened to one ticket; append-only, the truth that clocks are derived from."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=20, choices=EventKind.choices)
    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    actor_name = models.CharField(max_length=150, blank=True, help_text="Who it was, where no user of ours was it.")
    old_state = models.CharField(max_length=20, blank=True)
    new_state = models.CharField(max_length=20, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    body = models.TextField(blank=True)
    changes = models.JSONField(default=dict, blank=True, help_text="Field to [old, new].")
    via = models.CharField(max_length=20, choices=Via.choices, default=Via.UI)
    request_id = models.CharField(max_length=64, blank=True)
    recorded_at = models.DateTimeField(auto_now_add=True)
    written_in = transaction_field()

    class Meta:
        ordering = ["ticket", "at", "pk"]
        constraints = [
            one_of("kind", EventKind, model="ticketevent"),
            one_of("via", Via, model="ticketevent"),
            models.CheckConstraint(
                name="ticketevent_state_has_states",
                condition=~models.Q(kind=EventKind.STATE.value) | ~models.Q(new_state=""),
                violation_error_message="A change of state names the new state.",
            ),
        ]
        indexes = [
            models.Index(fields=["ticket", "at"], name="ticketevent_timeline"),
            models.Index(fields=["written_in", "id"], name="ticketevent_feed"),  # The changes since a place.
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.kind} {self.at:%Y-%m-%d %H:%M}"


protect_table("support_ticketevent")
feed_table("support_ticketevent")
