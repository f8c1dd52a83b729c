"""The rules of a calendar: weekly windows on the wall clock, single days of their own, versions by effective date."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES = 1440
MAX_WINDOWS = 12
_WINDOW = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")


class RulesError(ValueError):
    """Windows that cannot be read; the message says which and why."""


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """An open stretch in minutes after a day's midnight on the wall clock; `end` may lie on the next day."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Week:
    """The windows of the seven weekdays, Monday first, in force from a date on."""

    effective_on: date
    days: tuple[tuple[Window, ...], ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """All of a calendar. `weeks` are in order of their dates; days before the first one follow the first one.

    `special` are the windows of single days, which replace the week's; none means closed.
    """

    zone: ZoneInfo
    weeks: tuple[Week, ...]
    special: Mapping[date, tuple[Window, ...]] = field(default_factory=dict)

    def windows_of(self, day: date) -> tuple[Window, ...]:
        """The windows that begin on the local day. One over midnight belongs to the day it begins on."""
        if day in self.special:
            return self.special[day]
        if not self.weeks:
            return ()
        place = bisect_right([week.effective_on for week in self.weeks], day)
        return self.weeks[max(place - 1, 0)].days[day.weekday()]


def parse_window(text: object) -> Window:
    """The window of "09:00-17:00"; one whose end is not after its start ends on the next day. RulesError otherwise."""
    found = _WINDOW.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise RulesError(f"{str(text)[:40]} is no window; write 09:00-17:00.")
    start_hour, start_minute, end_hour, end_minute = (int(part) for part in found.groups())
    start, end = start_hour * 60 + start_minute, end_hour * 60 + end_minute
    if end > DAY_MINUTES:
        raise RulesError(f"{text} ends after 24:00; write the end as a time of the next day.")
    return Window(start, end if end > start else end + DAY_MINUTES)


def parse_windows(texts: object) -> tuple[Window, ...]:
    """The windows of a list of texts, in order. RulesError if it is none, too long, or one cannot be read."""
    if not isinstance(texts, (list, tuple)):
        raise RulesError('Give a list of windows such as ["09:00-12:00", "13:00-17:00"].')
    if len(texts) > MAX_WINDOWS:
        raise RulesError(f"A day has at most {MAX_WINDOWS} windows.")
    return tuple(sorted(parse_window(text) for text in texts))


def parse_week(windows: object) -> tuple[tuple[Window, ...], ...]:
    """The seven days of {"mon": ["09:00-17:00"], …}; a weekday that is left out is closed. RulesError otherwise."""
    if not isinstance(windows, Mapping):
        raise RulesError('Give windows by weekday, such as {"mon": ["09:00-17:00"]}.')
    unknown = sorted(str(name)[:20] for name in windows if name not in WEEKDAYS)
    if unknown:
        raise RulesError(f"Unknown weekday: {', '.join(unknown)}. Known: {', '.join(WEEKDAYS)}.")
    return tuple(parse_windows(windows.get(name, [])) for name in WEEKDAYS)


def make_rules(zone: ZoneInfo, weeks: Iterable[Week], special: Mapping[date, Sequence[Window]]) -> Rules:
    """Rules with their weeks put in order."""
    ordered = tuple(sorted(weeks, key=lambda week: week.effective_on))
    return Rules(zone, ordered, {day: tuple(windows) for day, windows in special.items()})
