from django.db import models

from foundation.append_only import protect_table
from foundation.constraints import not_blank
from metrics.models.experiment import Experiment, ExperimentArm


class Assignment(models.Model):
    """The arm a unit was assigned to; it follows from the experiment's salt and never changes."""

    experiment = models.ForeignKey(Experiment, on_delete=models.PROTECT, related_name="+", db_index=False)
    unit = models.CharField(max_length=120)
    arm = models.ForeignKey(ExperimentArm, on_delete=models.PROTECT, related_name="+")
    assigned_at = models.DateTimeField()

    class Meta:
        ordering = ["experiment", "-pk"]
        constraints = [
            not_blank("unit", model="assignment"),
            models.UniqueConstraint(fields=["experiment", "unit"], name="assignment_unit_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.unit}: {self.arm}"


class Exposure(models.Model):
    """A unit saw an arm at an instant; the first counts, and a unit that saw two arms is excluded."""

    experiment = models.ForeignKey(Experiment, on_delete=models.PROTECT, related_name="+", db_index=False)
    unit = models.CharField(max_length=120)
    arm = models.ForeignKey(ExperimentArm, on_delete=models.PROTECT, related_name="+", db_index=False)
    exposed_at = models.DateTimeField()
    key = models.CharField(max_length=120, help_text="What the sender calls the row; the same one is stored once.")

    class Meta:
        ordering = ["experiment", "-pk"]
        constraints = [
            not_blank("unit", model="exposure"),
            not_blank("key", model="exposure"),
            models.UniqueConstraint(fields=["experiment", "key"], name="exposure_key_unique"),
        ]
        indexes = [models.Index(fields=["experiment", "unit", "arm", "exposed_at"], name="exposure_of_unit")]

    def __str__(self) -> str:
        return f"{self.unit}: {self.arm}"


class UnitOutcome(models.Model):
    """What a unit did or was worth at an instant, told for one experiment; a ratio also has a denominator."""

    experiment = models.ForeignKey(Experiment, on_delete=models.PROTECT, related_name="+", db_index=False)
    unit = models.CharField(max_length=120)
    name = models.CharField(max_length=80)
    value = models.FloatField(default=1)
    denominator = models.FloatField(null=True, blank=True)
    happened_at = models.DateTimeField()
    key = models.CharField(max_length=120, help_text="What the sender calls the row; the same one is stored once.")

    class Meta:
        ordering = ["experiment", "-pk"]
        constraints = [
            not_blank("unit", model="unitoutcome"),
            not_blank("name", model="unitoutcome"),
            not_blank("key", model="unitoutcome"),
            models.UniqueConstraint(fields=["experiment", "key"], name="unitoutcome_key_unique"),
        ]
        indexes = [
            models.Index(fields=["experiment", "name", "unit", "happened_at"], name="unitoutcome_of_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.unit}: {self.name}"


protect_table("metrics_assignment", deletes=False)
protect_table("metrics_exposure", deletes=False)
protect_table("metrics_unitoutcome", deletes=False)
