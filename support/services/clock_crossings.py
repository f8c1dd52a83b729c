"""Noticing that shares of a target have passed: each once, told to those who can still do something about it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from foundation.bulk_rows import insert_missing_rows
from foundation.claims import claim_rows
from foundation.words import duration, moment
from operations.services.notifications import Notice, notify_each
from support.clocks.rules import BREACH
from support.clocks.stopwatch import Clock
from support.models import ClockCrossing, Ticket, TicketClock
from support.selectors.ticket_clocks import derive_ticket_clocks, list_crossings
from support.services.clocks import refresh_clocks
from support.services.ticket_escalations import Raised, escalate_tickets, severity_of

SETTLE = timedelta(seconds=2)
"""What happened in the last moment may be on its way to the database still."""
_BATCH = 100
_UNIQUE = ("ticket_id", "metric", "instance", "share")
_COLUMNS = (*_UNIQUE, "crossed_at", "noticed_at", "policy_version_id", "target_seconds")


@dataclass(frozen=True)
class _Passed:
    """A share of one clock's target that passed and was not noticed before."""

    clock: Clock
    share: int
    crossed_at: datetime


def notice_crossings(*, at: datetime) -> int:
    """Store every share of a target that has passed unnoticed, and tell of the highest of each clock; how many.

    Workers may run it at the same time: a ticket goes to one of them, and each share is one row. One that passed
    while nobody looked is noticed late, with the instant at which it passed.
    """
    until, noticed, passed_over = at - SETTLE, 0, 0
    while True:
        with transaction.atomic():
            due = TicketClock.objects.filter(ticket=OuterRef("pk"), next_crossing_at__lte=until)
            waiting = Ticket.objects.filter(Exists(due), pk__gt=passed_over).select_related("team", "assignee")
            tickets = claim_rows(waiting.order_by("pk"), limit=_BATCH)
            noticed += _notice(tickets, until=until, at=at)
        if len(tickets) < _BATCH:
            return noticed
        passed_over = tickets[-1].pk


def _notice(tickets: list[Ticket], *, until: datetime, at: datetime) -> int:
    ids = [ticket.pk for ticket in tickets]
    found = _list_passed(ids, until=until)
    noticed = _store(found, at=at)
    refresh_clocks(ids)
    highest = [(ticket, one) for ticket in tickets for one in _highest(found[ticket.pk])]
    notify_each(told=[(_words(*one, at), _holders(one[0])) for one in highest if not _goes_up(*one)], at=at)
    escalate_tickets([_raised(*one, at) for one in highest if _goes_up(*one)], at=at)
    return noticed


def note_past_crossings(ticket_ids: list[int], *, until: datetime) -> int:
    """Store what passed before `until` as noticed when it passed, and tell nobody; how many. For loading history."""
    return _store(_list_passed(ticket_ids, until=until), at=None)


def _store(found: dict[int, list[_Passed]], *, at: datetime | None) -> int:
    rows = [_row(ticket_id, one, at or one.crossed_at) for ticket_id, passed in found.items() for one in passed]
    return insert_missing_rows(ClockCrossing, _COLUMNS, rows, unique=_UNIQUE)


def _list_passed(ticket_ids: list[int], *, until: datetime) -> dict[int, list[_Passed]]:
    known = set(ClockCrossing.objects.filter(ticket__in=ticket_ids).order_by().values_list(*_UNIQUE))
    found: dict[int, list[_Passed]] = defaultdict(list)
    for ticket_id, clocks in derive_ticket_clocks(ticket_ids).items():
        for clock in clocks:
            for share, crossed_at in list_crossings(clock).items():
                is_new = (ticket_id, clock.metric.value, clock.instance, share) not in known
                if is_new and crossed_at <= until:
                    found[ticket_id].append(_Passed(clock, share, crossed_at))
    return found


def _row(ticket_id: int, one: _Passed, at: datetime) -> tuple[object, ...]:
    """The crossing in the order of _COLUMNS."""
    clock, target = one.clock, one.clock.target
    assert target is not None
    return (
        *(ticket_id, clock.metric.value, clock.instance, one.share),
        *(one.crossed_at, at, clock.terms.key, target.seconds),
    )


def _highest(passed: Iterable[_Passed]) -> list[_Passed]:
    """Of each clock the highest share: who is told of a breach need not be told that it was near."""
    by_clock: dict[tuple[str, int], _Passed] = {}
    for one in passed:
        key = (one.clock.metric.value, one.clock.instance)
        by_clock[key] = max(by_clock.get(key, one), one, key=lambda each: each.share)
    return list(by_clock.values())


def _goes_up(ticket: Ticket, one: _Passed) -> bool:
    """A promise that is broken goes up the ladder while the ticket is open."""
    return one.share >= BREACH and ticket.is_open


def _words(ticket: Ticket, one: _Passed, at: datetime) -> Notice:
    due = one.clock.due_at
    return Notice(
        event=f"clock:{ticket.pk}:{one.clock.metric.value}:{one.clock.instance}",
        level=one.share,
        title=f"{ticket.reference}: {one.share} % of “{one.clock.metric.label}” has passed",
        text=f"Due {moment(due, now=at)}." if due else "",
        url=ticket.get_absolute_url(),
    )


def _raised(ticket: Ticket, one: _Passed, at: datetime) -> Raised:
    overdue = duration(at - one.crossed_at)
    severity = "critical" if one.share > BREACH else severity_of(ticket)
    reason = f"{one.share} % of “{one.clock.metric.label}” passed {overdue} ago on “{ticket.subject}”."
    return Raised(ticket, "a promise is broken", reason, severity)


def _holders(ticket: Ticket) -> set[int]:
    """Its assignee; the lead of its team where nobody has it."""
    if ticket.assignee_id:
        return {ticket.assignee_id}
    return {ticket.team.lead_id} if ticket.team and ticket.team.lead_id else set()
