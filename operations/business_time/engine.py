"""Seconds of open time by prefix sums over merged open ranges: two bisections a question, however long the interval."""

from bisect import bisect_left, bisect_right
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate

from operations.business_time.rules import Rules
from operations.business_time.wall_clock import SECOND_US, edge_us, from_us, to_us

SEARCH_DAYS = 400
"""A calendar without open time for as many days counts as one that never opens."""

_PAD = timedelta(days=3)  # Windows reach into the next day, and zones lie up to a day from UTC.
_LAST_DAY = date(9000, 1, 1)
_FIRST_DAY = date(1, 1, 10)
_FURTHEST = timedelta(days=100 * 366)
"""What takes longer to pass is never due; every day on the way there would have to be indexed."""


class NoOpenTimeError(ValueError):
    """The calendar has no open time within SEARCH_DAYS, or not as much as was asked for."""


class BusinessTime:
    """Answers about one calendar's open time. Instants are aware; the answers count real seconds.

    It indexes the days it is asked about and keeps the index: make one for many questions.
    """

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._first: date | None = None
        self._end: date | None = None
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._before: list[int] = [0]

    def open_ranges(self, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
        """The open stretches within [start, end), in UTC, in order, none touching the next."""
        if end <= start:
            return []
        self._cover(_day(start), _day(end))
        low, high = to_us(start), to_us(end)
        places = range(bisect_right(self._ends, low), bisect_left(self._starts, high))
        return [(from_us(max(self._starts[i], low)), from_us(min(self._ends[i], high))) for i in places]

    def business_seconds(self, start: datetime, end: datetime) -> float:
        """Seconds of open time in [start, end); negative where end is before start. Exact to the microsecond."""
        if end < start:
            return -self.business_seconds(end, start)
        self._cover(_day(start), _day(end))
        return (self._elapsed(to_us(end)) - self._elapsed(to_us(start))) / SECOND_US

    def add_business_time(self, start: datetime, seconds: float) -> datetime:
        """The first instant by which `seconds` of open time have passed since `start`; `start` itself for none.

        ValueError for a negative number; NoOpenTimeError where the calendar does not open long enough.
        """
        if seconds < 0:
            raise ValueError("seconds must not be negative")
        if seconds == 0:
            return start.astimezone(UTC)
        wanted = round(seconds * SECOND_US)
        self._cover(_day(start), _day(start))
        target = self._elapsed(to_us(start)) + wanted
        self._reach(target, _later(_day(start), _FURTHEST))
        place = bisect_left(self._before, target) - 1
        return from_us(self._starts[place] + target - self._before[place])

    def next_open(self, at: datetime) -> datetime:
        """`at` if it is open then, else when the next stretch begins; NoOpenTimeError if none does in SEARCH_DAYS."""
        ranges = self.open_ranges(at, at + timedelta(days=SEARCH_DAYS))
        if not ranges:
            raise NoOpenTimeError(f"The calendar has no open time in {SEARCH_DAYS} days.")
        return ranges[0][0]

    def is_open(self, at: datetime) -> bool:
        """Whether the instant lies in an open stretch; a stretch's end does not."""
        return bool(self.open_ranges(at, at + timedelta(microseconds=1)))

    def _elapsed(self, us: int) -> int:
        """Open microseconds from the index's begin to the instant."""
        place = bisect_right(self._starts, us)
        if not place:
            return 0
        return self._before[place - 1] + min(us, self._ends[place - 1]) - self._starts[place - 1]

    def _reach(self, target: int, furthest: date) -> None:
        """Index further days until `target` open microseconds are in it."""
        while self._before[-1] < target:
            before, end = self._before[-1], self._known_end()
            if end >= furthest:
                raise NoOpenTimeError("The calendar does not open as long as that.")
            self._cover(end, _later(end, timedelta(days=SEARCH_DAYS)))
            if self._before[-1] == before:
                raise NoOpenTimeError(f"The calendar has no open time in {SEARCH_DAYS} days.")

    def _known_end(self) -> date:
        assert self._end is not None
        return self._end

    def _cover(self, first: date, last: date) -> None:
        """Make the index hold all of the days, and as much again when it has to grow: questions come in clusters."""
        first, last = _earlier(first, _PAD), _later(last, _PAD)
        if self._first is not None and self._end is not None:
            if self._first <= first and last <= self._end:
                return
            size = self._end - self._first
            first = self._first if first >= self._first else _earlier(first, size)
            last = self._end if last <= self._end else _later(last, size)
        self._first, self._end = first, last
        self._index()

    def _index(self) -> None:
        """Make the merged ranges and their prefix sums for the days in [first, end]."""
        found: list[tuple[int, int]] = []
        day, zone = self._first, self._rules.zone
        while day is not None and day <= self._known_end():
            found += [(edge_us(day, w.start, zone), edge_us(day, w.end, zone)) for w in self._rules.windows_of(day)]
            day += timedelta(days=1)
        merged: list[list[int]] = []
        for start, end in sorted(found):
            if merged and start <= merged[-1][1]:
                merged[-1][1] = max(merged[-1][1], end)
            elif end > start:
                merged.append([start, end])
        self._starts = [start for start, _ in merged]
        self._ends = [end for _, end in merged]
        self._before = list(accumulate((end - start for start, end in merged), initial=0))


def check_opens(rules: Rules, *, at: datetime) -> None:
    """NoOpenTimeError unless the calendar has open time within SEARCH_DAYS after the instant."""
    BusinessTime(rules).next_open(at)


def _day(at: datetime) -> date:
    return at.astimezone(UTC).date()


def _earlier(day: date, length: timedelta) -> date:
    """So much earlier, or the first day there is."""
    return day - length if day - _FIRST_DAY > length else _FIRST_DAY


def _later(day: date, length: timedelta) -> date:
    """So much later, or the last day there is."""
    return day + length if _LAST_DAY - day > length else _LAST_DAY
