"""The states of an integration over time: of its checks together, and cut by the organisation's days."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from foundation.words import local
from partnerships.health.state_machine import Rules
from partnerships.health.timelines import worst_timeline
from partnerships.health.uptime import Span, from_us, to_us
from partnerships.models import CheckState, HealthCheck
from partnerships.selectors.pages_figures import midnight
from partnerships.selectors.spans import get_spans_by_check

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


def get_check_timelines(checks: Iterable[HealthCheck], *, start: datetime, at: datetime) -> Mapping[int, list[Span]]:
    """The spans of each check that overlap [start, at), by check id, with silence as unknown. One query."""
    known = list(checks)
    found = get_spans_by_check([check.pk for check in known], start=start, end=at)
    return {check.pk: _with_silence(found.get(check.pk, []), silent_since(check, at)) for check in known}


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

    Any downtime or degradation shows; being unknown or paused only where it took more than 5 % of the day.
    """
    spent: list[Counter[str]] = [Counter() for _ in range(days)]
    for day, low, high, state in _by_day(spans, days=days, at=at):
        spent[day][state] += high - low
    return tuple(_day_state(states) for states in spent)


def _day_state(spent: Counter[str]) -> str:
    if not spent.total():
        return "none"
    for state in (CheckState.DOWN, CheckState.DEGRADED):
        if spent[state]:
            return state
    unseen = spent[CheckState.UNKNOWN] + spent[CheckState.PENDING]
    for state, length in ((CheckState.UNKNOWN, unseen), (CheckState.PAUSED, spent[CheckState.PAUSED])):
        if length * BLIND_SHARE > spent.total():
            return state
    return CheckState.UP


def _by_day(spans: Sequence[Span], *, days: int, at: datetime) -> Iterator[tuple[int, int, int, str]]:
    """The spans cut by local midnights, as (day, start, end, state); open ones go on until `at`."""
    bounds = _midnights(days, at)
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


def _midnights(days: int, at: datetime) -> list[int]:
    dates = list_days(days, at)
    return [to_us(midnight(day)) for day in [*dates, dates[-1] + _ONE_DAY]]


def _clock(moment: int) -> float:
    """The time of day on the organisation's clock, in hours."""
    then = local(from_us(moment))
    return then.hour + (then.minute * 60 + then.second) / _HOUR_SECONDS


def _with_silence(spans: list[Span], silent: datetime | None) -> list[Span]:
    if silent is None or not spans or spans[-1].end is not None:
        return spans
    cut, last = to_us(silent), spans[-1]
    if cut <= last.start:
        return [*spans[:-1], Span(last.start, None, CheckState.UNKNOWN)]
    return [*spans[:-1], Span(last.start, cut, last.state), Span(cut, None, CheckState.UNKNOWN)]
