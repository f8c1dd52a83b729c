"""Closing months: from then on reports show the values as they were, and later changes beside them."""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from foundation.errors import InvalidInputError
from metrics.frame import microsecond_of
from metrics.kinds import KINDS
from metrics.models import DirtyMark, Grain, PeriodClose
from metrics.periods import ALL_START, OrganisationCalendar
from metrics.selectors.values import calendar_for, get_current_versions
from metrics.services.frozen import cut_revisions

_HOUR_US = 3_600_000_000


def close_month(*, month: date, by: Any, at: datetime, note: str = "") -> PeriodClose:
    """The closed month; `month` is its first day. There is no reopening.

    Raises InvalidInputError when the day is no first of a month, the month still runs, is closed already, or changes
    that may move its values wait to be recomputed.
    """
    with transaction.atomic():
        last = cut_revisions()
        check_closing(month, at=at)
        return PeriodClose.objects.create(month=month, note=note, closed_by=by, closed_at=at, revisions_to=last)


def check_closing(month: date, *, at: datetime) -> None:
    """Raises what `close_month` would."""
    if month.day != 1:
        raise InvalidInputError("month", "Must be the first day of a month.")
    if not ALL_START.year <= month.year <= at.year:
        raise InvalidInputError("month", f"Must lie between {ALL_START.year} and {at.year}.")
    if PeriodClose.objects.filter(month=month).exists():
        raise InvalidInputError("month", f"{month:%B %Y} is closed already.")
    ours = OrganisationCalendar(settings.ORGANISATION_TIME_ZONE)
    if not ours.is_complete(month, Grain.MONTH, at):
        raise InvalidInputError("month", f"{month:%B %Y} has not ended.")
    count = DirtyMark.objects.filter(_may_move(month, at)).count()
    if count:
        raise InvalidInputError("month", f"{count} changes still wait to be recomputed. Close it once they are.")


def _may_move(month: date, at: datetime) -> Q:
    """The marks whose recompute may move a value of the month."""
    waiting = Q(pk__in=[])
    for version in get_current_versions().values():
        calendar = calendar_for(version)
        start, end = calendar.bounds(month, Grain.MONTH)
        hours = Q(source=version.source, utc_hour__lt=-(-microsecond_of(end or at) // _HOUR_US))
        if KINDS[version.kind].fills != "carry":  # A stock's level is made of all changes before, not only the month's.
            hours &= Q(utc_hour__gte=microsecond_of(start) // _HOUR_US)
        waiting |= hours
    return waiting
