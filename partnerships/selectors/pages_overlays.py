"""What lies over an integration's time, for its page: maintenance now and next, proposals, adjustments, raw figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from partnerships.health.maintenance import list_occurrences
from partnerships.health.uptime import Accounting
from partnerships.models import Adjustment, HealthCheck, Integration, Maintenance
from partnerships.selectors.overlays import list_maintenance_of
from partnerships.selectors.pages_figures import WindowFigures, list_windows, window_figures
from partnerships.selectors.pages_timelines import joined, load_check_timelines

SHOWN = 20
_LOOKED_AT = 500
_RECENT = timedelta(days=31)
_AHEAD = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class MaintenanceNow:
    """One plan with the occurrence that takes place or comes next; none where it is over."""

    plan: Maintenance
    start: datetime | None
    end: datetime | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class Overlays:
    """The plans that go on, lie ahead or ended of late, soonest first, and the newest adjustments."""

    maintenance: Sequence[MaintenanceNow]
    adjustments: Sequence[Adjustment]
    hidden: int
    """How many plans are not among them."""


def list_overlays(integration: Integration, checks: Sequence[HealthCheck], *, at: datetime) -> Overlays:
    """What the page of an integration lists. Two queries."""
    plans = (
        list_maintenance_of(integration)
        .filter(
            Q(kind="once", starts_at__gt=at - _RECENT) | ~Q(kind="once"),
            Q(ends_at__isnull=True) | Q(ends_at__gt=at - _RECENT),
            Q(cancelled_at__isnull=True) | Q(cancelled_at__gt=at - _RECENT),
            Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gt=at - _RECENT),
        )
        .select_related("planned_by", "approved_by")
        .order_by("-starts_at", "-pk")[:_LOOKED_AT]
    )
    adjustments = Adjustment.objects.filter(health_check__in=checks).select_related(
        "health_check", "requested_by", "approved_by"
    )
    found = [_now(plan, at) for plan in plans]
    found.sort(key=lambda one: (one.start is None, one.start or at, -one.plan.starts_at.timestamp()))
    shown = found[:SHOWN]  # What takes place first, then what is next, then what was over last.
    newest = list(adjustments.order_by("-requested_at", "-pk")[:SHOWN])
    return Overlays(shown, newest, hidden=len(found) - len(shown))


def raw_windows(
    checks: Sequence[HealthCheck], *, since: datetime, at: datetime, monitored_from: int, accounting: Accounting
) -> list[WindowFigures] | None:
    """The windows of the uptime table without adjustments; None where none in force reaches behind `since`."""
    if not Adjustment.objects.in_force().filter(health_check__in=checks, ended_at__gt=since).exists():
        return None
    timelines = load_check_timelines(checks, start=since, at=at, is_raw=True).by(accounting)
    spans = joined(checks, timelines)
    return [
        window_figures(spans, named, now=at, monitored_from=monitored_from, accounting=accounting)
        for named in list_windows(at)
    ]


def _now(plan: Maintenance, at: datetime) -> MaintenanceNow:
    following = list_occurrences(plan.plan, at, at + _AHEAD)[:1]
    if not following:
        return MaintenanceNow(plan, None, None, is_current=False)
    first = following[0]
    return MaintenanceNow(plan, first.start, first.end, is_current=first.start <= at)
