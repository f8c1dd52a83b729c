from django.conf import settings
from django.db import models

from foundation.append_only import protect_table
from foundation.constraints import one_of, ordered
from foundation.states import TonedChoices
from support.models.ticket import Ticket


class BulkAction(TonedChoices):
    ASSIGN = "assign", "none", "Give to"
    PRIORITY = "priority", "none", "Priority"
    CATEGORY = "category", "none", "Area"
    ADD_TAGS = "add_tags", "none", "Add tags"
    REMOVE_TAGS = "remove_tags", "none", "Take tags away"
    NOTE = "note", "none", "Internal note"
    STATE = "state", "none", "State"


class BulkOutcome(TonedChoices):
    DONE = "done", "good", "Done"
    UNCHANGED = "unchanged", "none", "Was so already"
    REFUSED = "refused", "watch", "Refused"


class BulkChange(models.Model):
    """One thing done to many tickets at once, each by the service that does it to one."""

    action = models.CharField(max_length=20, choices=BulkAction.choices)
    values = models.JSONField(default=dict)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            one_of("action", BulkAction, model="bulkchange"),
            ordered("made_at", "undone_at", model="bulkchange", strict=False),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()}, {self.made_at:%Y-%m-%d %H:%M}"


class BulkItem(models.Model):
    """What became of one ticket of a bulk change; `before` is what an undoing restores."""

    bulk = models.ForeignKey(BulkChange, on_delete=models.PROTECT, related_name="items")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="bulk_items")
    outcome = models.CharField(max_length=20, choices=BulkOutcome.choices)
    reason = models.CharField(max_length=300, blank=True)
    before = models.JSONField(default=dict, blank=True)
    version_after = models.PositiveIntegerField()

    class Meta:
        ordering = ["bulk", "pk"]
        constraints = [
            one_of("outcome", BulkOutcome, model="bulkitem"),
            models.UniqueConstraint(fields=["bulk", "ticket"], name="bulkitem_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()}, ticket {self.ticket_id}"


protect_table("support_bulkitem")
