from django.conf import settings
from django.db import models

from foundation.append_only import protect_table
from foundation.constraints import not_blank
from metrics.models.metric import Metric


class EnteredValue(models.Model):
    """One value of an entered metric for one day, typed in or pushed by a tool, with its evidence; append-only.

    A correction is a further row for the same day and part that supersedes the one before; the newest counts.
    """

    metric = models.ForeignKey(Metric, on_delete=models.PROTECT, related_name="entered_values")
    happened_on = models.DateField(help_text="The day the value belongs to; for a month's value any day of it.")
    happened_at = models.DateTimeField(
        editable=False, help_text="Noon of that day by the organisation's clock when it was first entered."
    )
    part = models.CharField(
        max_length=60, blank=True, help_text="What part of the whole it is, such as a region; empty for all of it."
    )
    value = models.DecimalField(max_digits=15, decimal_places=6)  # SQLite keeps 15 digits exactly.
    evidence = models.CharField(
        max_length=500, help_text="Where it comes from, in words or as a link; for a correction also why."
    )
    key = models.CharField(
        max_length=120, blank=True, help_text="What the sender calls the entry; the same one is stored once."
    )
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )

    class Meta:
        ordering = ["-happened_on", "-pk"]
        constraints = [
            not_blank("evidence", model="enteredvalue"),
            models.UniqueConstraint(
                fields=["metric", "key"], condition=~models.Q(key=""), name="enteredvalue_key_unique"
            ),
            models.UniqueConstraint(
                fields=["metric", "happened_on", "part"],
                condition=models.Q(supersedes__isnull=True),
                name="enteredvalue_first_unique",  # What follows supersedes, so that exactly one of a chain counts.
            ),
        ]
        indexes = [models.Index(fields=["happened_at"], name="enteredvalue_event")]  # The source reads by UTC bounds.

    def __str__(self) -> str:
        return f"{self.metric} {self.happened_on} {self.part}".strip()


protect_table("metrics_enteredvalue")
