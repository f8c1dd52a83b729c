"""Maintenance that partners announce in their feeds: proposals that follow what is announced.

One row for each partner and id of theirs, however many feeds tell of it, and repeating changes nothing. It counts once
somebody approves it, or at once where all feeds that list it name somebody in whose name it does. An approval is for
the times that were approved: where the partner moves them, it is asked for again. What a person cancelled stays so.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from datetime import datetime, timedelta

from django.db import transaction

from partnerships.models import (
    LONGEST_SECONDS,
    SHORTEST_SECONDS,
    HealthCheck,
    Maintenance,
    MaintenanceSource,
    Partner,
)
from partnerships.probes.announcements import Announcement
from partnerships.probes.rules import MAY_APPROVE
from partnerships.services.maintenance import count_again, lock_maintenance, save_maintenance
from partnerships.services.maintenance_plans import LOOK_AHEAD, LOOK_BACK

_SECOND = timedelta(seconds=1)


def record_announcements(*, check_id: int, announcements: Sequence[Announcement], at: datetime) -> None:
    """Proposes, follows and takes back the maintenance of one feed, which lists all of these and no other at `at`."""
    with transaction.atomic():
        feed = HealthCheck.objects.select_related("integration", "maintenance_approver").get(pk=check_id)
        known = _list_known(feed, at)
        if not announcements and not known:
            return
        # One feed of a partner after the other: two that tell of the same make one row.
        Partner.objects.select_for_update(no_key=True).get(pk=feed.integration.partner_id)
        listed = {one.external_id: one for one in announcements if _is_possible(one, at)}
        for one in listed.values():
            _follow(one, feed, at)
        for row in known:
            if row.external_id not in listed:
                _leave(lock_maintenance(row.pk), feed, at)


def _list_known(feed: HealthCheck, at: datetime) -> list[Maintenance]:
    """What the feed listed before and is not over."""
    rows = Maintenance.objects.filter(
        feeds=feed, withdrawn_at__isnull=True, cancelled_at__isnull=True, starts_at__gt=at - _SECOND * LONGEST_SECONDS
    )
    return [row for row in rows.order_by("pk") if _end(row) > at]


def _is_possible(one: Announcement, at: datetime) -> bool:
    """Whether a plan may be like that; the bounds are those of our own."""
    return (
        SHORTEST_SECONDS <= (one.ends_at - one.starts_at) // _SECOND <= LONGEST_SECONDS
        and at - LOOK_BACK <= one.starts_at <= at + LOOK_AHEAD
    )


def _follow(one: Announcement, feed: HealthCheck, at: datetime) -> None:
    found = Maintenance.objects.filter(vendor=feed.integration.partner_id, external_id=one.external_id).first()
    if found is None:
        _propose(one, feed, at)
        return
    row = lock_maintenance(found.pk)
    if row.cancelled_at is not None:
        return
    before = copy(row)
    is_new_to_feed = not row.feeds.filter(pk=feed.pk).exists()
    if is_new_to_feed:
        row.feeds.add(feed)
        row.integrations.add(feed.integration)
    row.title, row.starts_at, row.duration_seconds = one.title, one.starts_at, _seconds(one)
    row.withdrawn_at, row.cancelled_from = None, _cut(one)
    if is_new_to_feed or _times(row) != _times(before) or _is_uncut(before, row, at):
        row.approved_at = row.approved_by = None
    _approve(row, at)
    if is_new_to_feed or _told(row) != _told(before):
        save_maintenance(row)
        count_again([before, row], since=min(before.starts_at, row.starts_at), at=at)


def _propose(one: Announcement, feed: HealthCheck, at: datetime) -> None:
    row = Maintenance(
        title=one.title,
        source=MaintenanceSource.VENDOR,
        time_zone="UTC",
        starts_at=one.starts_at,
        duration_seconds=_seconds(one),
        vendor_id=feed.integration.partner_id,
        external_id=one.external_id,
        cancelled_from=_cut(one),
        planned_at=at,
    )
    row.save()
    row.integrations.set([feed.integration])
    row.feeds.set([feed])
    _approve(row, at)
    if row.is_approved:
        save_maintenance(row)
        count_again([row], since=row.starts_at, at=at)


def _approve(row: Maintenance, at: datetime) -> None:
    """In the name of who answers for the feeds, where all of them name somebody and it lies wholly ahead.

    What began already would change what was reported: a person looks at that.
    """
    if row.is_approved or row.starts_at < at:
        return
    approvers = [feed.maintenance_approver for feed in row.feeds.select_related("maintenance_approver").order_by("pk")]
    if approvers and all(one is not None and one.has_perm(MAY_APPROVE) for one in approvers):
        row.approved_at, row.approved_by = at, approvers[0]


def _is_uncut(before: Maintenance, row: Maintenance, at: datetime) -> bool:
    """Whether time that is over, and was maintenance no longer, would be again."""
    cut = before.cancelled_from
    return cut is not None and cut < at and (row.cancelled_from is None or row.cancelled_from > cut)


def _leave(row: Maintenance, feed: HealthCheck, at: datetime) -> None:
    """The feed lists it no longer: it was called off, or ended before its time. What was maintenance stays so."""
    row.feeds.remove(feed)
    if row.feeds.exists():
        is_ours = row.feeds.filter(integration=feed.integration_id).exists()
        if not is_ours and row.starts_at > at:
            row.integrations.remove(feed.integration)
        return
    before = copy(row)
    row.withdrawn_at = at
    row.cancelled_from = at if row.cancelled_from is None else min(row.cancelled_from, at)
    save_maintenance(row)
    count_again([before, row], since=at, at=at)


def _seconds(one: Announcement) -> int:
    return int((one.ends_at - one.starts_at) // _SECOND)


def _cut(one: Announcement) -> datetime | None:
    """When it was over, if that was before its time."""
    over = one.completed_at
    return over if over is not None and over < one.ends_at else None


def _end(row: Maintenance) -> datetime:
    end = row.starts_at + _SECOND * row.duration_seconds
    return end if row.cancelled_from is None else min(end, row.cancelled_from)


def _times(row: Maintenance) -> tuple[object, ...]:
    return row.starts_at, row.duration_seconds


def _told(row: Maintenance) -> tuple[object, ...]:
    return row.title, *_times(row), row.withdrawn_at, row.cancelled_from, row.approved_at
