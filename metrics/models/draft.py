from django.conf import settings
from django.db import models
from django.db.models import F, Q

from foundation.constraints import in_range, not_blank, one_of, one_open, paired
from foundation.states import TonedChoices
from metrics.models.metric import Kind, Metric, MetricVersion


class DraftState(TonedChoices):
    OPEN = "open", "open", "Open"
    APPROVED = "approved", "good", "Approved"
    REJECTED = "rejected", "bad", "Rejected"
    WITHDRAWN = "withdrawn", "none", "Withdrawn"


ROLLING_DAYS = (2, 366)
_JUDGED = Q(state__in=[DraftState.APPROVED.value, DraftState.REJECTED.value])


class MetricDraft(models.Model):
    """A definition that somebody proposes for a metric, until somebody else approves or rejects it.

    An approved draft has become the immutable version it names as its `definition`. A retroactive one replaces the
    values of all periods; else the series keeps the older version's values before it and shows a break.
    """

    metric = models.ForeignKey(Metric, on_delete=models.PROTECT, related_name="drafts")
    kind = models.CharField(max_length=30, choices=Kind.choices)
    source = models.CharField(max_length=80)
    formula = models.JSONField(default=dict, blank=True)
    dimensions = models.JSONField(default=list, blank=True, help_text="Dimensions whose segments are kept as well.")
    rolling_days = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Also a value over the last so many days, for every day; empty for none."
    )
    is_retroactive = models.BooleanField(
        "restate all history",
        default=False,
        help_text="The new values replace those of all earlier periods. Without it the chart shows a break.",
    )
    reason = models.CharField(max_length=300, help_text="Why the definition is needed or changes; shown with it.")
    state = models.CharField(max_length=10, choices=DraftState.choices, default=DraftState.OPEN, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False)
    created_at = models.DateTimeField(editable=False)
    edited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False)
    edited_at = models.DateTimeField(editable=False)
    authors = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+", editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)
    decision_note = models.CharField(max_length=300, blank=True, editable=False)
    definition = models.OneToOneField(
        MetricVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="draft", editable=False
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["-created_at", "-pk"]
        permissions = [("approve_metricdraft", "Can approve and reject metric drafts of others")]
        constraints = [
            one_of("kind", Kind, model="metricdraft"),
            one_of("state", DraftState, model="metricdraft"),
            not_blank("source", model="metricdraft"),
            not_blank("reason", model="metricdraft"),
            in_range("rolling_days", *ROLLING_DAYS, model="metricdraft"),
            paired("decided_by", "decided_at", model="metricdraft"),
            one_open(["metric"], model="metricdraft", end="decided_at"),
            models.CheckConstraint(
                name="metricdraft_open_is_undecided",
                condition=Q(state=DraftState.OPEN.value, decided_at__isnull=True)
                | (~Q(state=DraftState.OPEN.value) & Q(decided_at__isnull=False)),
                violation_error_message="Exactly the open drafts have no decision.",
            ),
            models.CheckConstraint(
                name="metricdraft_judged_by_another",
                condition=~_JUDGED | (~Q(decided_by=F("created_by")) & ~Q(decided_by=F("edited_by"))),
                violation_error_message="Somebody who did not write the draft approves or rejects it.",
            ),
            models.CheckConstraint(
                name="metricdraft_approved_has_definition",
                condition=Q(state=DraftState.APPROVED.value, definition__isnull=False)
                | (~Q(state=DraftState.APPROVED.value) & Q(definition__isnull=True)),
                violation_error_message="Exactly the approved drafts have become a version.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.metric}, draft of {self.created_at:%Y-%m-%d}"

    @property
    def is_open(self) -> bool:
        return self.state == DraftState.OPEN
