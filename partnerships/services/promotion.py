"""Changing the tier by evidence: a promotion keeps the checklist it was decided on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from foundation.errors import InvalidInputError
from operations.models import User
from partnerships.models import Integration, Tier, TierPeriod
from partnerships.selectors.promotion import get_promotion_checklist
from partnerships.services.tiers import change_integration_tier


def decide_integration_tier(
    *, integration_id: int, tier: str, at: datetime, by: User | None, reason: str = "", override_reason: str = ""
) -> TierPeriod:
    """The new tier period; of a promotion with the checklist as it stood, and why it was overridden if it was.

    Raises InvalidInputError as `change_integration_tier` does, and for a promotion whose checklist is not met without
    a reason to override it.
    """
    with transaction.atomic():
        integration = Integration.objects.select_for_update(of=("self",)).select_related("owner").get(pk=integration_id)
        lines = _judged(integration, tier, override_reason, at)
        period = change_integration_tier(integration_id=integration_id, tier=tier, at=at, by=by, reason=reason)
        if lines:
            is_overridden = not all(line["is_met"] for line in lines)
            period.checklist, period.override_reason = lines, override_reason if is_overridden else ""
            period.save(update_fields=["checklist", "override_reason"])
    return period


def _judged(integration: Integration, tier: str, override_reason: str, at: datetime) -> list[dict[str, Any]]:
    """The checklist of a promotion; nothing for any other change."""
    if tier != Tier.PRODUCTION or integration.tier == Tier.PRODUCTION:
        return []
    checklist = get_promotion_checklist(integration, at=at)
    if not checklist.is_met and not override_reason.strip():
        missing = ", ".join(
            line.requirement[0].lower() + line.requirement[1:] for line in checklist.lines if not line.is_met
        )
        raise InvalidInputError("override_reason", f"Say why it is promoted all the same; not met: {missing}.")
    return checklist.snapshot()
