from django.conf import settings
from django.db import models

from foundation.append_only import protect_table


class PeriodClose(models.Model):
    """One calendar month that was closed: reports show its values as they were then, and later changes beside them.

    Its frozen values are those of the revisions up to `revisions_to`. Append-only, and there is no reopening: what
    changes afterwards is a restatement.
    """

    month = models.DateField(unique=True, help_text="The month's first day.")
    note = models.CharField(max_length=300, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False)
    closed_at = models.DateTimeField(editable=False)
    revisions_to = models.PositiveBigIntegerField(
        editable=False, help_text="The last revision that counts; a clock alone would let late writes in."
    )

    class Meta:
        ordering = ["-month"]
        constraints = [
            models.CheckConstraint(
                name="periodclose_month_is_first_day",
                condition=models.Q(month__day=1),
                violation_error_message="month must be the first day of a month.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%B %Y}"


protect_table("metrics_periodclose")
