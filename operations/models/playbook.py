from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse

from foundation.append_only import protect_table
from foundation.constraints import in_range, not_blank, one_of, paired
from foundation.states import TonedChoices
from operations.models.calendar import BusinessCalendar
from operations.playbooks.gates import Verdict
from operations.playbooks.plan import MAX_OFFSET

_USER = settings.AUTH_USER_MODEL
TICKET_SUBJECT = "ticket:"
"""How the subject of a run begins that is the checklist of a ticket."""


class PlaybookKind(TonedChoices):
    ROLLOUT = "rollout", "none", "Integration rollout"
    MARKETING = "marketing", "none", "Partnership marketing"
    GENERAL = "general", "none", "General"
    SUPPORT = "support", "none", "Support checklist"


class VersionState(TonedChoices):
    DRAFT = "draft", "open", "Draft"
    PUBLISHED = "published", "good", "Published"
    RETIRED = "retired", "done", "Retired"


class RunState(TonedChoices):
    RUNNING = "running", "open", "Running"
    DONE = "done", "good", "Done"
    CANCELLED = "cancelled", "none", "Cancelled"


class StepState(TonedChoices):
    OPEN = "open", "open", "Open"
    DONE = "done", "good", "Done"
    SKIPPED = "skipped", "none", "Skipped"


