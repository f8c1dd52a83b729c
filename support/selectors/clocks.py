"""Clocks explained: every stretch with the state, calendar and policy it was counted by, and what a policy would do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from operations.business_time.wall_clock import SECOND_US
from operations.models import BusinessCalendar
from support.clocks.derive import Step, derive_clocks
from support.clocks.stopwatch import Clock, Span
from support.models import EventKind, SlaPolicyVersion, Ticket, TicketState
from support.selectors.sla import find_policy_version
from support.selectors.ticket_clocks import TermsBook, derive_ticket_clocks

_US = timedelta(microseconds=1)


@dataclass(frozen=True)
class Stretch:
    """One stretch of a clock's life, in seconds up to now where it lasts; `business_seconds` by its own calendar."""

    start: datetime
    end: datetime | None
    state: TicketState
    counts: bool
    policy: SlaPolicyVersion | None
    calendar: str
    calendar_seconds: float
    business_seconds: float


@dataclass(frozen=True)
class Explained:
    """A clock as of an instant: what it counted in whole, and by which stretches."""

    clock: Clock
    policy: SlaPolicyVersion | None
    calendar_seconds: float
    business_seconds: float
    remaining_seconds: float | None
    is_breached: bool
    stretches: Sequence[Stretch]


@dataclass(frozen=True)
class Preview:
    """The version that a ticket would get, and its clocks if it did; no version where no policy fits."""

    version: SlaPolicyVersion | None
    clocks: Sequence[Clock]


def explain_clocks(ticket_id: int, *, at: datetime) -> list[Explained]:
    """The clocks of the ticket as of `at`, in the order in which they began, with all their stretches."""
    clocks = derive_ticket_clocks([ticket_id]).get(ticket_id, [])
    terms = [span.terms for clock in clocks for span in clock.spans] + [clock.terms for clock in clocks]
    numbers = {one.key for one in terms if one.key is not None}
    found = SlaPolicyVersion.objects.select_related("policy", "calendar").filter(pk__in=numbers)
    versions = {version.pk: version for version in found}
    return [_explain(clock, versions, at) for clock in clocks]


def _explain(clock: Clock, versions: dict[int, SlaPolicyVersion], at: datetime) -> Explained:
    calendar_us, business_us = clock.elapsed_calendar_us, clock.elapsed_business_us
    if clock.running_since is not None and at > clock.running_since:
        calendar_us += (at - clock.running_since) // _US
        business_us += _business_us(clock.terms.calendar.business_seconds(clock.running_since, at))
    remaining = clock.remaining_us
    if remaining is not None and clock.target is not None:
        since = business_us - clock.elapsed_business_us
        remaining -= since if clock.target.in_business else calendar_us - clock.elapsed_calendar_us
    passed = clock.due_at is not None and clock.due_at < at
    return Explained(
        clock=clock,
        policy=_version(clock.terms.key, versions),
        calendar_seconds=calendar_us / SECOND_US,
        business_seconds=business_us / SECOND_US,
        remaining_seconds=None if remaining is None else remaining / SECOND_US,
        is_breached=clock.breached_at is not None or passed,
        stretches=[_stretch(span, versions, at) for span in clock.spans],
    )


def _version(key: int | None, versions: dict[int, SlaPolicyVersion]) -> SlaPolicyVersion | None:
    return None if key is None else versions[key]


def _stretch(span: Span, versions: dict[int, SlaPolicyVersion], at: datetime) -> Stretch:
    end = span.end or max(at, span.start)
    version = _version(span.terms.key, versions)
    calendar: BusinessCalendar | None = version.calendar if version else None
    return Stretch(
        start=span.start,
        end=span.end,
        state=span.state,
        counts=span.counts,
        policy=version,
        calendar=str(calendar or "the organisation's"),
        calendar_seconds=(end - span.start) / timedelta(seconds=1),
        business_seconds=span.terms.calendar.business_seconds(span.start, end),
    )


def _business_us(seconds: float) -> int:
    return round(seconds * SECOND_US)


def preview_policy(ticket: Ticket, *, at: datetime) -> Preview:
    """What applying the policies to the ticket at `at` would give; a ticket that is not stored is opened then."""
    version = find_policy_version(ticket)
    book = TermsBook([])
    terms = book.read(version) if version else book.without_policy
    step = Step(at=at, kind=EventKind.POLICY, terms=terms)
    if ticket.pk is not None:
        clocks = derive_ticket_clocks([ticket.pk], more={ticket.pk: step}).get(ticket.pk, [])
    else:
        clocks = derive_clocks([Step(at=at, kind=EventKind.OPENED, state=TicketState.NEW), step], terms=terms)
    return Preview(version, clocks)
