"""When agents are on duty."""

from django.conf import settings
from django.db import models

from foundation.constraints import not_blank, ordered
from support.models.team import Team


class DutyShift(models.Model):
    """The hours of one agent for one team, week by week from a day on, until another or until further notice.

    Windows are on the wall clock of the shift's zone, as those of calendars; a shift of one day begins and ends on it.
    """

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="shifts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="duty_shifts")
    timezone = models.CharField("time zone", max_length=60, help_text="Such as America/Denver.")
    windows = models.JSONField(
        help_text='By weekday: {"mon": ["09:00-12:00", "13:00-17:00"]}. An end that is not later is on the next day.'
    )
    starts_on = models.DateField("first day")
    ends_on = models.DateField("last day", null=True, blank=True, help_text="Empty until further notice.")
    is_on_holidays = models.BooleanField(
        "also on holidays", default=False, help_text="Otherwise closed days of the team's calendar are free."
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["team", "user", "starts_on", "pk"]
        constraints = [
            not_blank("timezone", model="dutyshift"),
            ordered("starts_on", "ends_on", model="dutyshift", strict=False),
        ]

    def __str__(self) -> str:
        return f"Shift {self.pk} from {self.starts_on}"
