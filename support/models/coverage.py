"""Days on which too few agents will be on duty."""

from django.db import models
from django.db.models import Q

from foundation.constraints import in_range, one_of, one_open
from foundation.states import TonedChoices
from support.models.team import Team


class GapOutcome(TonedChoices):
    OPEN = "open", "bad", "Open"
    CLOSED = "closed", "good", "Closed in time"
    PASSED = "passed", "none", "Came to pass"


class CoverageGap(models.Model):
    """One coming day on which one team lacks agents in some hours; told once, until it is closed or the day is over."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="coverage_gaps")
    day_on = models.DateField(help_text="On the organisation's clock.")
    hours = models.JSONField(default=list, help_text="The hours that lack agents, 0 to 23.")
    lacking = models.FloatField(help_text="Agents that are lacking in the worst of them.")
    ending = models.CharField(max_length=20, choices=GapOutcome.choices, default=GapOutcome.OPEN)
    found_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["day_on", "team", "pk"]
        constraints = [
            one_of("ending", GapOutcome, model="coveragegap"),
            one_open(["team", "day_on"], model="coveragegap"),
            in_range("lacking", 0, None, model="coveragegap"),
            models.CheckConstraint(
                name="coveragegap_ended_has_ending",
                condition=Q(ended_at__isnull=True, ending=GapOutcome.OPEN.value)
                | (Q(ended_at__isnull=False) & ~Q(ending=GapOutcome.OPEN.value)),
                violation_error_message="A gap that is over says how it ended, an open one has not ended.",
            ),
        ]

    def __str__(self) -> str:
        return f"Gap of team {self.team_id} on {self.day_on}"
