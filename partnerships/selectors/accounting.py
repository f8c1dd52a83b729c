"""The rules uptime is counted by, as rows."""

from __future__ import annotations

from datetime import datetime

from operations.business_time.engine import NoOpenTimeError
from operations.models import BusinessCalendar
from operations.selectors.calendars import get_business_time
from partnerships.health.uptime import STANDARD, Accounting
from partnerships.models import AccountingProfile

SECOND_US = 1_000_000


def get_default_accounting() -> Accounting:
    """The rules of the default profile; the standard ones where none is marked default."""
    profile = AccountingProfile.objects.filter(is_default=True).select_related("service_hours").first()
    return STANDARD if profile is None else as_accounting(profile)


def as_accounting(profile: AccountingProfile) -> Accounting:
    """The profile's rules in the form in which time is counted."""
    return Accounting(
        name=profile.name,
        version=profile.version,
        maintenance=profile.maintenance,
        unknown=profile.unknown,
        degraded_weight=profile.degraded_weight,
        min_outage_us=profile.min_outage_seconds * SECOND_US,
        hours_name=profile.service_hours.name if profile.service_hours else "",
        service_hours=profile.open_time,
    )


def service_hours_problem(calendar: BusinessCalendar | None, *, at: datetime) -> str:
    """What is wrong with counting by this calendar, in a sentence; empty where nothing is."""
    if calendar is None:
        return ""
    try:
        get_business_time(calendar.pk).next_open(at)
    except NoOpenTimeError:
        return f"{calendar} never opens: give it hours first, or choose another calendar."
    return ""
