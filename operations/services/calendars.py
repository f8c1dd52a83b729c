"""Writes to business calendars; one that would not open for 400 days is refused."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import holidays
from django.db import transaction

from foundation.bounds import FIRST_YEAR, LAST_YEAR, check_day
from foundation.errors import InvalidInputError
from foundation.zones import list_zones
from operations.business_time.engine import SEARCH_DAYS, NoOpenTimeError, check_opens
from operations.business_time.rules import RulesError, Week, Window, make_rules, parse_week, parse_windows
from operations.models import BusinessCalendar, CalendarHoliday, CalendarVersion, User
from operations.selectors.calendars import list_special_days, list_weeks

MAX_YEARS = 10


@dataclass(frozen=True)
class NewHours:
    """Weekly windows by weekday from a date on."""

    effective_on: date
    windows: object
    reason: str = ""


def check_timezone(name: str) -> None:
    """InvalidInputError unless the name is a zone of the IANA database."""
    if name not in list_zones():
        raise InvalidInputError("timezone", "Unknown time zone. Give one such as America/Denver.")


def check_region(country: str, subdivision: str) -> None:
    """InvalidInputError unless public holidays are known for the country, and for its subdivision if given."""
    known = holidays.list_supported_countries(include_aliases=False)
    if country and country not in known:
        raise InvalidInputError("country", "No public holidays are known for it. Give a code such as US.")
    if subdivision and subdivision not in known.get(country, []):
        raise InvalidInputError("subdivision", "Unknown in this country. Give a code such as CO.")


def check_hours(calendar: BusinessCalendar, hours: NewHours, *, at: datetime) -> None:
    """InvalidInputError for windows that cannot be read, or with which the calendar would not open for 400 days."""
    check_day("effective_on", hours.effective_on)
    try:
        week = Week(hours.effective_on, parse_week(hours.windows))
    except RulesError as error:
        raise InvalidInputError("windows", str(error)) from error
    stored = [one for one in list_weeks(calendar) if one.effective_on != week.effective_on] if calendar.pk else []
    special = list_special_days(calendar) if calendar.pk else {}
    rules = make_rules(ZoneInfo(calendar.timezone), [*stored, week], special)
    for begin in (at, max(at, datetime.combine(hours.effective_on, time(), UTC))):
        try:
            check_opens(rules, at=begin)
        except NoOpenTimeError:
            raise InvalidInputError("windows", f"Never open within {SEARCH_DAYS} days.") from None


def create_calendar(*, calendar: BusinessCalendar, hours: NewHours, at: datetime, by: User | None) -> BusinessCalendar:
    """Store the new calendar with its first version and return it; InvalidInputError names what is wrong."""
    check_timezone(calendar.timezone)
    check_region(calendar.country, calendar.subdivision)
    check_hours(calendar, hours, at=at)
    with transaction.atomic():
        calendar.save()
        add_calendar_version(calendar=calendar, hours=hours, at=at, by=by)
    return calendar


def add_calendar_version(
    *, calendar: BusinessCalendar, hours: NewHours, at: datetime, by: User | None
) -> CalendarVersion:
    """New weekly windows from a date on. InvalidInputError for wrong windows or a date that has a version."""
    with transaction.atomic():
        BusinessCalendar.objects.select_for_update().get(pk=calendar.pk)
        check_hours(calendar, hours, at=at)
        if CalendarVersion.objects.filter(calendar=calendar, effective_on=hours.effective_on).exists():
            raise InvalidInputError("effective_on", "This calendar has a version from this date on.")
        return CalendarVersion.objects.create(
            calendar=calendar,
            effective_on=hours.effective_on,
            windows=hours.windows,
            reason=hours.reason,
            created_at=at,
            created_by=by,
        )


def check_holiday(holiday: CalendarHoliday, *, at: datetime) -> None:
    """InvalidInputError for windows that cannot be read, or with which the calendar would not open for 400 days."""
    check_day("day_on", holiday.day_on)
    try:
        windows = parse_windows(holiday.windows)
    except RulesError as error:
        raise InvalidInputError("windows", str(error)) from error
    special = {**_special_days_without(holiday), holiday.day_on: windows}
    _check_special_days(holiday.calendar, special, field="day_on", at=at)


def _special_days_without(holiday: CalendarHoliday) -> dict[date, tuple[Window, ...]]:
    """The special days of its calendar, but for the day on which it is stored."""
    special = dict(list_special_days(holiday.calendar))
    for day in CalendarHoliday.objects.filter(pk=holiday.pk).values_list("day_on", flat=True):
        special.pop(day, None)
    return special


def _check_special_days(
    calendar: BusinessCalendar, special: Mapping[date, tuple[Window, ...]], *, field: str, at: datetime
) -> None:
    rules = make_rules(ZoneInfo(calendar.timezone), list_weeks(calendar), special)
    try:
        check_opens(rules, at=at)
    except NoOpenTimeError:
        raise InvalidInputError(field, f"The calendar would not open within {SEARCH_DAYS} days.") from None


def set_holiday(*, holiday: CalendarHoliday, at: datetime) -> CalendarHoliday:
    """Store the day's own hours and return them; InvalidInputError names what is wrong, or that the day has some."""
    with transaction.atomic():
        BusinessCalendar.objects.select_for_update().get(pk=holiday.calendar_id)
        others = CalendarHoliday.objects.filter(calendar=holiday.calendar, day_on=holiday.day_on)
        if others.exclude(pk=holiday.pk).exists():
            raise InvalidInputError("day_on", "This day has hours of its own already.")
        check_holiday(holiday, at=at)
        holiday.save()
    return holiday


