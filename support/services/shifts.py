"""Shifts: hours that can be read, in a zone there is, and nobody twice at once for one team."""

from datetime import UTC, datetime, time, timedelta

from django.db import transaction
from django.db.models import Q

from foundation.bounds import check_days
from foundation.claims import take_advisory_lock
from foundation.errors import InvalidInputError
from operations.business_time.engine import BusinessTime
from operations.business_time.rules import RulesError, parse_week
from operations.services.calendars import check_timezone
from support.models import DutyShift
from support.selectors.duty import make_shift_rules
from support.services.people import check_person

_COMPARED = timedelta(days=400)
"""Weeks repeat: what does not overlap in more than a year, with all changes of the clock, is taken never to."""
_AROUND = timedelta(days=2)


def save_shift(*, shift: DutyShift) -> DutyShift:
    """Store the new or changed shift; InvalidInputError for what cannot be, or overlaps another of the same person."""
    check_shift(shift)
    if not DutyShift.objects.filter(pk=shift.pk, user=shift.user_id).exists():
        check_person("user", shift.user)
    with transaction.atomic():
        take_advisory_lock(["shifts", str(shift.user_id), str(shift.team_id)])
        _refuse_overlaps(shift)
        if shift.pk:
            shift.version += 1
        shift.save()
    return shift


def check_shift(shift: DutyShift) -> None:
    """InvalidInputError for unreadable or no hours, an unknown zone, or days in the wrong order."""
    check_days(shift)
    check_timezone(shift.timezone)
    try:
        week = parse_week(shift.windows)
    except RulesError as error:
        raise InvalidInputError("windows", str(error)) from error
    if shift.ends_on is not None and shift.ends_on < shift.starts_on:
        raise InvalidInputError("ends_on", "It ends on its first day or later.")
    last = shift.ends_on or shift.starts_on + timedelta(days=6)
    days = min((last - shift.starts_on).days + 1, 7)
    if not any(week[(shift.starts_on + timedelta(days=day)).weekday()] for day in range(days)):
        raise InvalidInputError("windows", "No hours on any of its days.")


def _refuse_overlaps(shift: DutyShift) -> None:
    """Two shifts of one person for one team at once would count the person twice."""
    last = shift.ends_on
    later = Q(ends_on__isnull=True) | Q(ends_on__gte=shift.starts_on - _AROUND)
    others = DutyShift.objects.filter(later, user=shift.user_id, team=shift.team_id).exclude(pk=shift.pk)
    if last is not None:
        others = others.filter(starts_on__lte=last + _AROUND)
    mine = BusinessTime(make_shift_rules(shift, {}))
    for other in others:
        start = datetime.combine(max(shift.starts_on, other.starts_on), time(), UTC) - _AROUND
        end = start + _COMPARED
        theirs = BusinessTime(make_shift_rules(other, {})).open_ranges(start, end)
        if _share_time(mine.open_ranges(start, end), theirs):
            raise InvalidInputError("windows", f"{other.user} has a shift then, from {other.starts_on} on.")


def _share_time(one: list[tuple[datetime, datetime]], other: list[tuple[datetime, datetime]]) -> bool:
    """Whether any stretch of the one overlaps any of the other; both are in order."""
    place = 0
    for start, end in one:
        while place < len(other) and other[place][1] <= start:
            place += 1
        if place < len(other) and other[place][0] < end:
            return True
    return False
