import uuid

from django.conf import settings
from django.db import models
from django.urls import reverse

from foundation.append_only import protect_table
from foundation.constraints import one_of
from foundation.states import TonedChoices


class ReportKind(TonedChoices):
    SCORECARD = "scorecard", "none", "Scorecard"
    METRIC = "metric", "none", "Metric"


class Report(models.Model):
    """One document of values as they were believed at `as_of`, kept byte for byte; append-only.

    `content` is canonical JSON (sorted keys, UTF-8, one line); `sha256` is its digest. `params` hold everything else
    that the document is derived from, so that it can be derived again.
    """

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=20, choices=ReportKind.choices)
    params = models.JSONField(default=dict, blank=True)
    as_of = models.DateTimeField()
    revisions_to = models.PositiveBigIntegerField(editable=False, help_text="The last revision that counts.")
    content = models.BinaryField(editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    created_at = models.DateTimeField(editable=False)

    class Meta:
        ordering = ["-pk"]
        constraints = [one_of("kind", ReportKind, model="report")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} as of {self.as_of:%Y-%m-%d %H:%M}"

    def get_absolute_url(self) -> str:
        return reverse("metrics:report", kwargs={"uuid": self.uuid})


protect_table("metrics_report")
