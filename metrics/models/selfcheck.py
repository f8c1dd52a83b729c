from django.db import models

from foundation.append_only import protect_table
from foundation.constraints import not_blank


class SelfCheck(models.Model):
    """One comparison of stored numbers with the rows they are made of: what was looked at and what differed.

    `days` are the sampled days of each calendar; `differences` lists at most a hundred, each with its day.
    """

    source = models.CharField(max_length=80)
    ran_at = models.DateTimeField()
    days = models.JSONField(default=list, blank=True)
    days_checked = models.PositiveIntegerField(default=0)
    values_checked = models.PositiveIntegerField(default=0)
    is_equal = models.BooleanField()
    differences = models.JSONField(default=list, blank=True)
    seconds = models.FloatField(default=0)

    class Meta:
        ordering = ["-ran_at", "-pk"]
        constraints = [not_blank("source", model="selfcheck")]
        indexes = [models.Index(fields=["source", "-ran_at"], name="selfcheck_last")]  # The last one of a source.

    def __str__(self) -> str:
        return f"{self.source} {self.ran_at:%Y-%m-%d %H:%M}"


protect_table("metrics_selfcheck", deletes=False)
