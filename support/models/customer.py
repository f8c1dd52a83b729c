from django.db import models

from foundation.constraints import not_blank


class Customer(models.Model):
    """One person or company that asks for help."""

    name = models.CharField(max_length=200)
    email = models.EmailField(blank=True)
    external_id = models.CharField(max_length=120, blank=True)
    segment = models.CharField(max_length=60, blank=True)
    joined_at = models.DateTimeField(
        null=True, blank=True, help_text="When they came to us: their first contact. Empty where nobody knows."
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            not_blank("name", model="customer"),
            models.UniqueConstraint(
                fields=["external_id"], condition=~models.Q(external_id=""), name="customer_external_id_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.name
