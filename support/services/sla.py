"""Promises: writing their versions, and finding the one that a ticket gets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max

from foundation.errors import InvalidInputError
from operations.business_time.engine import BusinessTime, NoOpenTimeError
from operations.models import BusinessCalendar, User
from operations.selectors.calendars import get_organisation_rules, get_rules
from support.clocks.policy_terms import check_conditions, parse_targets
from support.models import OPEN_STATES, EventKind, SlaPolicy, SlaPolicyVersion, Ticket, TicketEvent, Via
from support.models.sla import MAX_GRACE
from support.selectors.sla import find_policy_version
from support.services.ticket_events import Happening, record_event

_BATCH = 200
_LONGEST = timedelta(days=10 * 366)
_WORST_SHARE = 2
"""Twice the target is the last share that is noticed."""


@dataclass(frozen=True)
class NewTerms:
    """What a version of a policy is to say."""

    targets: Mapping[str, Any]
    conditions: Mapping[str, Any] = field(default_factory=dict)
    calendar: BusinessCalendar | None = None
    counts_vendor_hold: bool = False
    grace_seconds: int = 3600
    reason: str = ""


def check_terms(new: NewTerms, *, at: datetime) -> None:
    """InvalidInputError names what cannot be promised."""
    targets = parse_targets(new.targets)
    hours = BusinessTime(get_rules(new.calendar) if new.calendar else get_organisation_rules())
    for name, target in targets.items():
        if target.in_business and not _passes(hours, _WORST_SHARE * target.seconds, at=at):
            raise InvalidInputError("targets", f"{name}: the calendar is open too little to be late within ten years.")
    check_conditions(new.conditions)
    if not 0 <= new.grace_seconds <= MAX_GRACE:
        raise InvalidInputError("grace_seconds", f"Must be 0 to {MAX_GRACE}.")


def _passes(hours: BusinessTime, seconds: int, *, at: datetime) -> bool:
    """Whether so much open time passes within ten years."""
    try:
        return hours.add_business_time(at, seconds) - at <= _LONGEST
    except NoOpenTimeError:
        return False


def create_policy(*, policy: SlaPolicy, terms: NewTerms, at: datetime, by: User | None) -> SlaPolicy:
    """Store the new policy with its first version and return it; InvalidInputError names what is wrong."""
    check_terms(terms, at=at)
    with transaction.atomic():
        policy.save()
        add_policy_version(policy=policy, terms=terms, at=at, by=by)
    return policy


def add_policy_version(*, policy: SlaPolicy, terms: NewTerms, at: datetime, by: User | None) -> SlaPolicyVersion:
    """What the policy promises from now on; tickets that have an older version keep it."""
    check_terms(terms, at=at)
    with transaction.atomic():
        SlaPolicy.objects.select_for_update().get(pk=policy.pk)
        last = policy.versions.aggregate(last=Max("number"))["last"] or 0
        return SlaPolicyVersion.objects.create(
            policy=policy,
            number=last + 1,
            conditions=dict(terms.conditions),
            targets=dict(terms.targets),
            calendar=terms.calendar,
            counts_vendor_hold=terms.counts_vendor_hold,
            grace_seconds=terms.grace_seconds,
            reason=terms.reason,
            created_at=at,
            created_by=by,
        )


def apply_policies(ticket: Ticket, *, actor: User | None, via: Via, at: datetime, reason: str) -> bool:
    """Give the ticket the version it gets now, as an event, if that is another; the caller holds its lock."""
    events = TicketEvent.objects.filter(ticket=ticket, kind=EventKind.POLICY).order_by("-at", "-pk")
    last = events.values_list("changes", flat=True).first()
    old = last["sla"][1] if last else None
    found = find_policy_version(ticket)
    new = found.pk if found else None
    if old == new:
        return False
    what = Happening(EventKind.POLICY, reason=reason, changes={"sla": [old, new]})
    record_event(ticket, what, actor=actor, via=via, at=at)
    return True


def reapply_policies(*, at: datetime, actor: User | None, via: Via = Via.UI) -> int:
    """Give every open ticket of our own or imported the version it would get now; how many got another."""
    changed, after = 0, 0
    while True:
        with transaction.atomic():
            open_ = Ticket.objects.filter(state__in=OPEN_STATES, pk__gt=after).order_by("pk")
            tickets = list(open_.select_for_update(of=("self",)).select_related("team", "customer")[:_BATCH])
            for ticket in tickets:
                changed += apply_policies(ticket, actor=actor, via=via, at=at, reason="Policies were applied anew.")
        if len(tickets) < _BATCH:
            return changed
        after = tickets[-1].pk
