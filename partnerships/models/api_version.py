from django.db import models

from foundation.constraints import not_blank, one_of, ordered
from foundation.states import TonedChoices
from partnerships.models.integration import Integration
from partnerships.models.partner import Partner


class ApiVersionSource(TonedChoices):
    HAND = "hand", "none", "Entered"
    PROBE = "probe", "none", "Noticed by a probe"


class ApiVersion(models.Model):
    """One version of a partner's API, with the days on which it comes, is discouraged and goes."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="api_versions")
    name = models.CharField(max_length=120)
    released_on = models.DateField(null=True, blank=True)
    deprecated_on = models.DateField(null=True, blank=True)
    sunset_on = models.DateField(null=True, blank=True, help_text="The day from which it may no longer answer.")
    source = models.CharField(
        max_length=10, choices=ApiVersionSource.choices, default=ApiVersionSource.HAND, editable=False
    )
    link = models.CharField(max_length=500, blank=True, help_text="Where the partner announces it.")
    evidence = models.CharField(max_length=300, blank=True, editable=False, help_text="Which check saw which header.")
    noticed_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["partner", "name"]
        constraints = [
            models.UniqueConstraint(fields=["partner", "name"], name="apiversion_name_unique"),
            not_blank("name", model="apiversion"),
            one_of("source", ApiVersionSource, model="apiversion"),
            ordered("released_on", "sunset_on", model="apiversion"),
        ]
        indexes = [models.Index(fields=["sunset_on"], name="apiversion_sunset")]

    def __str__(self) -> str:
        return f"{self.partner} {self.name}"


class ApiVersionUse(models.Model):
    """That one integration calls one version of its partner's API."""

    integration = models.ForeignKey(Integration, on_delete=models.PROTECT, related_name="api_uses")
    api_version = models.ForeignKey(ApiVersion, on_delete=models.PROTECT, related_name="uses")

    class Meta:
        ordering = ["integration", "api_version"]
        constraints = [models.UniqueConstraint(fields=["integration", "api_version"], name="apiversionuse_unique")]

    def __str__(self) -> str:
        return f"{self.integration}: {self.api_version}"
