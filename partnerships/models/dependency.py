from django.conf import settings
from django.db import models

from partnerships.models.check import HealthCheck
from partnerships.models.integration import Integration


class Dependency(models.Model):
    """One integration that cannot work while a check of another one is down: its alerts are then suppressed."""

    integration = models.ForeignKey(Integration, on_delete=models.PROTECT, related_name="dependencies")
    upstream = models.ForeignKey(
        HealthCheck, on_delete=models.PROTECT, related_name="dependants", help_text="A check of another integration."
    )
    reason = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name_plural = "dependencies"
        ordering = ["integration", "upstream"]
        constraints = [
            models.UniqueConstraint(fields=["integration", "upstream"], name="dependency_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.integration} depends on {self.upstream}"
