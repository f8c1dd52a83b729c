from django.db import models

from foundation.constraints import in_range


class Lane(models.IntegerChoices):
    ROWS = 0, "Changed rows"
    BACKFILL = 1, "Backfill"


class DirtyMark(models.Model):
    """One UTC hour of one source whose rows changed; written by triggers in the changing transaction.

    `utc_hour` counts hours since 1970-01-01 00:00 UTC. On PostgreSQL marks only ever append; on SQLite, where writers
    are alone, a waiting mark for the same hour is not written again but counts on. `edits` is how many row changes
    stand behind the mark. Marks of the backfill lane, asked for by people and installations, wait for all others.
    """

    source = models.CharField(max_length=80)
    utc_hour = models.BigIntegerField()
    lane = models.PositiveSmallIntegerField(choices=Lane.choices, default=Lane.ROWS, db_default=Lane.ROWS)
    edits = models.BigIntegerField(default=0, db_default=0)
    attempts = models.PositiveIntegerField(default=0, db_default=0)
    not_before = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True, default="", db_default="")
    created_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        ordering = ["source", "utc_hour", "pk"]
        constraints = [in_range("lane", Lane.ROWS, Lane.BACKFILL, model="dirtymark")]
        indexes = [models.Index(fields=["source", "utc_hour"], name="dirtymark_claim")]  # The worker's claim.

    def __str__(self) -> str:
        return f"{self.source} {self.utc_hour}"


class SourceRun(models.Model):
    """When one source's marks were last recomputed, for its refresh interval and the data health page.

    `followed_at` is until when its rows that had not ended have been followed: durations that still run end there, so
    that they say the same whenever they are read.
    """

    source = models.CharField(max_length=80, unique=True)
    finished_at = models.DateTimeField()
    days = models.PositiveIntegerField(default=0)
    marks = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0)
    followed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["source"]

    def __str__(self) -> str:
        return self.source
