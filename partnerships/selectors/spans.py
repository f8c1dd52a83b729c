"""Intervals and tier histories as spans, the form in which uptime is counted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db.models import Q

from partnerships.health.overlays import put_over
from partnerships.health.uptime import Span, to_us
from partnerships.models import AdjustedTo, Adjustment, Integration, StatusInterval, TierPeriod


def get_spans_by_check(ids: Iterable[int], *, start: datetime, end: datetime) -> Mapping[int, list[Span]]:
    """The whole intervals of these checks that overlap [start, end), in order, as approved adjustments correct them.

    An empty list where there are none. Time adjusted to maintenance is as it was measured: it is planned time, see
    `get_maintenance_by_check`.
    """
    wanted = list(ids)
    found = get_measured_spans_by_check(wanted, start=start, end=end)
    for check_id, covers in _get_corrections(wanted, end=end).items():
        if check_id in found:
            found[check_id] = put_over(found[check_id], covers)
    return found


def _get_corrections(ids: Sequence[int], *, end: datetime) -> Mapping[int, list[Span]]:
    rows = (
        Adjustment.objects.in_force()
        .filter(health_check__in=ids, started_at__lt=end)
        .exclude(adjusted_to=AdjustedTo.MAINTENANCE)
        .order_by("started_at")
        .values_list("health_check_id", "started_at", "ended_at", "adjusted_to")
    )
    found: dict[int, list[Span]] = defaultdict(list)
    for check_id, started_at, ended_at, state in rows:
        found[check_id].append(_span(started_at, ended_at, state))
    return found


def get_measured_spans_by_check(ids: Iterable[int], *, start: datetime, end: datetime) -> dict[int, list[Span]]:
    """The whole intervals of these checks that overlap [start, end), in order; an empty list where there are none."""
    rows = (
        StatusInterval.objects.filter(health_check__in=list(ids), started_at__lt=end)
        .filter(Q(ended_at__isnull=True) | Q(ended_at__gt=start))
        .order_by("health_check_id", "started_at")
        .values_list("health_check_id", "started_at", "ended_at", "state")
    )
    found: dict[int, list[Span]] = defaultdict(list)
    for check_id, started_at, ended_at, state in rows:
        found[check_id].append(_span(started_at, ended_at, state))
    return found


def get_tiers_by_integration(ids: Iterable[int]) -> Mapping[int, list[Span]]:
    """The tier history of these integrations as spans whose state is the tier.

    The first tier reaches back for ever; an integration without a history has always had the tier it has.
    """
    wanted = set(ids)
    rows = (
        TierPeriod.objects.filter(integration__in=wanted)
        .order_by("integration_id", "started_at")
        .values_list("integration_id", "started_at", "ended_at", "tier")
    )
    found: dict[int, list[Span]] = defaultdict(list)
    for integration_id, started_at, ended_at, tier in rows:
        span = _span(started_at, ended_at, tier)
        found[integration_id].append(span if found[integration_id] else Span(0, span.end, tier))
    for integration in Integration.objects.filter(pk__in=wanted - set(found)).only("tier"):
        found[integration.pk].append(Span(0, None, integration.tier))
    return found


def _span(started_at: datetime, ended_at: datetime | None, state: str) -> Span:
    return Span(to_us(started_at), None if ended_at is None else to_us(ended_at), state)
