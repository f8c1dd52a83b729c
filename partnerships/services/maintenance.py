"""Planning, approving, changing and cancelling maintenance; the hours it touches are counted again with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from foundation.errors import InvalidInputError, RefusedTransitionError
from operations.models import User
from partnerships.health.maintenance import WEEKDAYS, list_occurrences
from partnerships.models import HealthCheck, Maintenance, MaintenanceKind, MaintenanceSource
from partnerships.selectors.overlays import get_checks_by_maintenance
from partnerships.services.check_rows import lock_checks
from partnerships.services.maintenance_plans import LOOK_BACK, TOO_OLD, NewMaintenance, refuse_impossible
from partnerships.services.uptime_hours import reset_uptime_hours

CHANGEABLE = frozenset({"title", "reason", "starts_at", "ends_at", "duration_seconds"})


def plan_maintenance(*, new: NewMaintenance, by: User | None, at: datetime) -> Maintenance:
    """The new plan. One of ours that lies ahead counts at once, planned and approved by the same person.

    What the partner announced, and what began before it was planned, counts once somebody approves it. Raises
    InvalidInputError naming the field.
    """
    refuse_impossible(new, at=at)
    is_approved = by is not None and new.source == MaintenanceSource.OURS and new.starts_at >= at
    row = Maintenance(
        title=new.title.strip(),
        kind=new.kind,
        source=new.source,
        time_zone=new.time_zone,
        starts_at=new.starts_at,
        ends_at=new.ends_at,
        weekdays=[day for day in WEEKDAYS if day in new.weekdays],
        local_start=new.local_start,
        cron=" ".join(new.cron.split()),
        duration_seconds=new.duration_seconds,
        partner=new.partner,
        reason=new.reason.strip(),
        planned_at=at,
        planned_by=by,
        approved_at=at if is_approved else None,
        approved_by=by if is_approved else None,
    )
    with transaction.atomic():
        row.save()
        row.integrations.set(new.integrations)
        row.checks.set(new.checks)
        count_again([row], since=row.starts_at, at=at)
    return row


def approve_maintenance(*, maintenance_id: int, by: User, at: datetime) -> Maintenance:
    """The proposal, which counts now, from its start on; InvalidInputError where they may not approve it."""
    with transaction.atomic():
        row = lock_maintenance(maintenance_id)
        if row.is_approved or row.is_called_off:
            state = "cancelled" if row.is_called_off else "approved"
            raise RefusedTransitionError(state, "approved", [])
        if row.planned_by_id == by.pk and row.starts_at < at:
            raise InvalidInputError("approved_by", "It began before it was planned: somebody else has to approve it.")
        if row.starts_at < at - LOOK_BACK:
            raise InvalidInputError("starts_at", TOO_OLD)
        row.approved_at, row.approved_by = at, by
        save_maintenance(row)
        count_again([row], since=row.starts_at, at=at)
    return row


def change_maintenance(*, maintenance_id: int, changes: Mapping[str, Any], by: User, at: datetime) -> Maintenance:
    """The plan with other words, another start, end or duration; what the old and the new plan touch is counted again.

    Who moves it answers for it. Where other time that is over would be maintenance than before, it is a proposal again,
    and counts once somebody other than them approves it. Raises InvalidInputError: of a recurring one that has begun
    only the words may change, and its end until that is over.
    """
    unknown = set(changes) - CHANGEABLE
    if unknown:
        raise InvalidInputError(min(unknown), "This cannot be changed: cancel it and plan another.")
    with transaction.atomic():
        row = lock_maintenance(maintenance_id)
        if row.is_called_off:
            raise RefusedTransitionError("cancelled", "changed", [])
        if row.vendor_id is not None and set(changes) != {"reason"}:
            raise InvalidInputError(
                min(set(changes) - {"reason"}), "It follows what the partner announces: cancel it and plan another."
            )
        before = Maintenance.objects.get(pk=row.pk)
        for name, value in changes.items():
            setattr(row, name, value)
        _refuse_change(before, row, at=at)
        if before.plan == row.plan:
            save_maintenance(row)
            return row
        since = _first_other(before, row, at)
        _answer_for_move(before, row, is_past_moved=since < at, by=by, at=at)
        save_maintenance(row)
        count_again([before, row], since=since, at=at)
    return row


def cancel_maintenance(*, maintenance_id: int, by: User, at: datetime, since: datetime | None = None) -> Maintenance:
    """The plan, of which nothing counts from `since` (now) on; what was maintenance before stays so.

    `since` may lie in the past, for one that did not take place. Raises InvalidInputError where that is too long ago.
    """
    since = since or at
    if since > at or since < at - LOOK_BACK:
        raise InvalidInputError("since", f"Must be now, or within the last {LOOK_BACK.days} days.")
    with transaction.atomic():
        row = lock_maintenance(maintenance_id)
        if row.is_called_off:
            raise RefusedTransitionError("cancelled", "cancelled", [])
        before = Maintenance.objects.get(pk=row.pk)
        row.cancelled_at, row.cancelled_by, row.cancelled_from = at, by, since
        save_maintenance(row)
        count_again([before], since=since, at=at)
    return row


def _refuse_change(before: Maintenance, row: Maintenance, *, at: datetime) -> None:
    wanted = replace(_as_new(row), partner=None, checks=[HealthCheck()])
    refuse_impossible(wanted, at=at if row.starts_at != before.starts_at else row.starts_at)
    if row.ends_at != before.ends_at:
        if row.ends_at is not None and row.ends_at < at:
            raise InvalidInputError("ends_at", "Must not lie in the past; cancel it from then on instead.")
        if before.ends_at is not None and before.ends_at < at:
            raise InvalidInputError("ends_at", "It is over already: plan another.")
    if (row.starts_at, row.duration_seconds) == (before.starts_at, before.duration_seconds):
        return
    if before.starts_at < at - LOOK_BACK:
        raise InvalidInputError("starts_at", f"It began more than {LOOK_BACK.days} days ago.")
    if row.kind != MaintenanceKind.ONCE and before.starts_at < at:
        raise InvalidInputError("starts_at", "It is in force already: end it and plan another.")


def _answer_for_move(before: Maintenance, row: Maintenance, *, is_past_moved: bool, by: User, at: datetime) -> None:
    """Name who moved it. An approval was for the times it was given for, as far as these are over."""
    if is_past_moved:
        row.planned_at, row.planned_by, row.approved_at, row.approved_by = at, by, None, None
    elif not row.is_approved:
        row.planned_at, row.planned_by = at, by
    elif min(before.starts_at, row.starts_at) >= at:
        row.planned_at, row.planned_by, row.approved_at, row.approved_by = at, by, at, by


def _first_other(before: Maintenance, row: Maintenance, at: datetime) -> datetime:
    """From when on other time that is over would be maintenance; `at` where none is."""
    since = min(before.starts_at, row.starts_at)
    if since >= at:
        return at
    was, now = (
        {(one.start, min(one.end, at)) for one in list_occurrences(plan, since, at)} for plan in (before.plan, row.plan)
    )
    return min((start for start, _ in was ^ now), default=at)


def _as_new(row: Maintenance) -> NewMaintenance:
    return NewMaintenance(
        title=row.title,
        time_zone=row.time_zone,
        starts_at=row.starts_at,
        duration_seconds=row.duration_seconds,
        kind=row.kind,
        source=row.source,
        ends_at=row.ends_at,
        weekdays=row.weekdays,
        local_start=row.local_start,
        cron=row.cron,
        partner=row.partner,
    )


def lock_maintenance(maintenance_id: int) -> Maintenance:
    """The row, locked until the transaction ends; InvalidInputError where there is none."""
    try:
        return Maintenance.objects.select_for_update(of=("self",)).get(pk=maintenance_id)
    except Maintenance.DoesNotExist:
        raise InvalidInputError("maintenance", "There is no such maintenance.") from None


def save_maintenance(row: Maintenance) -> None:
    """As a new version."""
    row.version += 1
    row.save()


def count_again(rows: Sequence[Maintenance], *, since: datetime, at: datetime) -> None:
    """Sets the hours from `since` to now that any of these plans touch, for all its checks, whether or not it counts.

    What lies ahead is counted with it as time passes.
    """
    if not any(row.is_approved for row in rows):
        return
    checks = lock_checks(get_checks_by_maintenance([rows[0].pk]).get(rows[0].pk, set()))
    past = [one for row in rows for one in list_occurrences(row.plan, since, at)] if since < at else []
    if past:
        start, end = max(min(one.start for one in past), since), max(one.end for one in past)
        reset_uptime_hours(checks.values(), start=start, end=end)
