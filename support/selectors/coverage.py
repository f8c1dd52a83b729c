"""The coming days, hour by hour: who is on duty, and who is needed for what is likely to come."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db.models import Count, Min
from django.db.models.functions import ExtractHour, ExtractIsoWeekDay

from foundation.words import local, organisation_zone
from operations.business_time.engine import BusinessTime
from operations.selectors.calendars import map_rules
from support.cover.staffing import Arrivals, Demand, Hour, Slot, list_slots, make_hours, merge_ranges
from support.models import Team, Ticket, TicketState
from support.selectors.duty import Duty, list_duties

DAYS = 14
WEEKS = 8
_NOT_WORK = (TicketState.MERGED, TicketState.SPAM)
_LEAST_OCCUPANCY = 0.05


@dataclass(frozen=True)
class Coverage:
    """Fourteen days of a team, or of all teams together, in the order of time."""

    team: Team | None
    hours: Sequence[Hour]

    def days(self) -> dict[date, list[Hour]]:
        """The hours by day."""
        found: dict[date, list[Hour]] = defaultdict(list)
        for hour in self.hours:
            found[hour.slot.day].append(hour)
        return found


@dataclass(frozen=True)
class Outlook:
    """All that coverage is worked out of, read once: for one team, or for each of them."""

    at: datetime
    slots: Sequence[Slot]
    teams: Sequence[Team]
    duties: Sequence[Duty]
    demand: Demand
    _counts: dict[tuple[int | None, int, int], int]
    _days: dict[int, int]
    _open: dict[int | None, list[tuple[datetime, datetime]]]

    def list_planned(self) -> list[Team]:
        """The teams that have shifts: of the others nobody knows who is there."""
        planned = {duty.shift.team_id for duty in self.duties}
        return [team for team in self.teams if team.pk in planned]

    def of(self, team: Team | None) -> Coverage:
        """The coverage of a team; of all of them for None, each agent once, in the hours of those that have shifts."""
        mine = [duty for duty in self.duties if team is None or duty.shift.team_id == team.pk]
        by_agent: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
        for duty in mine:
            by_agent[duty.shift.user_id] += duty.ranges
        calendars = [one.calendar_id for one in ([team] if team else self.list_planned() or self.teams)] or [None]
        hours = make_hours(
            self.slots,
            agents=[merge_ranges(ranges) for ranges in by_agent.values()],
            arrivals=self._arrivals(team.pk if team else None),
            open_ranges=merge_ranges(one for calendar in calendars for one in self._open[calendar]),
            demand=self.demand,
        )
        return Coverage(team, hours)

    def _arrivals(self, team_id: int | None) -> dict[tuple[int, int], Arrivals]:
        found: dict[tuple[int, int], int] = defaultdict(int)
        for (team, weekday, hour), count in self._counts.items():
            if team_id is None or team == team_id:
                found[weekday, hour] += count
        return {(day, hour): Arrivals(found[day, hour], self._days[day]) for day in range(7) for hour in range(24)}


def get_outlook(at: datetime, *, days: int = DAYS) -> Outlook:
    """What is known at the instant of the days from its own on; nine queries, however many rows there are."""
    zone, today = organisation_zone(), local(at).date()
    slots = list_slots(today, days, zone)
    teams = list(Team.objects.order_by("name"))
    start, end = slots[0].start, slots[-1].end
    rules = map_rules({team.calendar_id for team in teams if team.calendar_id})
    return Outlook(
        at=at,
        slots=slots,
        teams=teams,
        duties=list_duties(start, end),
        demand=Demand(settings.SUPPORT_HANDLING_MINUTES, max(settings.SUPPORT_OCCUPANCY, _LEAST_OCCUPANCY)),
        _counts=_count_arrivals(today),
        _days=_count_days(today),
        _open={key: BusinessTime(one).open_ranges(start, end) for key, one in rules.items()},
    )


def _since(today: date) -> datetime:
    return datetime.combine(today - timedelta(weeks=WEEKS), time(), tzinfo=organisation_zone())


def _count_arrivals(today: date) -> dict[tuple[int | None, int, int], int]:
    """Tickets of the weeks before today by team, weekday (Monday 0) and hour, on the organisation's clock."""
    zone = organisation_zone()
    until = datetime.combine(today, time(), tzinfo=zone)
    rows = Ticket.objects.filter(opened_at__gte=_since(today), opened_at__lt=until).exclude(state__in=_NOT_WORK)
    weekday, hour = ExtractIsoWeekDay("opened_at", tzinfo=zone), ExtractHour("opened_at", tzinfo=zone)
    counted = rows.order_by().values_list("team", weekday, hour).annotate(count=Count("pk"))
    return {(team, weekday - 1, hour): count for team, weekday, hour, count in counted}


def _count_days(today: date) -> dict[int, int]:
    """How many days of each weekday are counted: eight, or those since the first ticket was opened."""
    first = Ticket.objects.aggregate(first=Min("opened_at"))["first"]
    since = max(_since(today).date(), local(first).date()) if first else today
    found = dict.fromkeys(range(7), 0)
    for number in range((today - since).days):
        found[(since + timedelta(days=number)).weekday()] += 1
    return found
