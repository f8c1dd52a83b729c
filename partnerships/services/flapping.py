"""Marking checks that flap, in the transaction that records their results."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from partnerships.health.flapping import FLAP_WINDOW, flapping_since
from partnerships.models import CheckState, HealthCheck, StatusInterval
from partnerships.services.transitions import Change

_NO_TRANSITION = (CheckState.PENDING, CheckState.PAUSED)


def mark_flapping(changes: Sequence[Change], *, at: datetime) -> None:
    """Sets when each of these checks began to flap, or that it has ceased; the caller saves them."""
    changed = [change.check for change in changes if change.transitions]
    recent = _recent_transitions(changed, at=at)
    for change in changes:
        check = change.check
        if change.transitions:
            check.flapping_since = flapping_since(recent[check.pk], already=check.flapping_since, at=at)
        elif check.flapping_since and check.state_since and check.state_since <= at - FLAP_WINDOW:
            check.flapping_since = None


def _recent_transitions(checks: Sequence[HealthCheck], *, at: datetime) -> dict[int, list[datetime]]:
    found: dict[int, list[datetime]] = defaultdict(list)
    if checks:
        rows = StatusInterval.objects.filter(health_check__in=checks, started_at__gt=at - FLAP_WINDOW)
        for check_id, started_at in rows.exclude(state__in=_NO_TRANSITION).values_list("health_check_id", "started_at"):
            found[check_id].append(started_at)
    return found
