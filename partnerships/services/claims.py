"""Which checks are due, and taking them: due-ness is rows, so lost, doubled or late messages do no harm."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from foundation.bulk_rows import update_rows
from foundation.claims import claim_rows
from partnerships.health.schedule import next_slot, slot_at_or_before
from partnerships.models import HealthCheck
from partnerships.services.check_rows import lock_checks

LIMIT = 500
MAX_LEASE = timedelta(seconds=60)
_NEEDED = ("kind", "url", "config", "interval_seconds", "timeout_ms", "next_due_at", "attempt", "last_beat_at")
LEASE_MARGIN = timedelta(seconds=20)


@dataclass(frozen=True)
class Claim:
    """One check to probe at one instant, held until `lease_until`."""

    check_id: int
    kind: str
    url: str
    config: Mapping[str, Any]
    timeout_seconds: float
    interval_seconds: int
    scheduled_for: datetime
    attempt: int
    lease_token: str
    lease_until: datetime
    last_beat_at: datetime | None = None  # of kinds whose partner calls us


def claim_due_checks(*, at: datetime, ahead: timedelta = timedelta(0), limit: int = LIMIT) -> list[Claim]:
    """Takes up to `limit` checks due within `ahead`, oldest first; each goes to one caller until its lease lapses."""
    if not _due(at=at, until=at + ahead).exists():
        return []  # a tick with nothing due takes no write lock
    with transaction.atomic():
        rows = claim_rows(_due(at=at, until=at + ahead), limit=limit)
        token = str(uuid.uuid4())
        claims = [_claim(check, at=at, token=token) for check in rows]
        leases = [(claim.check_id, claim.lease_until, token) for claim in claims]
        update_rows(HealthCheck, ("id", "lease_until", "lease_token"), leases)
    return claims


def schedule_new_checks(*, at: datetime, at_once: int = 0) -> int:
    """Gives checks that were never scheduled their first due time; returns how many there were.

    The first `at_once` of them are due now, the others at their slot.
    """
    new = _polled().filter(next_due_at__isnull=True)
    if not new.exists():
        return 0
    with transaction.atomic():
        fresh = claim_rows(new.order_by("pk"), limit=max(10 * LIMIT, at_once))
        for number, check in enumerate(fresh):
            slot = next_slot(check.pk, check.interval_seconds, at)
            check.next_due_at = at if number < at_once else slot
        HealthCheck.objects.bulk_update(fresh, ["next_due_at"], batch_size=LIMIT)
    return len(fresh)


def release_claims(*, claims: list[Claim]) -> None:
    """Gives back claims that were not carried out, so that they need not wait for their lease to lapse."""
    held = {(claim.check_id, claim.lease_token) for claim in claims}
    with transaction.atomic():
        checks = lock_checks(claim.check_id for claim in claims).values()
        ids = [check.pk for check in checks if (check.pk, check.lease_token) in held]
        HealthCheck.objects.filter(pk__in=ids).update(lease_until=None, lease_token="")  # nosec B106


def claim_check(*, check_id: int, at: datetime) -> Claim | None:
    """Takes one check to be probed now, off its schedule; None when it is gone or being probed already."""
    with transaction.atomic():
        rows = claim_rows(_free(HealthCheck.objects.filter(pk=check_id), at=at).order_by("pk"), limit=1)
        if not rows:
            return None
        claim = _claim(rows[0], at=at, token=str(uuid.uuid4()), scheduled_for=at)
        HealthCheck.objects.filter(pk=check_id).update(lease_until=claim.lease_until, lease_token=claim.lease_token)
    return claim


def _polled() -> QuerySet[HealthCheck]:
    return HealthCheck.objects.filter(is_paused=False, integration__is_active=True)


def _free(checks: QuerySet[HealthCheck], *, at: datetime) -> QuerySet[HealthCheck]:
    return checks.filter(Q(lease_until__isnull=True) | Q(lease_until__lte=at))


def _due(*, at: datetime, until: datetime) -> QuerySet[HealthCheck]:
    return _free(_polled().filter(next_due_at__lte=until), at=at).order_by("next_due_at").only(*_NEEDED)


def _claim(check: HealthCheck, *, at: datetime, token: str, scheduled_for: datetime | None = None) -> Claim:
    timeout = timedelta(milliseconds=check.timeout_ms)
    due = scheduled_for or _slot(check, at=at)
    return Claim(
        check_id=check.pk,
        kind=check.kind,
        url=check.url,
        config=check.config,
        timeout_seconds=timeout.total_seconds(),
        interval_seconds=check.interval_seconds,
        scheduled_for=due,
        attempt=1 if scheduled_for else check.attempt,
        lease_token=token,
        last_beat_at=check.last_beat_at,
        lease_until=max(at, due) + min(timeout + LEASE_MARGIN, MAX_LEASE),
    )


def _slot(check: HealthCheck, *, at: datetime) -> datetime:
    """The slot this probe is for: the one it was due at, or after a standstill the last of those missed."""
    due = check.next_due_at or at
    if at - due < timedelta(seconds=check.interval_seconds):
        return due
    return slot_at_or_before(check.pk, check.interval_seconds, at)