def check_holiday_removal(holidays_gone: Collection[CalendarHoliday], *, at: datetime) -> None:
    """InvalidInputError where a calendar opened on these days only and would not open for 400 days without them."""
    for calendar_id in {holiday.calendar_id for holiday in holidays_gone}:
        calendar = BusinessCalendar.objects.get(pk=calendar_id)
        gone = {holiday.day_on for holiday in holidays_gone if holiday.calendar_id == calendar_id}
        special = {day: windows for day, windows in list_special_days(calendar).items() if day not in gone}
        _check_special_days(calendar, special, field="day_on", at=at)


def delete_holiday(*, holiday: CalendarHoliday, at: datetime) -> None:
    """Give the day its weekly hours back; InvalidInputError where the calendar would not open without it."""
    with transaction.atomic():
        BusinessCalendar.objects.select_for_update().get(pk=holiday.calendar_id)
        check_holiday_removal([holiday], at=at)
        holiday.delete()


def add_public_holidays(*, calendar: BusinessCalendar, years: Iterable[int], at: datetime) -> int:
    """Close the calendar on its country's public holidays of these years; days that have hours of their own keep them.

    Returns how many days were added. InvalidInputError without a country, for years that nobody plans, or where the
    calendar would not open for 400 days then.
    """
    wanted = sorted(set(years))
    if not calendar.country:
        raise InvalidInputError("country", "Say whose public holidays.")
    if not wanted or len(wanted) > MAX_YEARS or not FIRST_YEAR <= wanted[0] <= wanted[-1] <= LAST_YEAR:
        raise InvalidInputError("years", f"Give 1 to {MAX_YEARS} years from {FIRST_YEAR} to {LAST_YEAR}.")
    check_region(calendar.country, calendar.subdivision)
    public = holidays.country_holidays(calendar.country, subdiv=calendar.subdivision or None, years=wanted)
    with transaction.atomic():
        BusinessCalendar.objects.select_for_update().get(pk=calendar.pk)
        known = set(CalendarHoliday.objects.filter(calendar=calendar).values_list("day_on", flat=True))
        added = [
            CalendarHoliday(calendar=calendar, day_on=day, name=str(name)[:120])
            for day, name in sorted(public.items())
            if day not in known
        ]
        special = {**list_special_days(calendar), **{holiday.day_on: () for holiday in added}}
        _check_special_days(calendar, special, field="years", at=at)
        CalendarHoliday.objects.bulk_create(added)
    return len(added)
