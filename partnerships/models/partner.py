from django.conf import settings
from django.db import models

from foundation.constraints import not_blank, one_of
from foundation.states import TonedChoices


class PartnerStatus(TonedChoices):
    PROSPECT = "prospect", "open", "Prospect"
    ACTIVE = "active", "good", "Active"
    PAUSED = "paused", "none", "Paused"
    ENDED = "ended", "none", "Ended"


class Partner(models.Model):
    """One app provider that we integrate with, such as Asana, Slack or GitHub."""

    name = models.CharField(max_length=120, unique=True)
    slug = models.SlugField(max_length=120, unique=True)
    status = models.CharField(max_length=20, choices=PartnerStatus.choices, default=PartnerStatus.ACTIVE)
    website = models.URLField(blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="partners"
    )
    notes = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["name"]
        constraints = [not_blank("name", model="partner"), one_of("status", PartnerStatus, model="partner")]

    def __str__(self) -> str:
        return self.name
