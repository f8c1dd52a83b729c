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
    ROLLING = "rolling", "none", "Rolling days"
    ALL = "all", "none", "Whole history"


class DayCell(models.Model):
    """What one organisation day contributes to one metric version: numbers that merge exactly into any period.

    Versions whose rows fold alike (a median and a 90th percentile, say) share their cells; `version` is the oldest one.
    Each kind uses the columns it needs: `n` rows, `total` and `denominator` whole numbers in the measure's base unit,
    `data` the day's sorted values (percentiles) or histogram.
    """

    version = models.ForeignKey(MetricVersion, on_delete=models.PROTECT, related_name="+")
    segment = models.CharField(max_length=200, blank=True)
    day = models.DateField()
    n = models.BigIntegerField()
    total = models.BigIntegerField(default=0)
    denominator = models.BigIntegerField(default=0)
    data = models.BinaryField(default=b"")

    class Meta:
        ordering = ["version", "segment", "day"]
        constraints = [models.UniqueConstraint(fields=["version", "segment", "day"], name="daycell_unique")]

    def __str__(self) -> str:
        return f"{self.version_id} {self.segment} {self.day}"


class MonthCell(models.Model):
    """What one calendar month contributes, made of its day cells: quarters, years and the whole history are made of it.

    `data` is a merged histogram. For percentiles the month's sorted values lie in column blocks; `blocks` says which,
    from which value on and how many each holds, and `hashes` what they held when written.
    """

    version = models.ForeignKey(MetricVersion, on_delete=models.PROTECT, related_name="+")
    segment = models.CharField(max_length=200, blank=True)
    month = models.DateField(help_text="Its first day.")
    n = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    denominator = models.BigIntegerField(default=0)
    data = models.BinaryField(default=b"")
    blocks = models.BinaryField(default=b"")
    hashes = models.BinaryField(default=b"")

    class Meta:
        ordering = ["version", "segment", "month"]
        constraints = [models.UniqueConstraint(fields=["version", "segment", "month"], name="monthcell_unique")]

    def __str__(self) -> str:
        return f"{self.version_id} {self.segment} {self.month:%Y-%m}"


class ColumnBlock(models.Model):
    """Neighbouring values of one month's sorted column, never changed: a block that would change is replaced."""

    cell = models.ForeignKey(MonthCell, on_delete=models.PROTECT, related_name="+")
    data = models.BinaryField()

    class Meta:
        ordering = ["cell", "pk"]

    def __str__(self) -> str:
        return f"{self.cell_id} {self.pk}"


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
    edits = models.BigIntegerField(default=0, db_default=0, help_text="How many row changes stand behind the change.")

    class Meta:
        ordering = ["version", "segment", "grain", "start", "computed_at", "pk"]
        indexes = [
            models.Index(fields=["version", "segment", "grain", "start", "computed_at"], name="valuerevision_as_of"),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.grain} {self.start} {self.computed_at:%Y-%m-%d %H:%M}"


protect_table("metrics_valuerevision")
