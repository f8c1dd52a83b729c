from django.db import models

from foundation.constraints import in_range, ordered
from partnerships.models.slo import SLO

WHOLE = 1_000_000
LEAST = -2_000_000_000


class SLODay(models.Model):
    """How one version of an objective stood on one day of the organisation: what metrics of objectives are made of.

    The last judgement of the day counts. A day on which nothing was counted, or all was paused, has no row.
    """

    slo = models.ForeignKey(SLO, on_delete=models.PROTECT, related_name="days")
    day_on = models.DateField()
    begun_at = models.DateTimeField(help_text="When it was first judged that day.")
    judged_at = models.DateTimeField()
    left_millionths = models.IntegerField(
        help_text="Share of the budget left, in millionths, rounded down; negative where more was lost than granted."
    )

    class Meta:
        verbose_name = "SLO day"
        ordering = ["-day_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["slo", "day_on"], name="sloday_unique"),
            ordered("begun_at", "judged_at", model="sloday", strict=False),
            in_range("left_millionths", LEAST, WHOLE, model="sloday"),
        ]
        indexes = [
            # Metrics read stretches of time.
            models.Index(fields=["begun_at"], name="sloday_begun"),
        ]

    def __str__(self) -> str:
        return f"{self.slo}, {self.day_on}"

    @property
    def is_met(self) -> bool:
        """Whether no more was lost than granted."""
        return self.left_millionths >= 0
