"""Approved maintenance of checks, planned or by adjustment, as the ranges that lie over their states."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db.models import Q, QuerySet

from partnerships.health.maintenance import LONGEST, list_occurrences
from partnerships.health.overlays import join_ranges
from partnerships.health.uptime import to_us
from partnerships.models import AdjustedTo, Adjustment, HealthCheck, Integration, Maintenance


def list_maintenance_in(*, start: datetime, end: datetime) -> QuerySet[Maintenance]:
    """Approved plans that may take place within [start, end)."""
    first = start - LONGEST
    return Maintenance.objects.filter(
        Q(kind="once", starts_at__gt=first) | (~Q(kind="once") & (Q(ends_at__isnull=True) | Q(ends_at__gt=first))),
        Q(cancelled_from__isnull=True) | Q(cancelled_from__gt=start),
        approved_at__isnull=False,
        starts_at__lt=end,
    )


def get_maintenance_by_check(
    ids: Iterable[int], *, start: datetime, end: datetime, is_raw: bool = False
) -> Mapping[int, list[tuple[int, int]]]:
    """Planned and approved time of these checks, in microseconds since 1970; checks without any are left out.

    Whole ranges that overlap [start, end), in order, joined where they touch. With them, unless it is to be raw, what
    approved adjustments made maintenance. Two queries while nothing is planned, else five.
    """
    wanted = list(ids)
    by_check = _get_planned(wanted, start=start, end=end)
    if not is_raw:
        _add_adjusted(by_check, wanted, start=start, end=end)
    return {check_id: join_ranges(found) for check_id, found in by_check.items()}


def _add_adjusted(
    by_check: dict[int, list[tuple[int, int]]], ids: Sequence[int], *, start: datetime, end: datetime
) -> None:
    rows = (
        Adjustment.objects.in_force()
        .filter(health_check__in=ids, adjusted_to=AdjustedTo.MAINTENANCE, started_at__lt=end, ended_at__gt=start)
        .values_list("health_check_id", "started_at", "ended_at")
    )
    for check_id, started_at, ended_at in rows:
        by_check[check_id].append((to_us(started_at), to_us(ended_at)))


def _get_planned(ids: Sequence[int], *, start: datetime, end: datetime) -> dict[int, list[tuple[int, int]]]:
    ranges = {
        plan.pk: [(to_us(one.start), to_us(one.end)) for one in list_occurrences(plan.plan, start, end)]
        for plan in list_maintenance_in(start=start, end=end)
    }
    taking_place = [pk for pk, found in ranges.items() if found]
    by_check: dict[int, list[tuple[int, int]]] = defaultdict(list)
    if not taking_place:
        return by_check
    for pk, check_ids in get_checks_by_maintenance(taking_place, ids=ids).items():
        for check_id in check_ids:
            by_check[check_id] += ranges[pk]
    return by_check


def list_maintenance_of(integration: Integration) -> QuerySet[Maintenance]:
    """All plans for the integration, for any of its checks, or for its partner."""
    return Maintenance.objects.filter(
        Q(partner=integration.partner_id) | Q(integrations=integration.pk) | Q(checks__integration=integration.pk)
    ).distinct()


def get_checks_by_maintenance(
    maintenance_ids: Sequence[int], *, ids: Iterable[int] | None = None
) -> Mapping[int, set[int]]:
    """The checks that each plan is for, of these or of all: named, of a named integration, or of the partner."""
    checks = HealthCheck.objects.all() if ids is None else HealthCheck.objects.filter(pk__in=list(ids))
    plans = Maintenance.objects.filter(pk__in=maintenance_ids)
    named = plans.filter(checks__isnull=False).values_list("checks", "pk")
    integrations = plans.filter(integrations__isnull=False).values_list("integrations", "pk")
    partners = plans.filter(partner__isnull=False).values_list("partner", "pk")
    by_check, by_integration, by_partner = (_grouped(rows) for rows in (named, integrations, partners))
    found: dict[int, set[int]] = defaultdict(set)
    for pk, integration_id, partner_id in checks.values_list("pk", "integration_id", "integration__partner_id"):
        for plan in (*by_check[pk], *by_integration[integration_id], *by_partner[partner_id]):
            found[plan].add(pk)
    return found


def _grouped(rows: Iterable[tuple[int, int]]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for key, value in rows:
        found[key].append(value)
    return found
