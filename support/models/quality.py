from django.conf import settings
from django.db import models
from django.db.models import F, Q

from foundation.append_only import protect_table
from foundation.constraints import in_range, not_blank, ordered
from support.models.ticket import Ticket

CRITERIA = ("understanding", "correctness", "tone", "process")
MOST_POINTS = 4


class ReviewSample(models.Model):
    """One solved ticket of one agent's week, drawn to be reviewed; the same seed draws the same ones again."""

    agent = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="review_samples")
    week_on = models.DateField(help_text="First day of the week in which it was solved.")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="+")
    seed = models.CharField(max_length=60)
    drawn_at = models.DateTimeField()

    class Meta:
        ordering = ["-week_on", "agent", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["week_on", "agent", "ticket"], name="reviewsample_once"),
            not_blank("seed", model="reviewsample"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} of {self.agent_id}, {self.week_on}"


class Review(models.Model):
    """What a colleague thinks of an agent's work on one ticket, in points from 0 to 4; append-only."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="reviews")
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reviews")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField()
    understanding = models.PositiveSmallIntegerField(help_text="Was it understood what the customer needed?")
    correctness = models.PositiveSmallIntegerField(help_text="Was the answer right and complete?")
    tone = models.PositiveSmallIntegerField(help_text="Was it friendly and clear?")
    process = models.PositiveSmallIntegerField(help_text="Cause, states and notes as agreed?")
    comment = models.CharField(max_length=1000)

    class Meta:
        ordering = ["-reviewed_at", "-pk"]
        permissions = [("oversee_review", "Can see everybody's measures and reviews")]
        constraints = [
            *(in_range(name, 0, MOST_POINTS, model="review") for name in CRITERIA),
            not_blank("comment", model="review"),
            models.UniqueConstraint(fields=["ticket", "agent", "reviewer"], name="review_once"),
            models.CheckConstraint(
                name="review_by_somebody_else",
                condition=~Q(reviewer=F("agent")),
                violation_error_message="Nobody reviews their own work.",
            ),
        ]
        indexes = [models.Index(fields=["agent", "reviewed_at"], name="review_of_agent")]  # Measures of a period.

    def __str__(self) -> str:
        return f"Review of {self.ticket_id}"

    @property
    def points(self) -> float:
        """The mean of the four criteria."""
        return (self.understanding + self.correctness + self.tone + self.process) / len(CRITERIA)


class ReviewAcknowledgement(models.Model):
    """That whoever was reviewed has read the review; append-only."""

    review = models.OneToOneField(Review, on_delete=models.PROTECT, related_name="acknowledgement")
    acknowledged_at = models.DateTimeField()

    class Meta:
        ordering = ["-acknowledged_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.review} read, {self.acknowledged_at:%Y-%m-%d}"


class TrainingRecord(models.Model):
    """One training that one person completed, with its evidence and until when it is good."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="trainings")
    topic = models.CharField(max_length=200)
    completed_on = models.DateField()
    valid_until = models.DateField(null=True, blank=True, help_text="Last day; empty where it does not end.")
    evidence = models.CharField(max_length=300, blank=True, help_text="Certificate, document or address.")
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["-completed_on", "-pk"]
        constraints = [
            not_blank("topic", model="trainingrecord"),
            ordered("completed_on", "valid_until", model="trainingrecord", strict=False),
        ]

    def __str__(self) -> str:
        return self.topic


protect_table("support_reviewsample")
protect_table("support_review")
protect_table("support_reviewacknowledgement")
