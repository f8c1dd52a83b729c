from django.conf import settings
from django.db import models
from django.db.models import Q

from foundation.append_only import protect_table
from foundation.constraints import in_range, not_blank, one_of, ordered
from support.models.clock_metric import ClockMetric, ClockState
from support.models.sla import SlaPolicyVersion
from support.models.ticket import Ticket


class TicketClock(models.Model):
    """One clock of one ticket as its events leave it; worked out from them alone, in the transaction of each event.

    Elapsed time is as of the last event: a running clock's goes on from `running_since`.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="clocks")
    metric = models.CharField(max_length=20, choices=ClockMetric.choices)
    instance = models.PositiveIntegerField(default=1, help_text="Which of its kind on this ticket, from 1.")
    state = models.CharField(max_length=20, choices=ClockState.choices)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    running_since = models.DateTimeField(null=True, blank=True)
    elapsed_calendar_us = models.BigIntegerField(default=0)
    elapsed_business_us = models.BigIntegerField(default=0)
    paused_us = models.BigIntegerField(default=0)
    policy_version = models.ForeignKey(
        SlaPolicyVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="clocks"
    )
    target_seconds = models.PositiveIntegerField(null=True, blank=True)
    is_target_in_business = models.BooleanField(default=True)
    remaining_us = models.BigIntegerField(null=True, blank=True, help_text="Of the target, as of the last event.")
    due_at = models.DateTimeField(null=True, blank=True, help_text="When its target passes or passed; only running.")
    breached_at = models.DateTimeField(null=True, blank=True, help_text="When its target passed; it stays.")
    next_crossing_at = models.DateTimeField(
        null=True, blank=True, help_text="When the next share of the target passes that nobody was told of."
    )

    calendar_keys = models.CharField(
        max_length=500, blank=True, help_text="What it was counted by: each calendar's number and a hash of its hours."
    )

    class Meta:
        ordering = ["ticket", "started_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["ticket", "metric", "instance"], name="ticketclock_instance_unique"),
            one_of("metric", ClockMetric, model="ticketclock"),
            one_of("state", ClockState, model="ticketclock"),
            ordered("started_at", "ended_at", model="ticketclock", strict=False),
            in_range("elapsed_calendar_us", 0, None, model="ticketclock"),
            in_range("elapsed_business_us", 0, None, model="ticketclock"),
            models.CheckConstraint(
                name="ticketclock_runs_or_ended",
                condition=(
                    (~Q(state=ClockState.RUNNING.value) | Q(running_since__isnull=False, ended_at__isnull=True))
                    & (~Q(state=ClockState.PAUSED.value) | Q(running_since__isnull=True, ended_at__isnull=True))
                    & (
                        ~Q(state__in=[ClockState.FULFILLED.value, ClockState.CANCELLED.value])
                        | Q(running_since__isnull=True, ended_at__isnull=False)
                    )
                ),
                violation_error_message="A clock runs, is paused, or has ended.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_crossing_at"],
                condition=Q(next_crossing_at__isnull=False),
                name="ticketclock_crossing",  # What the worker notices next.
            ),
            models.Index(
                fields=["due_at"],
                condition=Q(due_at__isnull=False),
                name="ticketclock_due",  # "Due within two hours", overdue first.
            ),
            models.Index(fields=["metric", "ended_at"], name="ticketclock_metric_ended"),  # Metrics by when they end.
        ]

    def __str__(self) -> str:
        return f"{self.get_metric_display()} of ticket {self.ticket_id}"


class ClockCrossing(models.Model):
    """A share of a target that passed, noticed once and never taken back; 100 is a breach."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="crossings")
    metric = models.CharField(max_length=20, choices=ClockMetric.choices)
    instance = models.PositiveIntegerField(default=1)
    share = models.PositiveSmallIntegerField(help_text="Percent of the target.")
    crossed_at = models.DateTimeField()
    noticed_at = models.DateTimeField()
    policy_version = models.ForeignKey(
        SlaPolicyVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    target_seconds = models.PositiveIntegerField()

    class Meta:
        ordering = ["-crossed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["ticket", "metric", "instance", "share"], name="clockcrossing_once"),
            one_of("metric", ClockMetric, model="clockcrossing"),
            in_range("share", 1, 1000, model="clockcrossing"),
            ordered("crossed_at", "noticed_at", model="clockcrossing", strict=False),
        ]
        indexes = [
            models.Index(
                fields=["crossed_at"], condition=Q(share=100), name="clockcrossing_breach"
            ),  # Breaches by day.
        ]

    def __str__(self) -> str:
        return f"{self.share} % of {self.get_metric_display()} of ticket {self.ticket_id}"


class BreachExcuse(models.Model):
    """Why one breach is not held against anybody; the breach stays."""

    crossing = models.OneToOneField(ClockCrossing, on_delete=models.PROTECT, related_name="excuse")
    reason = models.CharField(max_length=300)
    excused_at = models.DateTimeField()
    excused_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-excused_at"]
        constraints = [not_blank("reason", model="breachexcuse")]

    def __str__(self) -> str:
        return f"Excuse of {self.crossing}"


protect_table("support_clockcrossing")
protect_table("support_breachexcuse")
