from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from foundation.append_only import protect_table
from foundation.constraints import not_blank, one_of, ordered, paired
from foundation.states import TonedChoices
from support.models.customer import Customer
from support.models.ticket import Ticket


class InsightKind(TonedChoices):
    UNSORTED = "unsorted", "none", "Not sorted yet"
    DEFECT = "defect", "none", "Defect"
    MISSING = "missing", "none", "Missing feature"
    USABILITY = "usability", "none", "Hard to use"
    PROCESS = "process", "none", "Our process"
    PARTNER = "partner", "none", "Partner"
    KNOWLEDGE = "knowledge", "none", "Missing explanation"


class InsightState(TonedChoices):
    """A refuted insight is a learning as much as a confirmed one."""

    CANDIDATE = "candidate", "watch", "Candidate"
    VALIDATED = "validated", "open", "Validated"
    PLANNED = "planned", "open", "Planned"
    SHIPPED = "shipped", "open", "Shipped"
    MEASURED = "measured", "watch", "Measured"
    CONFIRMED = "confirmed", "good", "Confirmed"
    REFUTED = "refuted", "done", "Refuted"
    INCONCLUSIVE = "inconclusive", "none", "Inconclusive"
    DISMISSED = "dismissed", "none", "Dismissed"


COLLECTING = (InsightState.CANDIDATE, InsightState.VALIDATED, InsightState.PLANNED)
"""States in which new tickets of the cause become evidence; once a change has shipped they tell of its effect."""
INSIGHT_OPEN = (*COLLECTING, InsightState.SHIPPED, InsightState.MEASURED)
INSIGHT_ENDED = (
    InsightState.CONFIRMED,
    InsightState.REFUTED,
    InsightState.INCONCLUSIVE,
    InsightState.DISMISSED,
)
_OPEN_VALUES = [state.value for state in INSIGHT_OPEN]


class Insight(models.Model):
    """Something that tickets teach: a statement, the tickets that are its evidence, and what became of it.

    `cause` is the code in the category of its tickets; one written down by hand may be without.
    """

    statement = models.CharField(max_length=300)
    kind = models.CharField(max_length=20, choices=InsightKind.choices, default=InsightKind.UNSORTED)
    cause = models.CharField(max_length=120, blank=True, help_text="Code of the cause of its tickets.")
    product = models.CharField(max_length=120, blank=True)
    state = models.CharField(
        max_length=20, choices=InsightState.choices, default=InsightState.CANDIDATE, editable=False
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    basis = models.CharField(max_length=300, blank=True, editable=False, help_text="Why it was suggested.")
    opened_at = models.DateTimeField(editable=False)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    collects_from_at = models.DateTimeField(
        editable=False, help_text="Tickets of its cause that were opened since are its evidence."
    )
    validated_at = models.DateTimeField(null=True, blank=True, editable=False)
    shipped_at = models.DateTimeField(null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["-opened_at", "-pk"]
        constraints = [
            not_blank("statement", model="insight"),
            one_of("kind", InsightKind, model="insight"),
            one_of("state", InsightState, model="insight"),
            ordered("opened_at", "validated_at", model="insight", strict=False),
            ordered("opened_at", "shipped_at", model="insight", strict=False),
            ordered("opened_at", "ended_at", model="insight", strict=False),
            models.UniqueConstraint(
                fields=["cause", "product"],
                condition=Q(state__in=_OPEN_VALUES) & ~Q(cause=""),
                name="insight_one_open_per_cause",
                violation_error_message="There is an open insight of this cause and product.",
            ),
            models.CheckConstraint(
                name="insight_ended_has_end",
                condition=Q(state__in=_OPEN_VALUES, ended_at__isnull=True)
                | (~Q(state__in=_OPEN_VALUES) & Q(ended_at__isnull=False)),
                violation_error_message="An insight has an end when it is decided or dismissed, and not before.",
            ),
        ]
        indexes = [
            models.Index(fields=["validated_at"], name="insight_validated"),  # Metrics by when it was validated.
            models.Index(fields=["shipped_at"], name="insight_shipped"),  # Lead times.
        ]

    def __str__(self) -> str:
        return self.statement

    def get_absolute_url(self) -> str:
        return reverse("insights:insight", kwargs={"pk": self.pk})


class InsightTicket(models.Model):
    """One ticket as evidence of one insight; taken away it stays on record, so that no worker adds it again."""

    insight = models.ForeignKey(Insight, on_delete=models.PROTECT, related_name="evidence")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="insight_links")
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty: its cause brought it here.",
    )
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["insight", "-added_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["insight", "ticket"], name="insightticket_once"),
            paired("removed_by", "removed_at", model="insightticket"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} of {self.insight_id}"


class InsightTransition(models.Model):
    """One change of an insight's state; append-only. Without an actor the system did it."""

    insight = models.ForeignKey(Insight, on_delete=models.PROTECT, related_name="transitions")
    old_state = models.CharField(max_length=20, blank=True)
    new_state = models.CharField(max_length=20, choices=InsightState.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["insight", "at", "pk"]
        constraints = [
            one_of("new_state", InsightState, model="insighttransition"),
            models.CheckConstraint(
                name="insighttransition_dismissed_why",
                condition=~Q(new_state=InsightState.DISMISSED.value) | ~Q(reason=""),
                violation_error_message="Say why it is dismissed.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.insight_id} {self.old_state} → {self.new_state}"


class NoticeWay(TonedChoices):
    REPLY = "reply", "good", "Replied on the ticket"
    BY_HAND = "by_hand", "good", "Told by hand"


class RequesterNotice(models.Model):
    """One customer who asked for what an insight is about, to be told that it has shipped; once."""

    insight = models.ForeignKey(Insight, on_delete=models.PROTECT, related_name="notices")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="+", help_text="Their latest one.")
    way = models.CharField(max_length=20, choices=NoticeWay.choices, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["insight", "customer"]
        constraints = [
            models.UniqueConstraint(fields=["insight", "customer"], name="requesternotice_once"),
            paired("sent_by", "sent_at", model="requesternotice"),
            models.CheckConstraint(
                name="requesternotice_way_valid",
                condition=Q(way="") | Q(way__in=NoticeWay.values),
                violation_error_message=f"way must be one of: {', '.join(NoticeWay.values)}.",
            ),
            models.CheckConstraint(
                name="requesternotice_sent_some_way",
                condition=Q(way="", sent_at__isnull=True) | (~Q(way="") & Q(sent_at__isnull=False)),
                violation_error_message="Who was told was told in some way.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} of {self.insight_id}"


protect_table("support_insighttransition")
