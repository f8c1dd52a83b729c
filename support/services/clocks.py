"""Keeping the stored clocks at what the events say: worked out anew in the transaction of each event."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.db.models import Exists, OuterRef

from foundation.bulk_rows import insert_rows
from operations.models import BusinessCalendar
from support.clocks.rules import BREACH
from support.clocks.stopwatch import Clock
from support.models import DUE_PAUSED, NEVER_DUE, ClockCrossing, ClockState, Ticket, TicketClock
from support.selectors.ticket_clocks import TermsBook, derive_ticket_clocks, list_crossings

_KEY = ("ticket_id", "metric", "instance")
_VALUES = (
    *("state", "started_at", "ended_at", "running_since", "elapsed_calendar_us", "elapsed_business_us", "paused_us"),
    *("policy_version_id", "target_seconds", "is_target_in_business", "remaining_us", "due_at", "breached_at"),
    *("next_crossing_at", "calendar_keys"),
)
_KEYS_LENGTH = 500
_STALE_AT_ONCE = 2_000
_SEEN = "support.clock_calendars"
_SEEN_SECONDS = 3600
_BATCH = 200
ClockKey = tuple[int, str, int]


def refresh_clocks(ticket_ids: Iterable[int]) -> int:
    """Bring the stored clocks of the tickets to what their events say; how many rows changed.

    Runs in the transaction that holds the tickets' locks, so that no event can come between.
    """
    ids = sorted(set(ticket_ids))
    if not ids:
        return 0
    difference = _compare(ids)
    _delete(difference.gone)
    insert_rows(TicketClock, (*_KEY, *_VALUES), difference.changed, unique=_KEY)
    if difference.due:
        due = [Ticket(pk=pk, due_order=due_order) for pk, due_order in difference.due.items()]
        Ticket.objects.bulk_update(due, ["due_order"])
    return difference.count


@dataclass(frozen=True)
class _Difference:
    """What must be written, which clocks events told late (an import) have made never to have been, and the tickets
    of which something else is due first.
    """

    changed: list[tuple[Any, ...]]
    gone: list[ClockKey]
    due: dict[int, datetime]

    @property
    def count(self) -> int:
        """How many clocks differ, and tickets of which only what is due first does."""
        tickets_of_clocks = [row[0] for row in (*self.changed, *self.gone)]
        return len(tickets_of_clocks) + len(set(self.due).difference(tickets_of_clocks))


def _compare(ids: Sequence[int]) -> _Difference:
    noticed, derived = _noticed(ids), derive_ticket_clocks(ids)
    wanted = {
        (ticket_id, clock.metric.value, clock.instance): _values(
            clock, noticed[ticket_id, clock.metric.value, clock.instance]
        )
        for ticket_id, clocks in derived.items()
        for clock in clocks
    }
    stored = {
        (row[0], row[1], row[2]): row[3:]
        for row in TicketClock.objects.filter(ticket__in=ids).order_by().values_list(*_KEY, *_VALUES)
    }
    changed = [(*key, *values) for key, values in wanted.items() if stored.get(key) != values]
    return _Difference(changed, [key for key in stored if key not in wanted], _compare_due(ids, derived))


def _compare_due(ids: Sequence[int], derived: Mapping[int, Sequence[Clock]]) -> dict[int, datetime]:
    stored = dict(Ticket.objects.filter(pk__in=ids).order_by().values_list("pk", "due_order"))
    wanted = {pk: _due_order(derived.get(pk, ())) for pk in stored}
    return {pk: due_order for pk, due_order in wanted.items() if stored[pk] != due_order}


def _due_order(clocks: Iterable[Clock]) -> datetime:
    """Where a ticket with these clocks stands in the order of what is due."""
    promised = [clock for clock in clocks if clock.target is not None]
    if any(clock.due_at for clock in promised):
        return min(clock.due_at for clock in promised if clock.due_at)
    return DUE_PAUSED if any(clock.state is ClockState.PAUSED for clock in promised) else NEVER_DUE


@dataclass(frozen=True)
class Rebuilt:
    """How many tickets were looked at, and how many of their clocks differed."""

    tickets: int
    changed: int


def rebuild_clocks(*, verify: bool = False) -> Rebuilt:
    """Bring the clocks of all tickets to what their events say, or with `verify` only count those that differ."""
    tickets = changed = after = 0
    while True:
        with transaction.atomic():
            found = Ticket.objects.filter(pk__gt=after).order_by("pk")
            if not verify:
                found = found.select_for_update()
            ids = list(found.values_list("pk", flat=True)[:_BATCH])
            if verify:
                difference = _compare(ids)
                changed += difference.count
            else:
                changed += refresh_clocks(ids)
        tickets += len(ids)
        if len(ids) < _BATCH:
            return Rebuilt(tickets, changed)
        after = ids[-1]


def refresh_stale_clocks() -> int:
    """Count anew the clocks of tickets whose calendar has other hours now, the newest first; how many tickets.

    At most some thousand in one call; the next goes on. Rows are looked through when a calendar has changed since the
    last call that found none, and once an hour.
    """
    calendars = TermsBook([]).list_keys([0, *BusinessCalendar.objects.values_list("pk", flat=True)])
    if cache.get(_SEEN) == sorted(calendars):
        return 0
    stale = _list_stale(calendars)
    if not stale:
        cache.set(_SEEN, sorted(calendars), _SEEN_SECONDS)
        return 0
    found = Ticket.objects.filter(Exists(TicketClock.objects.filter(ticket=OuterRef("pk"), calendar_keys__in=stale)))
    ids = list(found.order_by("-pk").values_list("pk", flat=True)[:_STALE_AT_ONCE])
    for first in range(0, len(ids), _BATCH):
        with transaction.atomic():
            locked = Ticket.objects.select_for_update().filter(pk__in=ids[first : first + _BATCH]).order_by("pk")
            refresh_clocks(locked.values_list("pk", flat=True))
    return len(ids)


def _list_stale(calendars: set[str]) -> list[str]:
    """The stored names of calendars of which one has other hours now."""
    keys = TicketClock.objects.order_by().values_list("calendar_keys", flat=True).distinct()
    return [key for key in keys if not set(key.split(",")) <= calendars]


def _values(clock: Clock, noticed: Mapping[int, datetime]) -> tuple[Any, ...]:
    """The clock's columns in the order of _VALUES."""
    return (
        clock.state.value,
        clock.started_at,
        clock.ended_at,
        clock.running_since,
        clock.elapsed_calendar_us,
        clock.elapsed_business_us,
        clock.paused_us,
        clock.terms.key,
        clock.target.seconds if clock.target else None,
        clock.target.in_business if clock.target else True,
        clock.remaining_us,
        clock.due_at,
        noticed.get(BREACH) or clock.breached_at,
        min((at for share, at in list_crossings(clock).items() if share not in noticed), default=None),
        clock.calendar_keys[:_KEYS_LENGTH],
    )


def _noticed(ticket_ids: Sequence[int]) -> dict[ClockKey, dict[int, datetime]]:
    """When each share passed that was noticed. A breach stays, whatever the hours of a calendar become later."""
    found: dict[ClockKey, dict[int, datetime]] = defaultdict(dict)
    rows = ClockCrossing.objects.filter(ticket__in=ticket_ids).order_by()
    for ticket_id, metric, instance, share, crossed_at in rows.values_list(*_KEY, "share", "crossed_at"):
        found[ticket_id, metric, instance][share] = crossed_at
    return found


def _delete(keys: Sequence[ClockKey]) -> None:
    for ticket_id, metric, instance in keys:
        TicketClock.objects.filter(ticket=ticket_id, metric=metric, instance=instance).delete()
