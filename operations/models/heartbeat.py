from django.db import models


class Heartbeat(models.Model):
    """The last sign of life of one background part, such as the scheduler."""

    name = models.CharField(max_length=60, unique=True)
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
