"""Status intervals: contiguous, one open per check, re-cut where a change is dated back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from partnerships.health.state_machine import Transition
from partnerships.models import CheckState, HealthCheck, StatusInterval


@dataclass(frozen=True)
class Change:
    """What happened to one check's state: perhaps its first interval began, then transitions in order."""

    check: HealthCheck
    opened_at: datetime | None = None
    transitions: Sequence[Transition] = ()
    reason: str = ""


@dataclass
class _Plan:
    closes: list[StatusInterval] = field(default_factory=list)
    removals: list[int] = field(default_factory=list)
    creates: list[StatusInterval] = field(default_factory=list)


def write_changes(changes: Iterable[Change]) -> None:
    """Closes and opens the intervals of these changes; the caller holds the checks' locks."""
    touched = [change for change in changes if change.opened_at or change.transitions]
    if not touched:
        return
    plan = _Plan()
    rows = StatusInterval.objects.filter(health_check__in=[change.check for change in touched], ended_at__isnull=True)
    open_intervals = {row.health_check_id: row for row in rows}
    for change in touched:
        _plan(plan, change, open_intervals.get(change.check.pk))
    if plan.removals:
        StatusInterval.objects.filter(pk__in=plan.removals).delete()
    for interval in plan.closes:
        StatusInterval.objects.filter(pk=interval.pk).update(ended_at=interval.ended_at)
    StatusInterval.objects.bulk_create(plan.creates)


def first_changed_at(change: Change) -> datetime | None:
    """The earliest instant whose state this change rewrote; None when it rewrote nothing."""
    moments = [transition.at for transition in change.transitions]
    if change.opened_at is not None:
        moments.append(change.opened_at)
    return min(moments, default=None)


def _plan(plan: _Plan, change: Change, current: StatusInterval | None) -> None:
    """Extends the plan by one check's changes."""
    created: list[StatusInterval] = []
    if current is None and change.opened_at is not None:
        current = _interval(change, CheckState.PENDING, change.opened_at, change.opened_at)
        created.append(current)
    for transition in change.transitions:
        if current is not None and current.started_at == transition.at:
            # it lasted no time at all: the new state takes its place
            if current.pk is None:
                created.remove(current)
            else:
                plan.removals.append(current.pk)
        elif current is not None:
            current.ended_at = transition.at
            if current.pk is not None:
                plan.closes.append(current)
        current = _interval(change, transition.new, transition.at, transition.known_at)
        created.append(current)
    plan.creates += created


def _interval(change: Change, state: CheckState, at: datetime, known_at: datetime) -> StatusInterval:
    return StatusInterval(
        health_check=change.check, state=state, started_at=at, confirmed_at=known_at, reason=change.reason
    )
