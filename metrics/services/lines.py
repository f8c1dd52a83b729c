"""The cells of one line that a recompute has read, and the periods its touched days lie in."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from itertools import accumulate

import numpy as np

from metrics.column_blocks import Index
from metrics.columns import unpack_column
from metrics.frame import Integers
from metrics.keys import Line
from metrics.kinds import KINDS, Cell, KindRule
from metrics.models import Grain, MetricVersion
from metrics.periods import OrganisationCalendar
from metrics.rollups import Rollup, keeps_column, rollup_of
from metrics.services.cells import Family, calendar_of
from metrics.services.day_cells import Span
from metrics.services.months import Month

EVER: Span = (date.min, date.max)
OF_MONTHS = (Grain.MONTH, Grain.QUARTER, Grain.YEAR, Grain.ALL)


@dataclass
class LineState:
    """One line in a recompute: which days are `touched`, which `days` and `months` were read.

    For a stock `touched` holds every day whose level may have moved, those beyond the changed cells included.
    """

    family: Family
    segment: str
    touched: set[date]
    days: Mapping[date, Cell] = field(default_factory=dict)
    months: Mapping[date, Month] = field(default_factory=dict)
    _columns: dict[date, Integers] = field(default_factory=dict)

    @property
    def line(self) -> Line:
        return self.family.owner.pk, self.segment

    @property
    def kind(self) -> str:
        return self.family.owner.kind

    @property
    def rule(self) -> KindRule:
        return KINDS[self.kind]

    @property
    def rollup(self) -> Rollup | None:
        return rollup_of(self.kind)

    @property
    def is_column(self) -> bool:
        return keeps_column(self.kind)

    @property
    def is_carried(self) -> bool:
        return self.rule.fills == "carry"

    @property
    def touched_months(self) -> set[date]:
        return {day.replace(day=1) for day in self.touched}

    def spans(self) -> list[Span]:
        """The stretches of days whose cells the touched periods are made of."""
        if self.rollup is None:
            return [EVER]
        spans: set[Span] = set()
        for calendar in {calendar_of(version) for version in self.family.members}:
            for day in self.touched:
                for grain in calendar.grains:
                    if grain not in (Grain.QUARTER, Grain.YEAR, Grain.ALL):
                        spans |= {_span(calendar, start, grain) for start in calendar.starts_containing(day, grain)}
        return list(spans)

    def periods(self, version: MetricVersion) -> Iterable[tuple[str, date, date | None]]:
        """The grain, first day and end of every period of a version that contains a touched day."""
        calendar = calendar_of(version)
        for grain in calendar.grains:
            for start in {start for day in self.touched for start in calendar.starts_containing(day, grain)}:
                yield grain, start, calendar.period_end(start, grain)

    @cached_property
    def _sorted_days(self) -> tuple[list[date], list[Cell]]:
        ordered = sorted(self.days)
        return ordered, [self.days[day] for day in ordered]

    def cells_between(self, start: date, end: date | None) -> Sequence[Cell]:
        """The day cells with start ≤ day < end."""
        ordered, cells = self._sorted_days
        return cells[bisect_left(ordered, start) : _position(ordered, end)]

    def months_between(self, start: date, end: date | None) -> list[Month]:
        """The months with start ≤ first day < end, in order."""
        return [self.months[day] for day in sorted(self.months) if start <= day and (end is None or day < end)]

    def column_between(self, start: date, end: date | None) -> Integers:
        """All values of the day columns with start ≤ day < end."""
        ordered, _ = self._sorted_days
        parts = [self._column(day) for day in ordered[bisect_left(ordered, start) : _position(ordered, end)]]
        return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)

    def _column(self, day: date) -> Integers:
        if day not in self._columns:
            self._columns[day] = unpack_column(self.days[day].data)
        return self._columns[day]

    @cached_property
    def _levels(self) -> tuple[list[date], list[int], list[date], list[int]]:
        months, (days, cells) = sorted(self.months), self._sorted_days
        sums = accumulate((self.months[month].cell.total for month in months), initial=0)
        return months, list(sums), days, list(accumulate((cell.total for cell in cells), initial=0))

    def level_before(self, end: date | None) -> int | None:
        """A stock's level as the day before `end` ends; None where it had not begun."""
        months, month_sums, days, day_sums = self._levels
        first = end.replace(day=1) if end else None
        before = _position(months, first)
        level = month_sums[before]
        inside = range(_position(days, first), _position(days, end)) if end else range(0)
        if inside:
            level += day_sums[inside.stop] - day_sums[inside.start]
        return level if before or inside else None


def indexes(months: Iterable[Month]) -> list[Index]:
    """The block indexes of months."""
    return [month.index for month in months]


def _position(ordered: Sequence[date], day: date | None) -> int:
    return len(ordered) if day is None else bisect_left(ordered, day)


def _span(calendar: OrganisationCalendar, start: date, grain: str) -> Span:
    """A period's days; for a rolling one also those from its last month's first, which a level needs."""
    last = (calendar.period_end(start, grain) or date.max) - timedelta(days=1)
    return (min(start, last.replace(day=1)) if grain == Grain.ROLLING else start), last


def moved_days(changes: Mapping[date, int], known: Collection[date]) -> set[date]:
    """The days on which a stock's level moved, when its days' totals changed by so much: a shift lasts until undone."""
    moved, shift, pending = set(changes), 0, sorted(changes)
    for day in sorted(known):
        while pending and pending[0] <= day:
            shift += changes[pending.pop(0)]
        if shift:
            moved.add(day)
    return moved
