"""Business calendars in the admin."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from foundation.admin import EditAdmin, ReadOnlyInline, VersionedForm
from foundation.errors import InvalidInputError
from foundation.form_fields import DayField
from operations.models import BusinessCalendar, CalendarHoliday, CalendarVersion, User
from operations.services.calendars import (
    NewHours,
    add_calendar_version,
    add_public_holidays,
    check_holiday,
    check_holiday_removal,
    check_hours,
    check_region,
    check_timezone,
    set_holiday,
)

YEARS_AHEAD = 3


class CalendarForm(VersionedForm):
    """A new calendar comes with its first hours; later ones are versions of their own."""

    effective_on = DayField(required=False, help_text="From which day these hours hold.")
    windows = forms.JSONField(required=False, help_text='Such as {"mon": ["09:00-17:00"], "tue": ["09:00-17:00"]}.')

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        try:
            check_region(cleaned.get("country", ""), cleaned.get("subdivision", ""))
            if self.instance.pk is None and "timezone" in cleaned:
                self._check_new(cleaned)
        except InvalidInputError as error:
            self.add_error(error.field, error.message)
        return cleaned

    def _check_new(self, cleaned: dict[str, Any]) -> None:
        check_timezone(cleaned["timezone"])
        if not cleaned.get("effective_on"):
            raise InvalidInputError("effective_on", "Say from which day these hours hold.")
        calendar = BusinessCalendar(timezone=cleaned["timezone"])
        check_hours(calendar, NewHours(cleaned["effective_on"], cleaned.get("windows")), at=timezone.now())


class VersionInline(ReadOnlyInline):
    model = CalendarVersion
    fields = ("effective_on", "windows", "created_at", "created_by", "reason")


@admin.register(BusinessCalendar)
class BusinessCalendarAdmin(EditAdmin):
    """New hours are added as a version; the zone stays."""

    form = CalendarForm
    list_display = ("name", "timezone", "country", "subdivision", "is_organisation")
    search_fields = ("name",)
    inlines = (VersionInline,)
    actions = ("add_holidays",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:  # noqa: ARG002
        """The zone is chosen once."""
        return ("timezone",) if obj else ()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:  # noqa: ARG002
        """The first hours are given with a new calendar only."""
        named = ("name", "timezone", "country", "subdivision", "description")
        return named if obj else (*named, "effective_on", "windows")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001
        """Store the calendar, a new one with its first version."""
        super().save_model(request, obj, form, change)
        if not change:
            hours = NewHours(form.cleaned_data["effective_on"], form.cleaned_data["windows"])
            add_calendar_version(calendar=obj, hours=hours, at=timezone.now(), by=cast("User", request.user))

    @admin.action(description="Add public holidays of this year and the two after it", permissions=["change"])
    def add_holidays(self, request: HttpRequest, queryset: QuerySet[BusinessCalendar]) -> None:
        """Close the chosen calendars on the public holidays of their countries."""
        at, added = timezone.now(), 0
        for calendar in queryset.exclude(country=""):
            try:
                added += add_public_holidays(calendar=calendar, years=range(at.year, at.year + YEARS_AHEAD), at=at)
            except InvalidInputError as error:
                self.message_user(request, f"{calendar}: {error.message}", messages.ERROR)
        self.message_user(request, f"{added} days added.", messages.SUCCESS)


class VersionForm(VersionedForm):
    """Refuses windows that cannot be read or never open."""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        if {"calendar", "effective_on", "windows"} <= set(cleaned):
            try:
                hours = NewHours(cleaned["effective_on"], cleaned["windows"])
                check_hours(cleaned["calendar"], hours, at=timezone.now())
            except InvalidInputError as error:
                self.add_error(error.field, error.message)
        return cleaned


@admin.register(CalendarVersion)
class CalendarVersionAdmin(EditAdmin):
    """A version is never edited, since due times were counted by it; new hours are a new version."""

    form = VersionForm
    list_display = ("calendar", "effective_on", "created_at", "created_by", "reason")
    list_select_related = ("calendar", "created_by")
    list_filter = ("calendar",)
    search_fields = ("calendar__name",)
    fields = ("calendar", "effective_on", "windows", "reason")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: ARG002, FBT001
        """Add the version as everybody does."""
        hours = NewHours(obj.effective_on, obj.windows, obj.reason)
        made = add_calendar_version(
            calendar=obj.calendar, hours=hours, at=timezone.now(), by=cast("User", request.user)
        )
        obj.pk = made.pk


class HolidayForm(VersionedForm):
    """Refuses windows that cannot be read, and a day without which the calendar never opens."""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        if {"calendar", "day_on", "windows"} <= set(cleaned):
            wanted = {name: cleaned[name] for name in ("calendar", "day_on", "windows")}
            try:
                check_holiday(CalendarHoliday(pk=self.instance.pk, **wanted), at=timezone.now())
            except InvalidInputError as error:
                self.add_error(error.field, error.message)
        return cleaned


@admin.register(CalendarHoliday)
class CalendarHolidayAdmin(EditAdmin):
    form = HolidayForm
    list_display = ("day_on", "name", "calendar", "windows")
    list_select_related = ("calendar",)
    list_filter = ("calendar",)
    search_fields = ("name", "calendar__name")
    date_hierarchy = "day_on"

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: ARG002, FBT001
        """Store the day as everybody does."""
        set_holiday(holiday=obj, at=timezone.now())

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What would be deleted; days without which the calendar never opens are refused."""
        found, counts, lacking, protected = super().get_deleted_objects(objs, request)
        try:
            check_holiday_removal(list(objs), at=timezone.now())
        except InvalidInputError as error:
            protected = [*protected, error.message]
        return found, counts, lacking, protected
