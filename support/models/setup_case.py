from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from foundation.constraints import not_blank, one_of, ordered
from foundation.states import TonedChoices
from operations.models import PEOPLE
from support.models.customer import Customer
from support.models.ticket import Ticket


class SetupState(TonedChoices):
    OPEN = "open", "open", "In progress"
    BLOCKED = "blocked", "watch", "Blocked"
    DONE = "done", "good", "Done"
    CANCELLED = "cancelled", "none", "Cancelled"


SETUP_OPEN = (SetupState.OPEN, SetupState.BLOCKED)


class SetupCase(models.Model):
    """One customer's complex set-up that somebody guides to its first widget.

    `integration` names an integration by its slug; `unit` is what product events call the customer.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="setup_cases")
    title = models.CharField(max_length=200)
    integration = models.SlugField(max_length=120, blank=True)
    unit = models.CharField(max_length=120, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        limit_choices_to=PEOPLE | {"is_active": True},
    )
    state = models.CharField(max_length=20, choices=SetupState.choices, default=SetupState.OPEN)
    tickets = models.ManyToManyField(Ticket, blank=True, related_name="setup_cases")
    started_at = models.DateTimeField()
    first_widget_at = models.DateTimeField(null=True, blank=True, editable=False)
    first_blocked_at = models.DateTimeField(null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="When it was done or cancelled.")
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["-started_at", "-pk"]
        constraints = [
            not_blank("title", model="setupcase"),
            one_of("state", SetupState, model="setupcase"),
            ordered("started_at", "first_widget_at", model="setupcase", strict=False),
            ordered("started_at", "first_blocked_at", model="setupcase", strict=False),
            ordered("started_at", "ended_at", model="setupcase", strict=False),
            models.CheckConstraint(
                name="setupcase_open_has_no_end",
                condition=~Q(state__in=[state.value for state in SETUP_OPEN]) | Q(ended_at__isnull=True),
                violation_error_message="An open case has no end.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("setup_cases:case", kwargs={"pk": self.pk})


class SetupItemKind(TonedChoices):
    STEP = "step", "none", "Step"
    BLOCKER = "blocker", "watch", "Blocker"


class SetupItem(models.Model):
    """One thing of a set-up case: a step of its checklist, or what blocks it, until it is done or cleared."""

    case = models.ForeignKey(SetupCase, on_delete=models.PROTECT, related_name="items")
    kind = models.CharField(max_length=20, choices=SetupItemKind.choices, default=SetupItemKind.STEP)
    text = models.CharField(max_length=200)
    position = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["case", "kind", "position", "pk"]
        constraints = [
            not_blank("text", model="setupitem"),
            one_of("kind", SetupItemKind, model="setupitem"),
            models.CheckConstraint(
                name="setupitem_done_at_with_done_by",
                condition=Q(done_at__isnull=True, done_by__isnull=True)
                | Q(done_at__isnull=False, done_by__isnull=False),
                violation_error_message="done_at and done_by must be given together.",
            ),
        ]

    def __str__(self) -> str:
        return self.text
