"""Business calendars: when a team works, as rows that say so for any date."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from foundation.constraints import not_blank


class BusinessCalendar(models.Model):
    """One set of opening hours, such as those of support in Denver; its versions and holidays say when it is open.

    The zone never changes, since due times were counted by it; another zone is another calendar.
    """

    name = models.CharField(max_length=120, unique=True)
    timezone = models.CharField("time zone", max_length=60, help_text="Such as America/Denver.")
    country = models.CharField(max_length=2, blank=True, help_text="ISO 3166 code, for its public holidays: US.")
    subdivision = models.CharField(max_length=10, blank=True, help_text="State or region, such as CO.")
    description = models.CharField(max_length=300, blank=True)
    is_organisation = models.BooleanField(
        "the organisation's", default=False, help_text="What is due in working days counts those of this calendar."
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["name"]
        constraints = [
            not_blank("name", model="businesscalendar"),
            not_blank("timezone", model="businesscalendar"),
            models.UniqueConstraint(
                fields=["is_organisation"],
                condition=Q(is_organisation=True),
                name="businesscalendar_one_organisation",
                violation_error_message="Another calendar is the organisation's.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CalendarVersion(models.Model):
    """The weekly windows of one calendar from a date on; never changed, new hours are a new version."""

    calendar = models.ForeignKey(BusinessCalendar, on_delete=models.PROTECT, related_name="versions")
    effective_on = models.DateField(
        help_text="First day these hours hold; those of the first version hold before, too."
    )
    windows = models.JSONField(
        help_text='By weekday: {"mon": ["09:00-12:00", "13:00-17:00"]}. An end that is not later is on the next day.'
    )
    reason = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["calendar", "-effective_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["calendar", "effective_on"],
                name="calendarversion_date_unique",
                violation_error_message="This calendar has a version from this date on.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.calendar} from {self.effective_on}"


class CalendarHoliday(models.Model):
    """One day of one calendar with hours of its own: closed, or open at the given windows only."""

    calendar = models.ForeignKey(BusinessCalendar, on_delete=models.PROTECT, related_name="holidays")
    day_on = models.DateField("day")
    name = models.CharField(max_length=120)
    windows = models.JSONField(default=list, blank=True, help_text='Empty for closed, or such as ["09:00-12:00"].')

    class Meta:
        ordering = ["calendar", "day_on"]
        constraints = [
            not_blank("name", model="calendarholiday"),
            models.UniqueConstraint(
                fields=["calendar", "day_on"],
                name="calendarholiday_day_unique",
                violation_error_message="This day has hours of its own already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.day_on}"
