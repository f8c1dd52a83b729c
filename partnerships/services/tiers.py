"""Changing an integration's tier: a new period of its history, never a rewriting of the past."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Min

from foundation.errors import InvalidInputError
from operations.models import User
from partnerships.models import HealthCheck, Integration, Tier, TierPeriod
from partnerships.services.check_rows import lock_checks, save_checks
from partnerships.services.slos import ensure_default_slos
from partnerships.services.uptime_hours import set_uptime_hours


def start_integration_tier(*, integration: Integration, at: datetime, by: User | None = None) -> TierPeriod:
    """Begins the tier history of a new integration with the tier it has, and gives it that tier's objective."""
    period = TierPeriod.objects.create(
        integration=integration, tier=integration.tier, started_at=at, changed_by=by, reason="Created"
    )
    ensure_default_slos(at=at, ids=[integration.pk])
    return period


def change_integration_tier(
    *, integration_id: int, tier: str, at: datetime, by: User | None, reason: str = "", now: datetime | None = None
) -> TierPeriod:
    """The new tier period, in force from `at`; uptime is counted anew from there until `now` (default: `at`).

    Raises InvalidInputError for an unknown or unchanged tier, or an instant before the present period began.
    """
    if tier not in Tier.values:
        raise InvalidInputError("tier", f"Choose one of: {', '.join(Tier.values)}.")
    with transaction.atomic():
        integration = Integration.objects.select_for_update().get(pk=integration_id)
        if integration.tier == tier:
            raise InvalidInputError("tier", f"The integration is {integration.get_tier_display().lower()} already.")
        present = _present_period(integration, at=at)
        if at <= present.started_at:
            raise InvalidInputError("at", "The present tier began later than this.")
        TierPeriod.objects.filter(pk=present.pk).update(ended_at=at)
        period = TierPeriod.objects.create(
            integration=integration, tier=tier, started_at=at, changed_by=by, reason=reason
        )
        integration.tier = tier
        integration.version += 1
        integration.save(update_fields=["tier", "version"])
        ensure_default_slos(at=at, ids=[integration.pk])
        _count_again(integration, since=at, until=now or at)
    return period


def _present_period(integration: Integration, *, at: datetime) -> TierPeriod:
    """The open period; for an integration without a history, one that covers all that was measured so far."""
    found = TierPeriod.objects.filter(integration=integration, ended_at__isnull=True).first()
    if found is not None:
        return found
    bounds = HealthCheck.objects.filter(integration=integration).aggregate(first=Min("monitored_from"))
    first: datetime | None = bounds["first"]
    began = first if first is not None and first < at else at.replace(year=at.year - 1, day=1)
    return TierPeriod.objects.create(integration=integration, tier=integration.tier, started_at=began)


def _count_again(integration: Integration, *, since: datetime, until: datetime) -> None:
    ids = list(HealthCheck.objects.filter(integration=integration).values_list("pk", flat=True))
    if not ids:
        return
    checks = list(lock_checks(ids).values())
    reached = [(check, max(until, check.rolled_up_to)) for check in checks if check.rolled_up_to is not None]
    for check, end in reached:
        set_uptime_hours([(check, since)], until=end)
    save_checks(checks)
