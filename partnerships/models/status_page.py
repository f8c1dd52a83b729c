from django.db import models
from django.db.models import Q

from foundation.constraints import not_blank
from partnerships.models.integration import Integration


class StatusPage(models.Model):
    """One page that tells everybody how the chosen integrations are; at most one is published at a time."""

    title = models.CharField(max_length=120)
    description = models.CharField(max_length=300, blank=True, help_text="Below the title, for all to read.")
    is_published = models.BooleanField(default=False, help_text="Whether anybody may read it without signing in.")
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["pk"]
        constraints = [
            not_blank("title", model="statuspage"),
            models.UniqueConstraint(
                fields=["is_published"],
                condition=Q(is_published=True),
                name="statuspage_one_published",
                violation_error_message="Another page is published already.",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class StatusComponent(models.Model):
    """One integration on one status page, under the name that customers know it by."""

    page = models.ForeignKey(StatusPage, on_delete=models.PROTECT, related_name="components")
    integration = models.ForeignKey(Integration, on_delete=models.PROTECT, related_name="status_components")
    public_name = models.CharField(max_length=120)
    group = models.CharField(max_length=120, blank=True, help_text="The heading it stands under.")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["page", "position", "pk"]
        constraints = [
            not_blank("public_name", model="statuscomponent"),
            models.UniqueConstraint(fields=["page", "integration"], name="statuscomponent_once_a_page"),
        ]

    def __str__(self) -> str:
        return self.public_name
