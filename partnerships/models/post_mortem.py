from django.conf import settings
from django.db import models
from django.db.models import Q

from foundation.append_only import protect_table
from foundation.constraints import not_blank, one_of, paired
from foundation.states import TonedChoices
from partnerships.models.incident import Incident


class PostMortem(models.Model):
    """What was learnt from one incident; its timeline is the incident's own."""

    incident = models.OneToOneField(Incident, on_delete=models.PROTECT, related_name="post_mortem")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="post_mortems"
    )
    impact = models.TextField(blank=True, help_text="Who could not do what, and how many.")
    detection = models.TextField(blank=True, help_text="How it was noticed, and what would have noticed it earlier.")
    went_well = models.TextField(blank=True)
    due_at = models.DateTimeField(help_text="The close of the fifth working day after the incident was resolved.")
    finished_at = models.DateTimeField(null=True, blank=True)
    finished_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["due_at", "pk"]
        constraints = [paired("finished_at", "finished_by", model="postmortem")]

    def __str__(self) -> str:
        return f"Post-mortem of incident {self.incident_id}"


class CauseCategory(TonedChoices):
    CHANGE = "change", "none", "Change"
    CAPACITY = "capacity", "none", "Capacity"
    DEPENDENCY = "dependency", "none", "Dependency"
    CONFIGURATION = "configuration", "none", "Configuration"
    PROCESS = "process", "none", "Process"
    PEOPLE = "people", "none", "People"
    DETECTION = "detection", "none", "Detection"


class ContributingCause(models.Model):
    """One thing without which the incident would not have been, or not been so bad. Append-only.

    Two incidents share a cause where category and name agree, but for case.
    """

    post_mortem = models.ForeignKey(PostMortem, on_delete=models.PROTECT, related_name="causes")
    category = models.CharField(max_length=20, choices=CauseCategory.choices)
    name = models.CharField(max_length=120, help_text="In two or three words, the same for the same cause.")
    key = models.CharField(max_length=120, editable=False, help_text="The name without case and outer space.")
    text = models.TextField(blank=True, help_text="Why, and why that.")
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["post_mortem", "added_at", "pk"]
        constraints = [
            one_of("category", CauseCategory, model="contributingcause"),
            not_blank("name", model="contributingcause"),
            models.UniqueConstraint(fields=["post_mortem", "category", "key"], name="contributingcause_unique"),
        ]
        indexes = [models.Index(fields=["category", "key"], name="contributingcause_shared")]  # Causes that come again.

    def __str__(self) -> str:
        return self.name


protect_table("partnerships_contributingcause")


class ActionKind(TonedChoices):
    PREVENT = "prevent", "none", "Prevent"
    DETECT = "detect", "none", "Detect"
    MITIGATE = "mitigate", "none", "Mitigate"
    PROCESS = "process", "none", "Process"


class ActionState(TonedChoices):
    OPEN = "open", "open", "Open"
    DONE = "done", "good", "Done"
    WAIVED = "waived", "none", "Waived"


class PostMortemAction(models.Model):
    """One thing somebody does so that the incident does not come again: done with evidence, or waived with a reason."""

    post_mortem = models.ForeignKey(PostMortem, on_delete=models.PROTECT, related_name="actions")
    cause = models.ForeignKey(
        ContributingCause, on_delete=models.PROTECT, null=True, blank=True, related_name="actions"
    )
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=ActionKind.choices)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="post_mortem_actions")
    due_on = models.DateField()
    state = models.CharField(max_length=20, choices=ActionState.choices, default=ActionState.OPEN)
    evidence = models.TextField(blank=True, help_text="What shows that it works: a link, a test, a drill.")
    waive_reason = models.TextField(blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            one_of("kind", ActionKind, model="postmortemaction"),
            one_of("state", ActionState, model="postmortemaction"),
            not_blank("title", model="postmortemaction"),
            paired("ended_at", "ended_by", model="postmortemaction"),
            models.CheckConstraint(
                name="postmortemaction_end_fits_state",
                condition=(
                    Q(state=ActionState.OPEN.value, ended_at__isnull=True)
                    | (Q(state=ActionState.DONE.value, ended_at__isnull=False) & ~Q(evidence=""))
                    | (Q(state=ActionState.WAIVED.value, ended_at__isnull=False) & ~Q(waive_reason=""))
                    | ~Q(state__in=ActionState.values)  # The list of states has a constraint of its own.
                ),
                violation_error_message="An action is done with evidence, or waived with a reason.",
            ),
        ]
        indexes = [
            # Those that are overdue.
            models.Index(fields=["due_on"], name="postmortemaction_due", condition=Q(state="open")),
        ]

    def __str__(self) -> str:
        return self.title
