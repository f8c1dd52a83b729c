from django.db import models


class DirtyMark(models.Model):
    """One UTC hour of one source whose rows changed; written by triggers in the changing transaction.

    `utc_hour` counts hours since 1970-01-01 00:00 UTC. On PostgreSQL marks only ever append; on SQLite, where writers
    are alone, a waiting mark for the same hour is not written again.
    """

    source = models.CharField(max_length=80)
    utc_hour = models.BigIntegerField()
    attempts = models.PositiveIntegerField(default=0, db_default=0)
    not_before = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True, default="", db_default="")
    created_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        ordering = ["source", "utc_hour", "pk"]
        indexes = [models.Index(fields=["source", "utc_hour"], name="dirtymark_claim")]  # The worker's claim.

    def __str__(self) -> str:
        return f"{self.source} {self.utc_hour}"


class SourceRun(models.Model):
    """When one source's marks were last recomputed, for its refresh interval and the data health page."""

    source = models.CharField(max_length=80, unique=True)
    finished_at = models.DateTimeField()
    days = models.PositiveIntegerField(default=0)
    marks = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0)

    class Meta:
        ordering = ["source"]

    def __str__(self) -> str:
        return self.source
