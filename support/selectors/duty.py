"""Who is on duty when, from shifts, holidays and absences."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from foundation.words import local
from operations.business_time.engine import BusinessTime
from operations.business_time.rules import Rules, Week, Window, make_rules, parse_week
from operations.selectors.calendars import map_rules
from support.models import DutyShift, Team
from support.selectors.absences import list_overlapping

Ranges = list[tuple[datetime, datetime]]
_CLOSED: tuple[tuple[Window, ...], ...] = ((),) * 7
_AROUND = timedelta(days=2)  # A shift may begin on the day before, and zones lie up to a day from UTC.


@dataclass(frozen=True)
class Duty:
    """One shift with the stretches in which its agent is there, absences left out."""

    shift: DutyShift
    ranges: Ranges


def make_shift_rules(shift: DutyShift, special: Mapping[date, tuple[Window, ...]]) -> Rules:
    """The shift as opening hours; on `special` days within their windows only, but for one that is on holidays."""
    week = parse_week(shift.windows)
    weeks = [Week(date.min, _CLOSED), Week(shift.starts_on, week)]
    if shift.ends_on is not None:
        weeks.append(Week(shift.ends_on + timedelta(days=1), _CLOSED))
    rules = make_rules(ZoneInfo(shift.timezone), weeks, {})
    if shift.is_on_holidays:
        return rules
    own = {day: _within(rules.windows_of(day), windows) for day, windows in special.items()}
    return make_rules(rules.zone, weeks, own)


def _within(windows: Iterable[Window], limits: Iterable[Window]) -> tuple[Window, ...]:
    pairs = ((max(one.start, limit.start), min(one.end, limit.end)) for one in windows for limit in limits)
    return tuple(Window(start, end) for start, end in pairs if start < end)


def list_duties(start: datetime, end: datetime, *, team_id: int | None = None) -> list[Duty]:
    """Each shift of [start, end) with the stretches in it in which its agent is on duty; at most five queries."""
    days = Q(ends_on__isnull=True) | Q(ends_on__gte=(start.astimezone(UTC) - _AROUND).date())
    shifts = DutyShift.objects.filter(days, starts_on__lte=(end.astimezone(UTC) + _AROUND).date())
    shifts = (
        shifts.filter(user__is_active=True).select_related("user", "team").order_by("team__name", "user__name", "pk")
    )
    if team_id is not None:
        shifts = shifts.filter(team=team_id)
    found = list(shifts)
    if not found:
        return []
    rules = map_rules({shift.team.calendar_id for shift in found if shift.team.calendar_id})
    away: dict[int, Ranges] = {}
    for absence in list_overlapping(start, end, users={shift.user_id for shift in found}).order_by("starts_at"):
        away.setdefault(absence.user_id, []).append((absence.starts_at, absence.ends_at))
    duties = []
    for shift in found:
        engine = BusinessTime(make_shift_rules(shift, rules[shift.team.calendar_id].special))
        duties.append(Duty(shift, without(engine.open_ranges(start, end), away.get(shift.user_id, []))))
    return duties


def list_on_duty(at: datetime, *, team_id: int | None = None) -> list[Duty]:
    """The shifts whose agents are there at the instant."""
    return [duty for duty in list_duties(at, at + timedelta(microseconds=1), team_id=team_id) if duty.ranges]


def without(ranges: Ranges, gone: Ranges) -> Ranges:
    """The stretches less the others, all in order."""
    for low, high in gone:
        ranges = [
            (start, end)
            for first, last in ranges
            for start, end in ((first, min(last, low)), (max(first, high), last))
            if start < end
        ]
    return ranges


def list_planned(at: datetime, team: Team | None = None) -> "QuerySet[DutyShift]":
    """The shifts that hold or will, of a team or of all, with whom they name."""
    held = DutyShift.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=local(at).date()))
    held = held.filter(team=team) if team else held
    return held.select_related("user", "team").order_by("team__name", "user__name", "starts_on", "pk")
