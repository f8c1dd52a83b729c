"""What is due around now: every running clock with a promise, and how much of its time is used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, Q

from foundation.states import TonedChoices
from operations.business_time.engine import BusinessTime
from operations.business_time.wall_clock import SECOND_US
from operations.selectors.calendars import map_rules
from support.clocks.rules import NEAR
from support.models import ClockState, Ticket, TicketClock

BEHIND, AHEAD = timedelta(hours=2), timedelta(hours=8)
_US = timedelta(microseconds=1)
_Calendars = Mapping[int | None, BusinessTime]


class DueState(TonedChoices):
    """How a promise that is not kept yet stands."""

    OVER = "over", "bad", "past due"
    AT_RISK = "at_risk", "watch", f"{NEAR} % used"
    IN_TIME = "in_time", "open", "in time"


@dataclass(frozen=True, slots=True)
class DueClock:
    """One running clock that is due in the window."""

    ticket_id: int
    external_id: str
    priority: str
    metric: str
    instance: int
    due_at: datetime
    state: DueState

    @property
    def ticket(self) -> Ticket:
        """The ticket with what its name and address are made of, without asking the database."""
        return Ticket(pk=self.ticket_id, external_id=self.external_id)


@dataclass(frozen=True)
class DueClocks:
    """The clocks due from BEHIND before the instant to AHEAD after it, the first due first, and how many lie beyond."""

    at: datetime
    clocks: Sequence[DueClock]
    earlier: int
    later: int

    def list_in(self, state: DueState) -> list[DueClock]:
        """Those that stand so."""
        return [clock for clock in self.clocks if clock.state is state]


class _Row(NamedTuple):
    ticket_id: int
    external_id: str
    priority: str
    metric: str
    instance: int
    due_at: datetime
    remaining_us: int | None
    elapsed_calendar_us: int
    elapsed_business_us: int
    is_in_business: bool
    calendar_id: int | None


_COLUMNS = (
    *("ticket_id", "ticket__external_id", "ticket__priority", "metric", "instance", "due_at", "remaining_us"),
    *("elapsed_calendar_us", "elapsed_business_us", "is_target_in_business", "policy_version__calendar_id"),
)


def get_due_clocks(at: datetime) -> DueClocks:
    """Every clock in the window with its state; two queries, and three for calendars where open hours count.

    The share of a target that is used is worked out to the microsecond from the stored clock: the whole of it is what
    was left at its last event and what had elapsed by then, and what is left now is the time up to `due_at`, of all
    hours or of the open ones of its policy's calendar. What was noticed to have passed (ClockCrossing) would cost no
    calendar, but it comes as late as the worker and stays when a policy gives more time or a reopened ticket gets some
    anew; and `next_crossing_at` says nothing of 80 % while half has not been noticed.
    """
    low, high = at - BEHIND, at + AHEAD
    running = TicketClock.objects.filter(state=ClockState.RUNNING, due_at__isnull=False)
    beyond = running.aggregate(
        earlier=Count("pk", filter=Q(due_at__lt=low)), later=Count("pk", filter=Q(due_at__gt=high))
    )
    found = running.filter(due_at__gte=low, due_at__lte=high).order_by("due_at", "pk")
    rows = [_Row(*values) for values in found.values_list(*_COLUMNS)]
    calendars = _read_calendars(rows)
    return DueClocks(at, [_clock(row, at, calendars) for row in rows], beyond["earlier"], beyond["later"])


def _read_calendars(rows: Sequence[_Row]) -> _Calendars:
    counted = [row for row in rows if row.is_in_business]
    if not counted:
        return {}
    rules = map_rules({row.calendar_id for row in counted if row.calendar_id is not None})
    return {key: BusinessTime(one) for key, one in rules.items()}


def _clock(row: _Row, at: datetime, calendars: _Calendars) -> DueClock:
    return DueClock(
        row.ticket_id,
        row.external_id,
        row.priority,
        row.metric,
        row.instance,
        row.due_at,
        _state(row, at, calendars),
    )


def _state(row: _Row, at: datetime, calendars: _Calendars) -> DueState:
    if row.due_at < at:
        return DueState.OVER
    if row.is_in_business:
        elapsed_us = row.elapsed_business_us
        left_us = round(calendars[row.calendar_id].business_seconds(at, row.due_at) * SECOND_US)
    else:
        elapsed_us = row.elapsed_calendar_us
        left_us = (row.due_at - at) // _US
    whole_us = (row.remaining_us or 0) + elapsed_us
    return DueState.AT_RISK if whole_us - left_us >= whole_us * NEAR // 100 else DueState.IN_TIME
