from django.conf import settings
from django.db import models

from foundation.constraints import not_blank


class SavedView(models.Model):
    """A question to the ticket queue that somebody keeps: its filters by the names that they have in the URL."""

    name = models.CharField(max_length=60)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="saved_views")
    filters = models.JSONField(default=dict, blank=True)
    is_shared = models.BooleanField(default=False, help_text="For everybody who sees tickets; else for its owner only.")
    is_pinned = models.BooleanField(default=True, help_text="A tab above the queue, with its count.")
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            not_blank("name", model="savedview"),
            models.UniqueConstraint(
                fields=["owner", "name"],
                name="savedview_name_unique",
                violation_error_message="You have a view of this name.",
            ),
        ]

    def __str__(self) -> str:
        return self.name
