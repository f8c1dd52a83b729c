"""Which promise a ticket would get and why, and what other terms of one policy would change; nothing is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from support.clocks.derive import Step
from support.clocks.policy_terms import fits
from support.models import OPEN_STATES, EventKind, SlaPolicyVersion, Ticket
from support.selectors.sla import facts_of, list_newest_versions
from support.selectors.ticket_clocks import TermsBook, derive_ticket_clocks

MOST_TICKETS = 1_000
_Dues = Mapping[tuple[str, int], datetime | None]


@dataclass(frozen=True)
class Condition:
    """One condition of a policy, beside what the ticket has."""

    name: str
    wanted: Sequence[str]
    has: str

    @property
    def is_met(self) -> bool:
        """Whether it is one of them."""
        return self.has in self.wanted


@dataclass(frozen=True)
class Tried:
    """A policy as it is tried on a ticket; the first that fits is taken."""

    version: SlaPolicyVersion
    conditions: Sequence[Condition]
    is_taken: bool

    @property
    def fits(self) -> bool:
        """Whether all its conditions are met."""
        return all(condition.is_met for condition in self.conditions)


def try_policies(ticket: Ticket) -> list[Tried]:
    """Every active policy by position, with each of its conditions met or not."""
    facts, found = facts_of(ticket), list_newest_versions()
    taken = next((version for version in found if fits(version.conditions, facts)), None)
    return [
        Tried(
            version,
            [Condition(name, wanted, facts.get(name, "")) for name, wanted in sorted(version.conditions.items())],
            version is taken,
        )
        for version in found
    ]


@dataclass
class Comparison:
    """What a draft would change for open tickets: how many were looked at, get other terms, are due sooner or later."""

    tickets: int = 0
    changed: int = 0
    sooner: int = 0
    later: int = 0
    gained: int = 0
    lost: int = 0
    same: int = 0
    is_whole: bool = True


def compare_draft(draft: SlaPolicyVersion, *, at: datetime) -> Comparison:
    """What would change if the draft were its policy's newest version and policies were applied anew at `at`.

    The newest open tickets, at most MOST_TICKETS. A promise that only one of the two makes is gained or lost; those of
    clocks that run under both are due sooner, later or at the same instant.
    """
    rows = Ticket.objects.filter(state__in=OPEN_STATES).select_related("team", "customer").order_by("-pk")
    tickets = list(rows[: MOST_TICKETS + 1])
    found = Comparison(tickets=len(tickets[:MOST_TICKETS]), is_whole=len(tickets) <= MOST_TICKETS)
    now, then = list_newest_versions(), list_newest_versions(draft)
    given = {one.pk: (_first(now, one), _first(then, one)) for one in tickets[:MOST_TICKETS]}
    other = {pk: pair for pk, pair in given.items() if pair[1] is draft or pair[0] != pair[1]}
    before = _dues({pk: pair[0] for pk, pair in other.items()}, at)
    after = _dues({pk: pair[1] for pk, pair in other.items()}, at)
    for pk in other:
        found.changed += before[pk] != after[pk]
        _count(found, before[pk], after[pk])
    return found


def _first(versions: Sequence[SlaPolicyVersion], ticket: Ticket) -> SlaPolicyVersion | None:
    facts = facts_of(ticket)
    return next((version for version in versions if fits(version.conditions, facts)), None)


def _dues(given: Mapping[int, SlaPolicyVersion | None], at: datetime) -> dict[int, _Dues]:
    """When the clocks of each ticket that have a target would be due; None for one that is paused."""
    book = TermsBook([])
    terms = {id(version): book.read(version) if version else book.without_policy for version in given.values()}
    more = {pk: Step(at=at, kind=EventKind.POLICY, terms=terms[id(version)]) for pk, version in given.items()}
    clocks = derive_ticket_clocks(list(given), more=more)
    return {
        pk: {
            (clock.metric.value, clock.instance): clock.due_at
            for clock in clocks.get(pk, [])
            if clock.target is not None and clock.ended_at is None
        }
        for pk in given
    }


def _count(found: Comparison, before: _Dues, after: _Dues) -> None:
    for key in before.keys() | after.keys():
        if key not in before or key not in after:
            found.gained += key in after
            found.lost += key in before
            continue
        old, new = before[key], after[key]
        if old is None or new is None or old == new:
            found.same += 1
        else:
            found.sooner += new < old
            found.later += new > old
