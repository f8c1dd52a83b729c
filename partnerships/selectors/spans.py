"""Intervals and tier histories as spans, the form in which uptime is counted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db.models import Q

from partnerships.health.uptime import Span, to_us
from partnerships.models import Integration, StatusInterval, TierPeriod


def get_spans_by_check(ids: Iterable[int], *, start: datetime, end: datetime) -> Mapping[int, list[Span]]:
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
