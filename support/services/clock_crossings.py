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
from operations.services.notifications import Notice, notify
from support.clocks.rules import BREACH
from support.clocks.stopwatch import Clock
from support.models import ClockCrossing, Ticket, TicketClock
from support.selectors.ticket_clocks import derive_ticket_clocks, list_crossings
from support.services.clocks import refresh_clocks
from support.services.ticket_escalations import escalate_ticket, severity_of

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
            tickets = claim_rows(Ticket.objects.filter(Exists(due), pk__gt=passed_over).order_by("pk"), limit=_BATCH)
            noticed += _notice(tickets, until=until, at=at)
        if len(tickets) < _BATCH:
            return noticed
        passed_over = tickets[-1].pk


def _notice(tickets: list[Ticket], *, until: datetime, at: datetime) -> int:
    ids = [ticket.pk for ticket in tickets]
    found = _list_passed(ids, until=until)
    noticed = _store(found, at=at)
    refresh_clocks(ids)
    for ticket in tickets:
        for one in _highest(found[ticket.pk]):
            _tell(ticket, one, at=at)
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


def _tell(ticket: Ticket, one: _Passed, *, at: datetime) -> None:
    """Those who have the ticket are told before; a promise that is broken goes up the ladder while it is open."""
    clock = one.clock.metric.label
    name = f"clock:{ticket.pk}:{one.clock.metric.value}:{one.clock.instance}"
    if one.share < BREACH or not ticket.is_open:
        due = one.clock.due_at
        text = f"Due {moment(due, now=at)}." if due else ""
        title = f"{ticket.reference}: {one.share} % of “{clock}” has passed"
        notice = Notice(event=name, level=one.share, title=title, text=text, url=ticket.get_absolute_url())
        notify(notice=notice, to=_holders(ticket), at=at)
        return
    overdue = duration(at - one.crossed_at)
    severity = "critical" if one.share > BREACH else severity_of(ticket)
    reason = f"{one.share} % of “{clock}” passed {overdue} ago on “{ticket.subject}”."
    escalate_ticket(ticket, title="a promise is broken", reason=reason, severity=severity, at=at)


def _holders(ticket: Ticket) -> set[int]:
    """Its assignee; the lead of its team where nobody has it."""
    if ticket.assignee_id:
        return {ticket.assignee_id}
    return {ticket.team.lead_id} if ticket.team and ticket.team.lead_id else set()
