from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse

from foundation.append_only import protect_table
from foundation.constraints import in_range, not_blank
from metrics.models.experiment import Experiment


class ProductEvent(models.Model):
    """A unit did something in the product at an instant; funnels and experiments read these."""

    unit = models.CharField(max_length=120)
    name = models.CharField(max_length=80)
    happened_at = models.DateTimeField()
    properties = models.JSONField(default=dict, blank=True)
    key = models.CharField(
        max_length=120, unique=True, help_text="What the sender calls the row; the same one is stored once."
    )

    class Meta:
        ordering = ["-pk"]
        constraints = [
            not_blank("unit", model="productevent"),
            not_blank("name", model="productevent"),
            not_blank("key", model="productevent"),
        ]
        indexes = [
            models.Index(fields=["name", "unit", "happened_at"], name="productevent_of_unit"),
            models.Index(fields=["name", "happened_at"], name="productevent_event"),
        ]

    def __str__(self) -> str:
        return f"{self.unit}: {self.name}"


class Funnel(models.Model):
    """Steps that units take one after the other within a window from the first; per arm with an experiment."""

    key = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    steps = models.JSONField(help_text="Names of product events in order, two to ten.")
    window_seconds = models.PositiveIntegerField(
        default=14 * 86_400,
        validators=[MinValueValidator(1), MaxValueValidator(366 * 86_400)],
        help_text="How long after the first step the others count.",
    )
    experiment = models.ForeignKey(Experiment, on_delete=models.PROTECT, null=True, blank=True, related_name="funnels")
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["name", "key"]
        constraints = [
            not_blank("name", model="funnel"),
            in_range("window_seconds", 1, 366 * 86_400, model="funnel"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The funnel's page."""
        return reverse("experiments:funnel", args=[self.key])


protect_table("metrics_productevent", deletes=False)
