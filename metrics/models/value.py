from django.db import models

from foundation.append_only import protect_table
from foundation.constraints import one_of
from foundation.states import TonedChoices
from metrics.models.metric import MetricVersion


class Grain(TonedChoices):
    DAY = "day", "none", "Day"
    WEEK = "week", "none", "Week"
    MONTH = "month", "none", "Month"
    QUARTER = "quarter", "none", "Quarter"
    YEAR = "year", "none", "Year"
    ALL = "all", "none", "Whole history"


class DayCell(models.Model):
    """What one organisation day contributes to one metric version: numbers that merge exactly into any period.

    Each kind uses the columns it needs: `n` rows, `total` and `denominator` whole numbers in the measure's base unit,
    `data` the day's sorted values (percentiles) or histogram.
    """

    version = models.ForeignKey(MetricVersion, on_delete=models.PROTECT, related_name="+")
    segment = models.CharField(max_length=200, blank=True)
    day = models.DateField()
    n = models.BigIntegerField()
    total = models.DecimalField(max_digits=38, decimal_places=0, default=0)
    denominator = models.DecimalField(max_digits=38, decimal_places=0, default=0)
    data = models.BinaryField(default=b"")

    class Meta:
        ordering = ["version", "segment", "day"]
        constraints = [models.UniqueConstraint(fields=["version", "segment", "day"], name="daycell_unique")]

    def __str__(self) -> str:
        return f"{self.version_id} {self.segment} {self.day}"


class PeriodValue(models.Model):
    """The value of one metric version over one period, as the pages and the API read it; no value is no data."""

    version = models.ForeignKey(MetricVersion, on_delete=models.PROTECT, related_name="values")
    segment = models.CharField(max_length=200, blank=True)
    grain = models.CharField(max_length=10, choices=Grain.choices)
    start = models.DateField(help_text="First day of the period; 1970-01-01 for the whole history.")
    value = models.FloatField(null=True)
    n = models.BigIntegerField(default=0)
    computed_at = models.DateTimeField()
    restated_at = models.DateTimeField(
        null=True, blank=True, help_text="When the value last changed after the period had been complete."
    )

    class Meta:
        ordering = ["version", "segment", "grain", "start"]
        constraints = [
            models.UniqueConstraint(fields=["version", "segment", "grain", "start"], name="periodvalue_unique"),
            one_of("grain", Grain, model="periodvalue"),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.grain} {self.start}"


class ValueRevision(models.Model):
    """One value a period had, appended whenever it changed; as of T it is the last with computed_at ≤ T."""

    version = models.ForeignKey(MetricVersion, on_delete=models.PROTECT, related_name="revisions")
    segment = models.CharField(max_length=200, blank=True)
    grain = models.CharField(max_length=10, choices=Grain.choices)
    start = models.DateField()
    value = models.FloatField(null=True)
    n = models.BigIntegerField(default=0)
    computed_at = models.DateTimeField()
    cause = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ["version", "segment", "grain", "start", "computed_at", "pk"]
        indexes = [
            models.Index(fields=["version", "segment", "grain", "start", "computed_at"], name="valuerevision_as_of"),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.grain} {self.start} {self.computed_at:%Y-%m-%d %H:%M}"


protect_table("metrics_valuerevision")
