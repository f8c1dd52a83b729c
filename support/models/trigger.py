from django.db import models
from django.db.models import Q

from foundation.append_only import protect_table
from foundation.constraints import in_range, not_blank, one_of
from foundation.states import TonedChoices
from operations.models import Severity
from support.models.ticket import Priority, Ticket


class TriggerKind(TonedChoices):
    REOPENS = "reopens", "watch", "Reopened so often"
    VIP = "vip", "watch", "Very important customer"
    PRIORITY = "priority", "watch", "Priority"
    KEYWORD = "keyword", "watch", "Words of the customer"
    SILENCE = "silence", "watch", "Nothing done since it was given out"


class TicketTrigger(models.Model):
    """One rule by which a ticket is escalated without anybody asking for it, besides promises that are broken."""

    name = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=20, choices=TriggerKind.choices)
    count = models.PositiveIntegerField(default=2, help_text="From how many reopenings on.")
    minutes = models.PositiveIntegerField(default=240, help_text="Of silence, in the organisation's open time.")
    priority = models.CharField(
        max_length=20, choices=Priority.choices, default=Priority.URGENT, help_text="This one and more urgent ones."
    )
    words = models.JSONField(default=list, blank=True, help_text='Words or phrases, such as ["lawyer", "chargeback"].')
    severity = models.CharField(max_length=20, choices=Severity.choices, default=Severity.NORMAL)
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["name"]
        constraints = [
            not_blank("name", model="tickettrigger"),
            one_of("kind", TriggerKind, model="tickettrigger"),
            one_of("priority", Priority, model="tickettrigger"),
            one_of("severity", Severity, model="tickettrigger"),
            in_range("count", 1, 100, model="tickettrigger"),
            in_range("minutes", 1, 60 * 24 * 30, model="tickettrigger"),
            models.CheckConstraint(
                name="tickettrigger_keyword_has_words",
                condition=~Q(kind=TriggerKind.KEYWORD.value) | ~Q(words=[]),
                violation_error_message="Give the words that are looked for.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TriggerFiring(models.Model):
    """A rule that held for a ticket on one occasion; once, append-only."""

    trigger = models.ForeignKey(TicketTrigger, on_delete=models.PROTECT, related_name="firings")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="firings")
    occasion = models.CharField(max_length=80, help_text="What it held for, such as the second reopening.")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["trigger", "ticket", "occasion"], name="triggerfiring_once"),
        ]

    def __str__(self) -> str:
        return f"{self.trigger} on ticket {self.ticket_id}"


protect_table("support_triggerfiring")
