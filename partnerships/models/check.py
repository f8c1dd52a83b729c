from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models

from foundation.constraints import in_range, not_blank, one_of
from foundation.states import TonedChoices
from partnerships.models.integration import Integration

RECORDED = "recorded"
"""The kind of a check whose history was imported: it is no probe and stays paused."""


class CheckState(TonedChoices):
    PENDING = "pending", "open", "Pending"
    UP = "up", "good", "Up"
    DEGRADED = "degraded", "watch", "Degraded"
    DOWN = "down", "bad", "Down"
    UNKNOWN = "unknown", "none", "Unknown"
    PAUSED = "paused", "none", "Paused"


class HealthCheck(models.Model):
    """One thing that is probed on a schedule for one integration, with the state derived from its results.

    `is_vendor_feed` kinds (status pages) tell what the partner says and never count towards our uptime.
    """

    integration = models.ForeignKey(Integration, on_delete=models.PROTECT, related_name="checks")
    name = models.CharField(max_length=120)
    kind = models.CharField(
        max_length=30, default="http", help_text="A kind of probe; the kinds there are, are found in the code."
    )
    url = models.CharField("URL", max_length=2048, blank=True)
    config = models.JSONField(
        default=dict,
        blank=True,
        help_text="Settings of the kind: assertions of an HTTP check, components or services of a status page.",
    )
    counts_for_uptime = models.BooleanField(
        default=True, help_text="Off for a partner's own status page, which is shown beside our measurement."
    )
    maintenance_approver = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="In whose name maintenance that this feed announces counts at once; empty: each waits for approval.",
    )
    interval_seconds = models.PositiveIntegerField(default=60, validators=[MinValueValidator(5)])
    retry_interval_seconds = models.PositiveIntegerField(default=20, validators=[MinValueValidator(5)])
    timeout_ms = models.PositiveIntegerField("timeout, ms", default=10_000)
    fail_threshold = models.PositiveSmallIntegerField(default=2, validators=[MinValueValidator(1)])
    recover_threshold = models.PositiveSmallIntegerField(default=2, validators=[MinValueValidator(1)])
    is_paused = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    # Heartbeats: the partner calls us with a key of which only the fingerprint is kept.
    heartbeat_fingerprint = models.CharField(max_length=64, blank=True, editable=False)
    last_beat_at = models.DateTimeField(null=True, blank=True, editable=False)

    # Schedule: due-ness lives here, never in a message.
    next_due_at = models.DateTimeField(null=True, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    lease_token = models.CharField(max_length=36, blank=True, editable=False)
    attempt = models.PositiveSmallIntegerField(default=1, editable=False)

    # Derived by the state machine; state_version is its compare-and-set counter.
    state = models.CharField(max_length=20, choices=CheckState.choices, default=CheckState.PENDING, editable=False)
    state_since = models.DateTimeField(null=True, blank=True, editable=False)
    state_version = models.PositiveIntegerField(default=0, editable=False)
    suspect_since = models.DateTimeField(null=True, blank=True, editable=False)
    bad_streak = models.PositiveIntegerField(default=0, editable=False)
    bad_streak_degraded = models.PositiveIntegerField(
        default=0, editable=False, help_text="How many of the bad streak were degraded rather than failed."
    )
    ok_streak = models.PositiveIntegerField(default=0, editable=False)
    ok_since = models.DateTimeField(null=True, blank=True, editable=False)
    monitored_from = models.DateTimeField(null=True, blank=True, editable=False)
    last_result_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_good_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When the last measurement (any outcome but error) ended."
    )
    last_outcome = models.CharField(max_length=20, blank=True, editable=False)
    last_reason = models.CharField(max_length=60, blank=True, editable=False)
    last_detail = models.CharField(max_length=300, blank=True, editable=False)
    last_latency_us = models.PositiveBigIntegerField(null=True, blank=True, editable=False)
    flapping_since = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="Since when its state changes again and again, if it does."
    )
    stale_at = models.DateTimeField(null=True, blank=True, editable=False)
    rolled_up_to = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="Uptime hours are exact up to this instant."
    )

    class Meta:
        ordering = ["integration", "name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["integration", "name"], name="healthcheck_name_unique"),
            models.UniqueConstraint(
                fields=["heartbeat_fingerprint"],
                name="healthcheck_heartbeat_unique",
                condition=~models.Q(heartbeat_fingerprint=""),
            ),
            not_blank("name", model="healthcheck"),
            not_blank("kind", model="healthcheck"),
            one_of("state", CheckState, model="healthcheck"),
            in_range("interval_seconds", 5, 86_400, model="healthcheck"),
            in_range("retry_interval_seconds", 5, 86_400, model="healthcheck"),
            in_range("timeout_ms", 50, 60_000, model="healthcheck"),
            in_range("fail_threshold", 1, 100, model="healthcheck"),
            in_range("recover_threshold", 1, 100, model="healthcheck"),
        ]
        indexes = [
            # The poller's claim: due checks in order.
            models.Index(fields=["next_due_at"], name="healthcheck_due", condition=models.Q(is_paused=False)),
            # The sweeper: checks whose results stopped coming.
            models.Index(fields=["stale_at"], name="healthcheck_stale"),
        ]

    def __str__(self) -> str:
        return f"{self.integration}: {self.name}"
