"""Correcting what a check's time counts as: proposed by one person, approved by another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from foundation.errors import InvalidInputError, RefusedTransitionError
from operations.models import User
from partnerships.models import AdjustedTo, Adjustment, HealthCheck
from partnerships.services.check_rows import lock_checks
from partnerships.services.uptime_hours import reset_uptime_hours

LONGEST = timedelta(days=31)


@dataclass(frozen=True)
class NewAdjustment:
    """What a stretch of a check's time, [started_at, ended_at), is to count as, and why."""

    health_check: HealthCheck
    started_at: datetime
    ended_at: datetime
    adjusted_to: str
    reason: str


def propose_adjustment(*, new: NewAdjustment, by: User, at: datetime) -> Adjustment:
    """The proposal, which changes nothing yet. Raises InvalidInputError naming the field."""
    refuse_impossible_adjustment(new, at=at)
    return Adjustment.objects.create(
        health_check=new.health_check,
        started_at=new.started_at,
        ended_at=new.ended_at,
        adjusted_to=new.adjusted_to,
        reason=new.reason.strip(),
        requested_at=at,
        requested_by=by,
    )


def approve_adjustment(*, adjustment_id: int, by: User, at: datetime) -> Adjustment:
    """The adjustment in force; the hours it touches are counted again.

    Raises RefusedTransitionError unless it is a proposal, and InvalidInputError for whoever asked for it and where
    another adjustment of the check is in force at the time.
    """
    with transaction.atomic():
        row = _locked(adjustment_id)
        if row.state != "proposed":
            raise RefusedTransitionError(row.state, "approved", ["rejected"] if row.state == "approved" else [])
        if row.requested_by_id == by.pk:
            raise InvalidInputError("approved_by", "Who asked for it cannot approve it.")
        check = lock_checks([row.health_check_id])[row.health_check_id]
        others = Adjustment.objects.in_force().filter(health_check=check)
        if others.filter(started_at__lt=row.ended_at, ended_at__gt=row.started_at).exists():
            raise InvalidInputError("started_at", "Another adjustment is in force at this time: reject that first.")
        row.approved_at, row.approved_by = at, by
        _save(row, check)
    return row


def reject_adjustment(*, adjustment_id: int, by: User, at: datetime) -> Adjustment:
    """The adjustment, out of force for good; one that was approved is taken back and its hours are counted again."""
    with transaction.atomic():
        row = _locked(adjustment_id)
        if row.state == "rejected":
            raise RefusedTransitionError("rejected", "rejected", [])
        check = lock_checks([row.health_check_id])[row.health_check_id]
        row.rejected_at, row.rejected_by = at, by
        _save(row, check)
    return row


def refuse_impossible_adjustment(new: NewAdjustment, *, at: datetime) -> None:
    """Raises InvalidInputError for the first field that is wrong."""
    if new.adjusted_to not in AdjustedTo.values:
        raise InvalidInputError("adjusted_to", f"Must be one of: {', '.join(AdjustedTo.values)}.")
    if not new.reason.strip():
        raise InvalidInputError("reason", "Say why it was measured otherwise.")
    if new.ended_at > at:
        raise InvalidInputError("ended_at", "Must not lie ahead: only what was measured is corrected.")
    if new.started_at >= new.ended_at:
        raise InvalidInputError("ended_at", "Must be after the start.")
    if new.ended_at - new.started_at > LONGEST:
        raise InvalidInputError("started_at", f"One adjustment is {LONGEST.days} days long at most.")
    begun = new.health_check.monitored_from
    if begun is None or new.started_at < begun:
        raise InvalidInputError("started_at", "The check was not measured then.")


def _locked(adjustment_id: int) -> Adjustment:
    try:
        return Adjustment.objects.select_for_update(of=("self",)).get(pk=adjustment_id)
    except Adjustment.DoesNotExist:
        raise InvalidInputError("adjustment", "There is no such adjustment.") from None


def _save(row: Adjustment, check: HealthCheck) -> None:
    row.version += 1
    row.save()
    reset_uptime_hours([check], start=row.started_at, end=row.ended_at)
