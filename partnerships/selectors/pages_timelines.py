"""The states of an integration over time: of its checks together, and cut by the organisation's days."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from foundation.words import local
from partnerships.health.overlays import MAINTENANCE, OUTSIDE_HOURS, as_rules_want
from partnerships.health.state_machine import Rules
from partnerships.health.timelines import worst_timeline
from partnerships.health.uptime import STANDARD, Accounting, Span, Tally, from_us, to_us
from partnerships.models import CheckState, HealthCheck
from partnerships.selectors.overlays import get_maintenance_by_check
from partnerships.selectors.pages_figures import midnight
from partnerships.selectors.spans import get_measured_spans_by_check, get_spans_by_check

_ONE_DAY = timedelta(days=1)
_HOUR_SECONDS = 3600
BLIND_SHARE = 20  # a twentieth of a day
# The first of these that any check is in now, as in worst_timeline.
_ORDER = ("down", "degraded", "unknown", "pending", "up", "paused")


@dataclass(frozen=True, slots=True)
class StateNow:
    """A state and since when; no `since` where it never began. `state` "none": there is nothing that could tell."""

    state: str
    since: datetime | None

    @property
    def tone(self) -> str:
        return CheckState.tone_of(self.state)

    @property
    def label(self) -> str:
        return str(CheckState(self.state).label) if self.state in CheckState.values else "No check"


@dataclass(frozen=True, slots=True)
class DayPart:
    """A state on one local day (0 is the oldest) between two times of its clock, in hours 0 to 24."""

    day: int
    start: float
    end: float
    state: str


def silent_since(check: HealthCheck, at: datetime) -> datetime | None:
    """From when on nothing is known of a check whose results stopped and that nobody has swept yet.

    A poller that is dead together with its sweeper must not look like a partner that is up.
    """
    if check.stale_at is None or check.stale_at > at or check.state in {CheckState.UNKNOWN, CheckState.PAUSED}:
        return None
    interval = timedelta(seconds=check.interval_seconds)
    rules = Rules(fail_threshold=check.fail_threshold, recover_threshold=check.recover_threshold, interval=interval)
    return check.stale_at - rules.stale_after + interval


def state_of(check: HealthCheck, at: datetime) -> StateNow:
    """The check's state at `at`; unknown where it fell silent."""
    silent = silent_since(check, at)
    if silent is not None:
        return StateNow(CheckState.UNKNOWN, silent)
    return StateNow(check.state, check.state_since)


def worst_of(states: Iterable[StateNow]) -> StateNow:
    """The gravest of several states and how long one of them has lasted; "none" of none."""
    found = list(states)
    for name in _ORDER:
        since = [one.since for one in found if one.state == name]
        if since:
            return StateNow(name, min((moment for moment in since if moment is not None), default=None))
    return StateNow("none", None)


@dataclass(frozen=True, slots=True)
class CheckTimelines:
    """The spans of checks by check id, with silence as unknown, and the planned time of those that count."""

    measured: Mapping[int, list[Span]]
    planned: Mapping[int, list[tuple[int, int]]]
    now: int
    _told: dict[tuple[str, str], dict[int, list[Span]]] = field(default_factory=dict)

    def by(self, accounting: Accounting) -> Mapping[int, list[Span]]:
        """The spans with time in maintenance and outside service hours in the state that the rules want."""
        rule = accounting.maintenance, accounting.hours_name
        if rule not in self._told:
            self._told[rule] = {
                pk: as_rules_want(spans, self.planned.get(pk, []), now=self.now, accounting=accounting)
                for pk, spans in self.measured.items()
            }
        return self._told[rule]


def load_check_timelines(
    checks: Iterable[HealthCheck], *, start: datetime, at: datetime, is_raw: bool = False
) -> CheckTimelines:
    """What of each check overlaps [start, at), adjusted unless it is to be raw. Four queries at least."""
    known = list(checks)
    get_spans = get_measured_spans_by_check if is_raw else get_spans_by_check
    found = get_spans([check.pk for check in known], start=start, end=at)
    counting = [check.pk for check in known if check.counts_for_uptime]
    planned = get_maintenance_by_check(counting, start=start, end=at, is_raw=is_raw)
    told = {check.pk: with_silence(found.get(check.pk, []), silent_since(check, at)) for check in known}
    return CheckTimelines(told, planned, to_us(at))


def get_check_timelines(
    checks: Iterable[HealthCheck], *, start: datetime, at: datetime, accounting: Accounting = STANDARD
) -> Mapping[int, list[Span]]:
    """The spans of each check that overlap [start, at), by check id, as the rules want them counted."""
    return load_check_timelines(checks, start=start, at=at).by(accounting)


