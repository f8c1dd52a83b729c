from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models

from foundation.constraints import not_blank, one_of
from foundation.states import TonedChoices
from metrics.models.bounds import DAYS
from metrics.models.metric import Metric


class AnnotationKind(TonedChoices):
    NOTE = "note", "none", "Note"
    DEFINITION = "definition", "none", "Definition"
    REBASE = "rebase", "none", "Limits rebased"
    INCIDENT = "incident", "bad", "Incident"
    INITIATIVE = "initiative", "good", "Initiative"
    PROCESS = "process", "none", "Process change"


class Annotation(models.Model):
    """Something that happened on a day and may explain a metric: typed in, or made by the system.

    Without a metric it concerns the whole company and is shown on every chart. `key` makes what the system writes
    repeatable: the same key is never written twice.
    """

    metric = models.ForeignKey(Metric, on_delete=models.PROTECT, null=True, blank=True, related_name="annotations")
    kind = models.CharField(max_length=20, choices=AnnotationKind.choices, default=AnnotationKind.NOTE)
    happened_on = models.DateField(validators=DAYS, help_text="The day it happened, in the organisation's time zone.")
    text = models.CharField(max_length=300)
    url = models.CharField(
        max_length=300,
        blank=True,
        validators=[RegexValidator(r"^(/(?!/)|https?://)\S*$", "Give a path of this site or an https address.")],
        help_text="Where to read more; a path of this site or https.",
    )
    key = models.CharField(max_length=120, blank=True, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    made_at = models.DateTimeField(editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["-happened_on", "-pk"]
        constraints = [
            one_of("kind", AnnotationKind, model="annotation"),
            not_blank("text", model="annotation"),
            models.UniqueConstraint(fields=["key"], condition=~models.Q(key=""), name="annotation_key_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.happened_on}: {self.text}"
