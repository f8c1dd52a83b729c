from django.conf import settings
from django.db import models

from foundation.constraints import not_blank
from operations.models import PEOPLE, BusinessCalendar


class Team(models.Model):
    """One support team that tickets are routed to."""

    name = models.CharField(max_length=120, unique=True)
    slug = models.SlugField(max_length=120, unique=True)
    lead = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="led_teams",
        limit_choices_to=PEOPLE | {"is_active": True},
    )
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="support_teams", limit_choices_to=PEOPLE
    )
    calendar = models.ForeignKey(
        BusinessCalendar,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The hours in which it is to be there, and its holidays; empty for the organisation's.",
    )
    has_auto_assignment = models.BooleanField(
        "assigns automatically", default=False, help_text="Tickets in its queue are given to agents on duty."
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["name"]
        constraints = [not_blank("name", model="team")]

    def __str__(self) -> str:
        return self.name
