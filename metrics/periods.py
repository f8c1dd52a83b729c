"""Periods of the organisation's calendar: local days as UTC instants, and the weeks to years made of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from metrics.models.value import Grain

ALL_START = date(1970, 1, 1)
PUBLISHED_AFTER = timedelta(hours=1)
"""A complete period's value that has stood this long counts as published; a later change is a restatement."""
_HOUR = timedelta(hours=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_HOUR, _LAST_HOUR = ((datetime(year, 1, 1, tzinfo=UTC) - _EPOCH) // _HOUR for year in (3, 9998))
"""Hours outside are taken for these: every zone and period of theirs is on the calendar."""


@dataclass(frozen=True)
class OrganisationCalendar:
    """How an organisation cuts time: its IANA zone, the first weekday (0 Monday) and the first month of its year.

    `rolling_days` is how long rolling periods are; one begins every day. Without it there are none.
    """

    zone: str = "UTC"
    week_start: int = 0
    year_start: int = 1
    rolling_days: int | None = None

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def midnight(self, day: date) -> datetime:
        """The UTC instant a local day begins; where the clocks skip midnight, the first instant after."""
        local = datetime.combine(day, time(), self.tz)
        moment = local.astimezone(UTC)
        back = moment.astimezone(self.tz)
        return moment if back.date() == day else _first_instant(day, moment, self.tz)

    def day_of(self, moment: datetime) -> date:
        """The local day an instant lies in."""
        return moment.astimezone(self.tz).date()

    def days_of_hour(self, utc_hour: int) -> set[date]:
        """The local days that one UTC hour (counted from 1970) touches: one, or two around midnight."""
        start = _EPOCH + min(max(utc_hour, _FIRST_HOUR), _LAST_HOUR) * _HOUR
        return {self.day_of(start), self.day_of(start + _HOUR - timedelta(microseconds=1))}

    def period_start(self, day: date, grain: str) -> date:
        """The first day of the period of this grain that contains the day; of rolling ones, that begins with it."""
        if grain in (Grain.DAY, Grain.ROLLING):
            return day
        if grain == Grain.WEEK:
            return day - timedelta(days=(day.weekday() - self.week_start) % 7)
        if grain == Grain.MONTH:
            return day.replace(day=1)
        if grain == Grain.QUARTER:
            return _months_back(day, (day.month - self.year_start) % 12 % 3)
        if grain == Grain.YEAR:
            return _months_back(day, (day.month - self.year_start) % 12)
        return ALL_START

    def period_end(self, start: date, grain: str) -> date | None:
        """The first day after the period; None for the whole history, which never ends."""
        if grain == Grain.DAY:
            return start + timedelta(days=1)
        if grain == Grain.WEEK:
            return start + timedelta(days=7)
        if grain == Grain.ROLLING:
            return start + timedelta(days=self.rolling_days or 1)
        months = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.YEAR: 12}.get(Grain(grain))
        return None if months is None else add_months(start, months)

    def starts_containing(self, day: date, grain: str) -> list[date]:
        """The starts of every period of this grain that contains the day: one, but of rolling ones many."""
        if grain == Grain.ROLLING:
            return [day - timedelta(days=back) for back in range(self.rolling_days or 0)]
        return [self.period_start(day, grain)]

    @property
    def grains(self) -> list[str]:
        """The grains whose periods are kept."""
        return [grain for grain in Grain.values if grain != Grain.ROLLING or self.rolling_days]

    def bounds(self, start: date, grain: str) -> tuple[datetime, datetime | None]:
        """The UTC instants [start, end) of a period."""
        end = self.period_end(start, grain)
        return self.midnight(start), None if end is None else self.midnight(end)

    def is_complete(self, start: date, grain: str, at: datetime) -> bool:
        """Whether the period had ended at `at`."""
        end = self.bounds(start, grain)[1]
        return end is not None and end <= at

    def starts_between(self, first: date, last: date, grain: str) -> Iterator[date]:
        """The starts of all periods that touch the days first … last, in order."""
        start: date | None = self.period_start(first, grain)
        while start is not None and start <= last:
            yield start
            start = start + timedelta(days=1) if grain == Grain.ROLLING else self.period_end(start, grain)


def _first_instant(day: date, guess: datetime, tz: ZoneInfo) -> datetime:
    """The earliest instant of a local day, found by bisection to the second around a wrong guess."""
    low, high = guess - timedelta(hours=26), guess + timedelta(hours=26)
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        low, high = (low, middle) if middle.astimezone(tz).date() >= day else (middle, high)
    return high.replace(microsecond=0)


def add_months(day: date, months: int) -> date:
    """The first of the month that many months after the day's month."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def _months_back(day: date, months: int) -> date:
    return add_months(day.replace(day=1), -months)


def days_of_marks(hours: Iterable[int], calendar: OrganisationCalendar) -> set[date]:
    """The local days touched by UTC hours."""
    return set().union(*(calendar.days_of_hour(hour) for hour in set(hours)))
