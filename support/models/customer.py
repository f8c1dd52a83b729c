from django.db import models
from django.db.models.functions import Lower

from foundation.constraints import in_range, not_blank

MAX_MINOR = 10**15
"""More than any customer pays; sums of many stay within 64 bits."""


class Customer(models.Model):
    """One person or company that asks for help."""

    name = models.CharField(max_length=200)
    email = models.EmailField(blank=True)
    external_id = models.CharField(max_length=120, blank=True)
    segment = models.CharField(max_length=60, blank=True)
    tier = models.CharField(max_length=60, blank=True, help_text="What they pay for, such as gold; promises go by it.")
    city = models.CharField(max_length=120, blank=True)
    product = models.CharField(
        max_length=120, blank=True, help_text="What they mostly use; their tickets start with it."
    )
    integration = models.SlugField(
        max_length=120, blank=True, help_text="The integration that they mostly use, by its slug."
    )
    is_vip = models.BooleanField("very important", default=False)
    guidance = models.TextField(
        blank=True,
        editable=False,
        max_length=2000,
        help_text="How to treat a tough customer: what the COO wants whoever helps them to know.",
    )
    joined_at = models.DateTimeField(
        null=True, blank=True, help_text="When they came to us: their first contact. Empty where nobody knows."
    )
    yearly_revenue_minor = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="What they pay a year, in the smallest unit of the organisation's currency."
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["name", "pk"]
        permissions = [("guide_customer", "Can say how a tough customer is treated")]
        constraints = [
            not_blank("name", model="customer"),
            in_range("yearly_revenue_minor", 0, MAX_MINOR, model="customer"),
            models.UniqueConstraint(
                fields=["external_id"], condition=~models.Q(external_id=""), name="customer_external_id_unique"
            ),
        ]
        indexes = [models.Index(Lower("email"), name="customer_email")]  # Whose mail it is that comes.

    def __str__(self) -> str:
        return self.name

    @property
    def is_tough(self) -> bool:
        """Whether there is guidance for whoever helps them."""
        return bool(self.guidance)