def joined(checks: Iterable[HealthCheck], timelines: Mapping[int, list[Span]]) -> list[Span]:
    """One timeline for the checks that count."""
    counting = [timelines[check.pk] for check in checks if check.counts_for_uptime]
    return list(counting[0]) if len(counting) == 1 else worst_timeline(counting)


def monitored_from(checks: Iterable[HealthCheck], spans: Sequence[Span], *, at: datetime) -> int:
    """When measuring began, in microseconds since 1970; `at` where it never did, so that no time is counted."""
    known = [to_us(check.monitored_from) for check in checks if check.counts_for_uptime and check.monitored_from]
    return min([*known, *(span.start for span in spans[:1])], default=to_us(at))


def day_states(spans: Sequence[Span], *, days: int, at: datetime) -> tuple[str, ...]:
    """What each of the last `days` local days is drawn as, oldest first; "none" where there was no measuring.

    Any downtime or degradation shows; being unknown, in maintenance or paused where it took more than 5 % of the day.
    What lies outside the service hours is no part of the day.
    """
    spent: list[Counter[str]] = [Counter() for _ in range(days)]
    for day, low, high, state in _by_day(spans, days=days, at=at):
        spent[day][state] += high - low
    return tuple(_day_state(states) for states in spent)


def _day_state(spent: Counter[str]) -> str:
    spent.pop(OUTSIDE_HOURS, None)
    if not spent.total():
        return "none"
    spent[CheckState.UNKNOWN] += spent.pop(CheckState.PENDING, 0)
    return day_state(Tally(**{str(state): length for state, length in spent.items()}), spent.total())


def day_state(counted: Tally, length: int) -> str:
    """What a day is drawn as of which this much was measured, `length` in all; what `counted` leaves out was up."""
    for state in (CheckState.DOWN, CheckState.DEGRADED):
        if getattr(counted, state):
            return state
    for name in (CheckState.UNKNOWN, MAINTENANCE, CheckState.PAUSED):
        if getattr(counted, name) * BLIND_SHARE > length:
            return name
    return CheckState.UP


def _by_day(spans: Sequence[Span], *, days: int, at: datetime) -> Iterator[tuple[int, int, int, str]]:
    """The spans cut by local midnights, as (day, start, end, state); open ones go on until `at`."""
    bounds = day_bounds(days, at)
    for span in spans:
        end = to_us(at) if span.end is None else span.end
        for day in range(max(bisect_right(bounds, span.start) - 1, 0), days):
            if bounds[day] >= end:
                break
            low, high = max(span.start, bounds[day]), min(end, bounds[day + 1])
            if low < high:
                yield day, low, high, span.state


def day_parts(spans: Sequence[Span], *, days: int, at: datetime, measured_from: int) -> list[DayPart]:
    """Everything but being up on the last `days` local days; the time before measuring began is unknown."""
    begin = to_us(midnight(list_days(days, at)[0]))
    before = [Span(begin, measured_from, CheckState.UNKNOWN)] if measured_from > begin else []
    cut = _by_day([*before, *spans], days=days, at=at)
    return [DayPart(day, _clock(low), _clock(high) or 24.0, state) for day, low, high, state in cut if state != "up"]


def list_days(days: int, at: datetime) -> list[date]:
    """The last `days` local days, oldest first."""
    today = local(at).date()
    return [today - number * _ONE_DAY for number in reversed(range(days))]


def day_bounds(days: int, at: datetime) -> list[int]:
    """The local midnights that bound the last `days` days, in microseconds since 1970."""
    dates = list_days(days, at)
    return [to_us(midnight(day)) for day in [*dates, dates[-1] + _ONE_DAY]]


def _clock(moment: int) -> float:
    """The time of day on the organisation's clock, in hours."""
    then = local(from_us(moment))
    return then.hour + (then.minute * 60 + then.second) / _HOUR_SECONDS


def with_silence(spans: list[Span], silent: datetime | None) -> list[Span]:
    """The spans with the open one unknown from the instant on, where there is one."""
    if silent is None or not spans or spans[-1].end is not None:
        return spans
    cut, last = to_us(silent), spans[-1]
    if cut <= last.start:
        return [*spans[:-1], Span(last.start, None, CheckState.UNKNOWN)]
    return [*spans[:-1], Span(last.start, cut, last.state), Span(cut, None, CheckState.UNKNOWN)]
