from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from foundation.constraints import one_of
from foundation.states import TonedChoices
from operations.models import PlaybookRun
from partnerships.models.integration import Integration
from partnerships.models.partner import Partner


class LaunchKind(TonedChoices):
    ROLLOUT = "rollout", "none", "Integration rollout"
    MARKETING = "marketing", "none", "Partnership marketing"


class Launch(models.Model):
    """One rollout of an integration, or one joint launch with a partner, carried out by the run of a playbook."""

    kind = models.CharField(max_length=20, choices=LaunchKind.choices)
    integration = models.ForeignKey(
        Integration, on_delete=models.PROTECT, null=True, blank=True, related_name="launches"
    )
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, null=True, blank=True, related_name="launches")
    run = models.OneToOneField(PlaybookRun, on_delete=models.PROTECT, related_name="launch")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name_plural = "launches"
        constraints = [
            one_of("kind", LaunchKind, model="launch"),
            models.CheckConstraint(
                name="launch_of_something",
                condition=Q(integration__isnull=False) | Q(partner__isnull=False),
                violation_error_message="A launch is of an integration or with a partner.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("launches:launch", kwargs={"pk": self.pk})
