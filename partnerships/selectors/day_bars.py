"""What each local day of an integration is drawn as, from the stored days and hours.

Exactly what its timeline gives. Of days that are over only those on which something was not up are read, which are few:
from the days of UTC where the organisation's days are the same, else from the hours. Intervals are read for what has
not been rolled up yet, and for days on which only the overlap of several checks can tell.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from partnerships.health.overlays import as_counted
from partnerships.health.uptime import Accounting, Span, Tally, from_us, to_us
from partnerships.models import CheckState, HealthCheck, UptimeDay
from partnerships.selectors.pages_timelines import (
    BLIND_SHARE,
    day_bounds,
    day_state,
    day_states,
    joined,
    load_check_timelines,
    silent_since,
)
from partnerships.selectors.uptime_hours import NOT_ALL_UP, list_troubled_rows

Groups = Mapping[int, Sequence[HealthCheck]]
"""The checks of each integration."""
SpansFrom = Callable[[Sequence[HealthCheck], datetime], Mapping[int, list[Span]]]
"""Gives the timelines of checks from an instant on, as the rules want them counted."""

_RECENT_DAYS = 2
_HOUR_US = 3_600_000_000
_KINDS = ("up_us", "degraded_us", "down_us", "unknown_us", "paused_us")


def list_day_bars(
    groups: Groups, *, days: int, at: datetime, accounting: Accounting, spans_from: SpansFrom | None = None
) -> dict[int, tuple[str, ...]]:
    """The state of each of the last `days` local days by integration, oldest first, as `day_states` tells them.

    The number of queries does not depend on how many integrations there are.
    """
    bounds = day_bounds(days, at)
    ours = {key: [check for check in checks if check.counts_for_uptime] for key, checks in groups.items()}
    if accounting.service_hours is not None:  # No stored sum is cut at these hours.
        drafts = {key: _Draft(checks, [None] * days) for key, checks in ours.items()}
    else:
        spent = _spent_by_day([check.pk for checks in ours.values() for check in checks], bounds, accounting)
        drafts = {key: _Draft.of(checks, spent, bounds, at) for key, checks in ours.items()}
    for unclear, first in _unclear(drafts.values(), days):
        checks = [check for draft in unclear for check in draft.checks]
        spans = (spans_from or _loader(accounting, at))(checks, from_us(bounds[first]))
        for draft in unclear:
            draft.clarify(spans, at=at)
    return {key: draft.told for key, draft in drafts.items()}


def _loader(accounting: Accounting, at: datetime) -> SpansFrom:
    return lambda checks, start: load_check_timelines(checks, start=start, at=at).by(accounting)


@dataclass(slots=True)
class _Draft:
    """The bars of one integration so far; None where only its timeline can tell."""

    checks: Sequence[HealthCheck]
    states: list[str | None]

    @classmethod
    def of(
        cls, checks: Sequence[HealthCheck], spent: Mapping[tuple[int, int], Tally], bounds: Sequence[int], at: datetime
    ) -> _Draft:
        days = len(bounds) - 1
        over = min((_days_over(check, bounds, at) for check in checks), default=days)
        begun = {check.pk: _first_day(check, bounds) for check in checks}
        states = [_told(begun, spent, day, bounds[day + 1] - bounds[day]) for day in range(over)]
        return cls(checks, [*states, *[None] * (days - over)])

    @property
    def unclear_from(self) -> int | None:
        """The first day that is left open."""
        return next((day for day, state in enumerate(self.states) if state is None), None)

    @property
    def told(self) -> tuple[str, ...]:
        return tuple(state for state in self.states if state is not None)

    def clarify(self, spans: Mapping[int, list[Span]], *, at: datetime) -> None:
        """Tells what was left open; the spans reach back to the first such day at least."""
        told = day_states(joined(self.checks, spans), days=len(self.states), at=at)
        self.states = [known or found for known, found in zip(self.states, told, strict=True)]


def _days_over(check: HealthCheck, bounds: Sequence[int], at: datetime) -> int:
    """How many of the days are over and rolled up, and had no silence that nobody has noted yet."""
    if check.rolled_up_to is None:
        return len(bounds) - 1 if check.state_since is None else 0  # Nothing was ever told of it, or all is to be read.
    known = min(moment for moment in (check.rolled_up_to, silent_since(check, at), at) if moment is not None)
    return max(bisect_right(bounds, to_us(known)) - 1, 0)


def _first_day(check: HealthCheck, bounds: Sequence[int]) -> int:
    """The day on which its measuring began; -1: before them all, the number of days: after or never."""
    return bisect_right(bounds, to_us(check.monitored_from)) - 1 if check.monitored_from else len(bounds)


def _told(begun: Mapping[int, int], spent: Mapping[tuple[int, int], Tally], day: int, length: int) -> str | None:
    """The state of one day that is over; None where the sums leave it open."""
    found = {pk: spent[pk, day] for pk in begun if (pk, day) in spent}
    if any(begun[pk] >= day for pk in found):  # It may have been paused before it was measured at all.
        return None
    there = sum(first <= day for first in begun.values())
    if not there:
        return "none"
    for kind in (CheckState.DOWN, CheckState.DEGRADED):
        if any(getattr(one, kind) for one in found.values()):
            return kind
    if there == 1:
        return day_state(next(iter(found.values()), Tally()), length)
    most = max((one.unknown for one in found.values()), default=0)
    if most * BLIND_SHARE > length:
        return CheckState.UNKNOWN
    blind = (sum(map(attrgetter(kind), found.values())) for kind in ("unknown", "maintenance", "paused"))
    return CheckState.UP if all(time * BLIND_SHARE <= length for time in blind) else None


def _spent_by_day(ids: Sequence[int], bounds: Sequence[int], accounting: Accounting) -> Mapping[tuple[int, int], Tally]:
    """Time by class by check and number of the day, of those on which something was not up or was planned."""
    found: dict[tuple[int, int], Tally] = {}
    for check_id, day, counted, is_planned in _stored(ids, bounds):
        key, one = (check_id, day), as_counted(counted, accounting) if is_planned else counted
        found[key] = found[key] + one if key in found else one
    return found


def _stored(ids: Sequence[int], bounds: Sequence[int]) -> Iterator[tuple[int, int, Tally, bool]]:
    start, end = from_us(bounds[0]), from_us(bounds[-1])
    if any(from_us(bound).hour or bound % _HOUR_US for bound in bounds):
        for row in list_troubled_rows(ids, start, end):
            counted = Tally(row.up, row.degraded, row.down, row.unknown, row.paused)
            yield row.check_id, bisect_right(bounds, to_us(row.at)) - 1, counted, row.is_planned
        return
    rows = UptimeDay.objects.filter(
        NOT_ALL_UP, health_check__in=ids, day_on__gte=start.date(), day_on__lt=end.date()
    ).order_by()
    first = start.date()
    for check_id, day, is_planned, *spent in rows.values_list("health_check_id", "day_on", "is_planned", *_KINDS):
        yield check_id, (day - first).days, Tally(*spent), is_planned


def _unclear(drafts: Iterable[_Draft], days: int) -> Iterator[tuple[list[_Draft], int]]:
    """The drafts to read intervals for, and from which day on: a few days of most, and all that others need."""
    known = [(draft, draft.unclear_from) for draft in drafts]
    recent = [draft for draft, first in known if first is not None and first >= days - _RECENT_DAYS]
    older = [(draft, first) for draft, first in known if first is not None and first < days - _RECENT_DAYS]
    if recent:
        yield recent, max(days - _RECENT_DAYS, 0)
    if older:
        yield [draft for draft, _ in older], min(first for _, first in older)
