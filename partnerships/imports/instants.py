"""Days and instants as people write them on the command line."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from foundation.errors import InvalidInputError
from metrics.periods import OrganisationCalendar


def read_zone(name: str) -> OrganisationCalendar:
    """The calendar of the IANA zone of this name; InvalidInputError where there is none."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise InvalidInputError("zone", f"{name[:60]!r} is no zone such as Europe/Berlin or UTC.") from None
    return OrganisationCalendar(name)


def read_instant(text: str, field: str, calendar: OrganisationCalendar, *, days: int = 0) -> datetime:
    """The midnight that a day begins at, `days` later; an instant as it is. InvalidInputError for anything else."""
    try:
        return calendar.midnight(date.fromisoformat(text) + timedelta(days=days))
    except (ValueError, OverflowError):
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise InvalidInputError(field, f"{text!r} is no day such as 2026-05-01, and no instant with an offset.")
    return moment
