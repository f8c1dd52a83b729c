from datetime import datetime, timedelta

from django.db import models

from foundation.constraints import in_range, not_blank, one_open, ordered
from partnerships.ledger.quotas import forecast_exhaustion, headroom, probing_share
from partnerships.models.integration import Integration


class QuotaWindow(models.Model):
    """One allowance of requests between two resets, as the answers to our probes told it; the open one is the present.

    `rate_from_*` is where the present run of use began: the start, or the last time that the remainder rose.
    """

    integration = models.ForeignKey(Integration, on_delete=models.PROTECT, related_name="quota_windows")
    resource = models.CharField(max_length=60)
    limit = models.PositiveBigIntegerField(null=True, blank=True)
    remaining = models.PositiveBigIntegerField()
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    resets_at = models.DateTimeField(null=True, blank=True)
    window_seconds = models.PositiveIntegerField(null=True, blank=True)
    rate_from_at = models.DateTimeField()
    rate_from_remaining = models.PositiveBigIntegerField()
    probes = models.PositiveIntegerField(default=1, help_text="How many of our own probes told of it.")
    told_low_at = models.DateTimeField(null=True, blank=True)
    told_critical_at = models.DateTimeField(null=True, blank=True)
    told_forecast_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-began_at", "-pk"]
        constraints = [
            not_blank("resource", model="quotawindow"),
            one_open(["integration", "resource"], model="quotawindow"),
            ordered("began_at", "seen_at", model="quotawindow", strict=False),
            ordered("began_at", "ended_at", model="quotawindow", strict=False),
            in_range("probes", 1, None, model="quotawindow"),
        ]

    def __str__(self) -> str:
        return f"{self.integration}: {self.resource}"

    @property
    def headroom_ratio(self) -> float | None:
        """The share that is left, 0 to 1."""
        return headroom(limit=self.limit, remaining=self.remaining)

    @property
    def exhausts_at(self) -> datetime | None:
        """When nothing is left at the present rate; None where that is after the reset, or nothing is used."""
        at = forecast_exhaustion(
            remaining=self.remaining,
            seen_at=self.seen_at,
            began_remaining=self.rate_from_remaining,
            began_at=self.rate_from_at,
        )
        return None if at is None or (self.resets_at is not None and at >= self.resets_at) else at

    @property
    def probing_ratio(self) -> float | None:
        """The share of the allowance that our probes use."""
        elapsed: timedelta = self.seen_at - self.began_at
        return probing_share(probes=self.probes, elapsed=elapsed, window_seconds=self.window_seconds, limit=self.limit)
