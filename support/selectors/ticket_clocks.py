"""Clocks worked out from the stored events, and the terms that they were promised."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from operations.business_time.engine import BusinessTime
from operations.business_time.rules import Rules
from operations.models import BusinessCalendar
from operations.selectors.calendars import get_organisation_rules, get_rules
from support.clocks.derive import Step, derive_clocks
from support.clocks.policy_terms import parse_targets
from support.clocks.stopwatch import Clock
from support.clocks.terms import Terms
from support.models import EventKind, SlaPolicyVersion, TicketEvent, TicketState, Via

CLOCK_EVENTS = (EventKind.OPENED, EventKind.STATE, EventKind.REPLY, EventKind.CUSTOMER, EventKind.POLICY)
_OURS = (Via.UI.value, Via.ADMIN.value)
_EVENT = (
    *("ticket_id", "kind", "at", "new_state", "changes", "via"),
    *("actor_id", "actor__is_service", "actor_name"),
)


def derive_ticket_clocks(
    ticket_ids: Sequence[int], *, more: Mapping[int, Step] | None = None
) -> dict[int, list[Clock]]:
    """The clocks of each ticket from its events, and from one more step where a preview asks what it would change."""
    events: dict[int, list[_Event]] = defaultdict(list)
    rows = TicketEvent.objects.filter(ticket__in=ticket_ids, kind__in=CLOCK_EVENTS).order_by("ticket_id", "at", "pk")
    for ticket_id, *values in rows.values_list(*_EVENT):
        events[ticket_id].append(_Event(*values))
    book = TermsBook(_policy_of(event) for found in events.values() for event in found)
    derived = {}
    for ticket_id, found in events.items():
        steps = _steps(found, book)
        if more and ticket_id in more:
            steps.append(more[ticket_id])
        derived[ticket_id] = derive_clocks(steps, terms=book.without_policy)
    return derived


class TermsBook:
    """The terms of policy versions by number, each calendar read once."""

    def __init__(self, versions: Iterable[int | None]) -> None:
        numbers = {number for number in versions if number is not None}
        stored = SlaPolicyVersion.objects.in_bulk(numbers) if numbers else {}
        self._calendars: dict[int | None, tuple[BusinessTime, str]] = {}
        self._terms = {number: self.read(version) for number, version in stored.items()}
        calendar, key = self._calendar(None)
        self.without_policy = Terms(calendar, calendar_key=key)

    def list_keys(self, numbers: Iterable[int]) -> set[str]:
        """The names of these calendars (0 is the organisation's) as they are now."""
        return {self._calendar(number or None)[1] for number in numbers}

    def __getitem__(self, number: int | None) -> Terms:
        return self.without_policy if number is None else self._terms[number]

    def read(self, version: SlaPolicyVersion) -> Terms:
        """The terms of one version."""
        calendar, key = self._calendar(version.calendar_id)
        return Terms(
            calendar=calendar,
            targets=parse_targets(version.targets),
            counts_vendor_hold=version.counts_vendor_hold,
            grace_seconds=version.grace_seconds,
            key=version.pk,
            calendar_key=key,
        )

    def _calendar(self, number: int | None) -> tuple[BusinessTime, str]:
        """The calendar (None is the organisation's) and its key."""
        if number not in self._calendars:
            calendar = BusinessCalendar.objects.get(pk=number) if number else None
            rules = get_rules(calendar) if calendar else get_organisation_rules()
            self._calendars[number] = BusinessTime(rules), f"{number or 0}:{_digest(rules)}"
        return self._calendars[number]


def _digest(rules: Rules) -> str:
    """A short name for the zone and all hours of a calendar."""
    said = (rules.zone.key, rules.weeks, sorted(rules.special.items()))
    return sha256(repr(said).encode()).hexdigest()[:12]


@dataclass(frozen=True)
class _Event:
    kind: str
    at: datetime
    new_state: str
    changes: Mapping[str, Any]
    via: str
    actor_id: int | None
    is_service: bool | None
    actor_name: str

    @property
    def is_by_person(self) -> bool:
        """Whether a person did it: somebody of ours, or somebody whom an imported log names."""
        return not self.is_service if self.actor_id is not None else bool(self.actor_name)


def _policy_of(event: _Event) -> int | None:
    number: int | None = event.changes["sla"][1] if event.kind == EventKind.POLICY else None
    return number


def _steps(events: Sequence[_Event], book: TermsBook) -> list[Step]:
    """What the events mean, the opening first: a log may have entries from before it, which then count as of it."""
    ordered = sorted(events, key=lambda event: event.kind != EventKind.OPENED)
    opened_at = ordered[0].at
    return [_step(event, max(event.at, opened_at), book) for event in ordered]


def _step(event: _Event, at: datetime, book: TermsBook) -> Step:
    is_opening = event.kind == EventKind.OPENED
    return Step(
        at=at,
        kind=EventKind(event.kind),
        state=TicketState(event.new_state) if event.new_state else None,
        terms=book[_policy_of(event)] if event.kind == EventKind.POLICY else None,
        by_person=event.is_by_person,
        on_behalf=is_opening and event.via in _OURS and event.actor_id is not None and not event.is_service,
        needs_reply="needs_reply" not in event.changes,
    )


def list_crossings(clock: Clock) -> dict[int, datetime]:
    """When each share of the target passed or will pass if nothing happens."""
    return clock.crossed | clock.upcoming
