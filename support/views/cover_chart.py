"""The cover of the coming days as a strip of charts with its table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from charts.cover_strip import CoverDay, CoverHour, cover_strip
from charts.primitives import Caption, Markup, figure
from charts.table import details
from foundation.words import MINUS, joined, spelled, zone_name
from foundation.words import figure as number
from support.cover.staffing import HOURS, Hour
from support.selectors.coverage import Coverage, Outlook
from support.services.coverage_gaps import write_hours
from support.views.cover_words import write_gaps

_NAMED = 4
"""So many days are named in the finding."""


@dataclass(frozen=True)
class _Day:
    """One day's hours as of an instant: what lies behind cannot lack anybody any more."""

    day: date
    hours: Sequence[Hour]
    at: datetime

    @cached_property
    def lacking(self) -> list[Hour]:
        return [hour for hour in self.hours if hour.lacking and hour.slot.end > self.at]

    @property
    def name(self) -> str:
        return f"{self.day:%a} {self.day.day}"

    @property
    def words(self) -> str:
        """What stands below it."""
        if self.lacking:
            return f"{MINUS}{len(self.lacking)} h"
        opened = [hour for hour in self.hours if hour.is_open]
        ahead = [hour for hour in opened if hour.slot.end > self.at]
        if not ahead:
            return "over" if opened else "closed"
        return "covered" if any(hour.needed is not None for hour in ahead) else "unknown"


def show_cover(outlook: Outlook) -> dict[str, object]:
    """The section, by the numbers of the page of cover: the figure of all teams together, and which of them is short
    when; no figure where no shift is planned.
    """
    teams = [outlook.of(team) for team in outlook.list_planned()]
    short = [one for one in teams if any(day.lacking for day in _list_days(one, outlook.at))]
    return {
        "figure": _figure(outlook, short) if teams else None,
        "gaps": write_gaps(short, outlook.at) if short else "",
    }


def _list_days(coverage: Coverage, at: datetime) -> list[_Day]:
    return [_Day(day, hours, at) for day, hours in coverage.days().items()]


def _figure(outlook: Outlook, short: Sequence[Coverage]) -> Markup:
    coverage = outlook.of(None)
    days = _list_days(coverage, outlook.at)
    first, last = _clock(coverage)
    said = ", ".join(f"{day.name} {day.words}" for day in days)
    caption = Caption("cover", "Agents on duty against agents needed", said)
    drawing = cover_strip([_draw(day, first, last) for day in days], caption, hours=(first, last))
    note = (
        f"Agents on duty (line) against agents needed for what is expected (grey), all teams together, "
        f"{first:02d}:00 to {last:02d}:00 {zone_name()}, today and {len(days) - 1} days"
    )
    finding = _write_finding(days, [str(one.team) for one in short])
    return figure(finding, note, drawing, size="x", after=_table(days))


def _write_finding(days: Sequence[_Day], teams: Sequence[str]) -> str:
    """What the strip says: Short on Tue 24, Fri 27 and Sat 28. Where only single teams are short, which."""
    short = [day.name for day in days if day.lacking]
    if short:
        left = len(short) - _NAMED + 1
        named = short if len(short) <= _NAMED else [*short[: _NAMED - 1], f"{spelled(left)} more days"]
        return f"Short on {joined(named)}"
    if teams:
        return f"Together there are enough; {joined(teams)} {'is' if len(teams) == 1 else 'are'} short"
    words = {day.words for day in days}
    if "covered" in words:
        return "Every open hour ahead is covered"
    return "How many are needed is not known yet" if "unknown" in words else "The desk is closed on all of these days"


def _clock(coverage: Coverage) -> tuple[int, int]:
    """The hours of the clock in which the desk is open or somebody is there on any of the days."""
    hours = [hour.slot.hour for hour in coverage.hours if hour.is_open or hour.on_duty]
    return (min(hours), max(hours) + 1) if hours else (0, HOURS)


def _draw(day: _Day, first: int, last: int) -> CoverDay:
    lacking = {hour.slot.hour for hour in day.lacking}
    drawn = [
        CoverHour(hour.slot.hour, hour.on_duty, hour.needed or 0, hour.slot.hour in lacking)
        for hour in day.hours
        if first <= hour.slot.hour < last and hour.slot.length
    ]
    return CoverDay(day.name, drawn, day.words, is_short=bool(lacking))


def _table(days: Sequence[_Day]) -> Markup:
    rows = [
        (
            f"{day.name} {day.day:%b}",
            number(sum(hour.on_duty * hour.slot.length for hour in day.hours)),
            number(sum((hour.needed or 0) * hour.slot.length for hour in day.hours)),
            write_hours([hour.slot.hour for hour in day.lacking]) or day.words,
        )
        for day in days
    ]
    return details("Hours of agents by day", ("Day", "On duty", "Needed", "Lacking"), rows, words=(3,))
