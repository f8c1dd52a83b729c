"""Calendars as engines that answer about open time."""

from collections.abc import Collection
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q

from operations.business_time.engine import BusinessTime
from operations.business_time.rules import Rules, Week, Window, make_rules, parse_week, parse_windows
from operations.business_time.wall_clock import edge_us, from_us
from operations.models import BusinessCalendar, CalendarHoliday, CalendarVersion
from operations.playbooks.plan import add_working_days

_WEEKDAYS = parse_week({day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri")})


def get_business_time(calendar_id: int) -> BusinessTime:
    """The engine of the stored calendar as it is now; keep it for many questions. DoesNotExist if there is none."""
    return BusinessTime(get_rules(BusinessCalendar.objects.get(pk=calendar_id)))


def get_rules(calendar: BusinessCalendar) -> Rules:
    """The calendar's stored weeks and holidays."""
    return make_rules(ZoneInfo(calendar.timezone), list_weeks(calendar), list_special_days(calendar))


def list_weeks(calendar: BusinessCalendar) -> list[Week]:
    """The weekly windows by effective date."""
    stored = CalendarVersion.objects.filter(calendar=calendar)
    return [Week(version.effective_on, parse_week(version.windows)) for version in stored]


def list_special_days(calendar: BusinessCalendar) -> dict[date, tuple[Window, ...]]:
    """The days with hours of their own."""
    return {row.day_on: parse_windows(row.windows) for row in CalendarHoliday.objects.filter(calendar=calendar)}


def map_rules(calendar_ids: Collection[int]) -> dict[int | None, Rules]:
    """The rules of these calendars by number, and those of the organisation under None; three queries, however many."""
    wanted = BusinessCalendar.objects.filter(Q(pk__in=calendar_ids) | Q(is_organisation=True))
    found: dict[int | None, Rules] = {None: _standard_rules()}
    for calendar in wanted.prefetch_related("versions", "holidays"):
        weeks = [Week(version.effective_on, parse_week(version.windows)) for version in calendar.versions.all()]
        special = {row.day_on: parse_windows(row.windows) for row in calendar.holidays.all()}
        rules = make_rules(ZoneInfo(calendar.timezone), weeks, special)
        found[calendar.pk] = rules
        if calendar.is_organisation:
            found[None] = rules
    return found


def get_organisation_rules() -> Rules:
    """Those of the organisation's calendar; without one Monday to Friday, the whole day, in its time zone."""
    calendar = BusinessCalendar.objects.filter(is_organisation=True).first()
    return get_rules(calendar) if calendar else _standard_rules()


def _standard_rules() -> Rules:
    return make_rules(ZoneInfo(settings.ORGANISATION_TIME_ZONE), [Week(date.min, _WEEKDAYS)], {})


def due_in_working_days(at: datetime, days: int) -> datetime:
    """When the organisation closes on the last of so many working days after the local day of `at`, in UTC.

    A calendar that is closed for longer than anybody plans is passed over for Monday to Friday.
    """
    rules = get_organisation_rules()
    try:
        return _closing(rules, at, days)
    except ValueError:
        return _closing(_standard_rules(), at, days)


def _closing(rules: Rules, at: datetime, days: int) -> datetime:
    today = at.astimezone(rules.zone).date()
    day = add_working_days(today, days, is_working=lambda one: bool(rules.windows_of(one)))
    return from_us(edge_us(day, max(window.end for window in rules.windows_of(day)), rules.zone))