class Playbook(models.Model):
    """One way of doing something that is done again and again; its versions say how."""

    key = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20, choices=PlaybookKind.choices, default=PlaybookKind.GENERAL)
    purpose = models.CharField(max_length=300, blank=True)
    owner = models.ForeignKey(_USER, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["name", "key"]
        constraints = [not_blank("name", model="playbook"), one_of("kind", PlaybookKind, model="playbook")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("playbooks:playbook", kwargs={"key": self.key})


class PlaybookVersion(models.Model):
    """One edition of a playbook with its steps; it never changes once it is published."""

    playbook = models.ForeignKey(Playbook, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=20, choices=VersionState.choices, default=VersionState.DRAFT)
    notes = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(_USER, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)
    # Nobody published what is shipped.
    published_by = models.ForeignKey(_USER, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["playbook", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["playbook", "number"], name="playbookversion_number_unique"),
            models.UniqueConstraint(
                fields=["playbook"], condition=Q(state="published"), name="playbookversion_one_published"
            ),
            one_of("state", VersionState, model="playbookversion"),
            models.CheckConstraint(
                name="playbookversion_draft_is_unpublished",
                condition=~Q(state="draft") | Q(published_at__isnull=True, published_by__isnull=True),
                violation_error_message="A draft is not published.",
            ),
            models.CheckConstraint(
                name="playbookversion_published_has_time",
                condition=Q(published_by__isnull=True) | Q(published_at__isnull=False),
                violation_error_message="Who published it did so at a time.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.playbook} v{self.number}"


class StepFacts(models.Model):
    """What a step of a playbook and its copy in a run share."""

    key = models.SlugField(max_length=60)
    position = models.PositiveSmallIntegerField()
    phase = models.CharField(max_length=80)
    title = models.CharField(max_length=200)
    owner_role = models.CharField(max_length=60, blank=True)
    offset_days = models.SmallIntegerField(
        default=0,
        validators=[MinValueValidator(-MAX_OFFSET), MaxValueValidator(MAX_OFFSET)],
        help_text="Working days from the anchor, or from when the step it comes after was done.",
    )
    after_key = models.SlugField(max_length=60, blank=True)
    waits_for = models.JSONField(default=list, blank=True)
    is_required = models.BooleanField(default=True)
    is_evidence_required = models.BooleanField(default=False)
    is_gate = models.BooleanField(default=False)
    conditions = models.JSONField(default=list, blank=True)
    help_url = models.URLField("help address", max_length=300, blank=True)

    class Meta:
        abstract = True


class PlaybookStep(StepFacts):
    """One step of one version of a playbook."""

    playbook_version = models.ForeignKey(PlaybookVersion, on_delete=models.PROTECT, related_name="steps")

    class Meta:
        ordering = ["playbook_version", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["playbook_version", "key"], name="playbookstep_key_unique"),
            not_blank("title", model="playbookstep"),
            not_blank("phase", model="playbookstep"),
            in_range("offset_days", -MAX_OFFSET, MAX_OFFSET, model="playbookstep"),
        ]

    def __str__(self) -> str:
        return self.title


class PlaybookRun(models.Model):
    """One time a playbook is carried out, with a copy of the steps of the version it began with.

    `subject` names what it is about, such as "integration:asana-tasks"; `people` says who has which role.
    """

    playbook_version = models.ForeignKey(PlaybookVersion, on_delete=models.PROTECT, related_name="runs")
    name = models.CharField(max_length=150)
    subject = models.CharField(max_length=120, blank=True)
    anchor_on = models.DateField(help_text="The day the offsets count from, such as the launch.")
    calendar = models.ForeignKey(BusinessCalendar, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    people = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=20, choices=RunState.choices, default=RunState.RUNNING)
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(_USER, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    end_reason = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["-started_at", "-pk"]
        constraints = [
            not_blank("name", model="playbookrun"),
            one_of("state", RunState, model="playbookrun"),
            paired("ended_at", "ended_by", model="playbookrun"),
            models.CheckConstraint(
                name="playbookrun_state_fits",
                condition=~Q(state__in=RunState.values)
                | Q(state="running", ended_at__isnull=True)
                | (~Q(state="running") & Q(ended_at__isnull=False)),
                violation_error_message="A run has an end once it is done or cancelled.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RunStep(StepFacts):
    """One step of one run: when it is due, who does it, what came of it."""

    run = models.ForeignKey(PlaybookRun, on_delete=models.PROTECT, related_name="steps")
    owner = models.ForeignKey(_USER, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    due_on = models.DateField()
    state = models.CharField(max_length=20, choices=StepState.choices, default=StepState.OPEN)
    done_at = models.DateTimeField(null=True, blank=True, help_text="When it was done or skipped.")
    done_by = models.ForeignKey(_USER, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    evidence = models.CharField(max_length=500, blank=True)
    skip_reason = models.CharField(max_length=300, blank=True)
    ready_told_at = models.DateTimeField(null=True, blank=True, editable=False)
    due_told_on = models.DateField(null=True, blank=True, editable=False, help_text="The due day that was told last.")
    told_verdict = models.CharField(
        max_length=20, blank=True, editable=False, help_text="Of a gate, as last looked at."
    )

    class Meta:
        ordering = ["run", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["run", "key"], name="runstep_key_unique"),
            not_blank("title", model="runstep"),
            one_of("state", StepState, model="runstep"),
            paired("done_at", "done_by", model="runstep"),
            models.CheckConstraint(
                name="runstep_state_fits",
                condition=~Q(state__in=StepState.values)
                | Q(state="open", done_at__isnull=True)
                | (~Q(state="open") & Q(done_at__isnull=False)),
                violation_error_message="A step has a time once it is done or skipped.",
            ),
            models.CheckConstraint(
                name="runstep_required_not_skipped",
                condition=~Q(state="skipped") | (Q(is_required=False) & ~Q(skip_reason="")),
                violation_error_message="A required step is not skipped, and others only with a reason.",
            ),
        ]
        # What is due, for those who do it.
        indexes = [models.Index(fields=["due_on"], name="runstep_due", condition=Q(state="open"))]

    def __str__(self) -> str:
        return self.title


class GateCheck(models.Model):
    """One decision at a gate, with the verdict of its conditions and the values they were read at; append-only."""

    step = models.ForeignKey(RunStep, on_delete=models.PROTECT, related_name="gate_checks")
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    decision = models.CharField(max_length=20, choices=Verdict.choices)
    verdict = models.CharField(max_length=20, choices=Verdict.choices)
    snapshot = models.JSONField(default=list, blank=True)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-decided_at", "-pk"]
        constraints = [
            one_of("decision", Verdict, model="gatecheck"),
            one_of("verdict", Verdict, model="gatecheck"),
        ]

    def __str__(self) -> str:
        return f"{self.step}: {self.get_decision_display()}"


protect_table("operations_gatecheck")
