from django.db import models
from django.db.models import Q

from foundation.constraints import not_blank
from partnerships.models.partner import Partner


class PartnerContact(models.Model):
    """One person at a partner whom we talk to; one who left stays, with the day."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="contacts")
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=120, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=60, blank=True)
    is_primary = models.BooleanField(default=False)
    notes = models.TextField(blank=True, max_length=5_000)
    left_on = models.DateField(null=True, blank=True, help_text="The last day with the partner; empty while there.")
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["partner", "-is_primary", "name", "pk"]
        constraints = [
            not_blank("name", model="partnercontact"),
            models.UniqueConstraint(
                fields=["partner"],
                condition=Q(is_primary=True),
                name="partnercontact_one_primary",
                violation_error_message="The partner has a primary contact already.",
            ),
            models.CheckConstraint(
                name="partnercontact_primary_is_there",
                condition=Q(is_primary=False) | Q(left_on__isnull=True),
                violation_error_message="Who left is nobody's primary contact.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.partner}"
