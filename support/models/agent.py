"""What one agent takes on, and which tickets need somebody who knows how."""

from django.conf import settings
from django.db import models

from foundation.constraints import in_range, not_blank
from operations.models import PEOPLE

MAX_CAP = 1_000


class TicketSkill(models.Model):
    """One category of tickets that only agents who have this skill are given automatically."""

    category = models.CharField(max_length=120, unique=True, help_text="As it is written on tickets.")
    description = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["category"]
        constraints = [not_blank("category", model="ticketskill")]

    def __str__(self) -> str:
        return self.category


class AgentProfile(models.Model):
    """How much one person takes on; who has none is given nothing automatically.

    Open tickets count by priority: urgent 4, high 3, normal 2, low 1. `last_assigned_at` is when the person was last
    given a ticket automatically, so that those with equal loads take turns.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="agent_profile", limit_choices_to=PEOPLE
    )
    cap = models.PositiveSmallIntegerField(
        default=40, help_text="Open tickets at most, counted urgent 4, high 3, normal 2, low 1."
    )
    skills = models.ManyToManyField(TicketSkill, blank=True, related_name="agents")
    is_accepting = models.BooleanField("is given tickets", default=True)
    last_assigned_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["pk"]
        constraints = [in_range("cap", 0, MAX_CAP, model="agentprofile")]

    def __str__(self) -> str:
        return f"Profile of {self.user_id}"
